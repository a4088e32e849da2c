"""What there is to do, who has claimed it, and until when; what a run judges by.

Takes the place of the calls that workers had begun and died on, which were all that a run remembered.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "work_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("audio_sha256", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(32)),
        sa.Column("attempt", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("begun", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("crashes", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("lease_until", sa.Double()),
        sa.Column("reason", sa.Text()),
        sa.Column("reason_code", sa.Text()),
        sa.Column("planned_at", sa.String(64), nullable=False),
        sa.Column("changed_at", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_work_items_run", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_work_items"),
        sa.UniqueConstraint("call_id", "audio_sha256", name="uq_work_items_call_id_audio_sha256"),
    )
    op.create_index("ix_work_items_audio_sha256", "work_items", ["audio_sha256"])
    op.create_index("ix_work_items_state_owner", "work_items", ["state", "owner"])
    op.execute(
        "INSERT INTO work_items (call_id, audio_sha256, state, run, begun, crashes, planned_at, changed_at) "
        "SELECT call_id, audio_sha256, 'todo', run, TRUE, crashes, runs.started_at, runs.started_at "
        "FROM attempts JOIN runs ON runs.id = attempts.run"
    )
    op.drop_table("attempts")
    op.add_column("runs", sa.Column("judges_by", sa.Text()))


def downgrade() -> None:
    op.drop_column("runs", "judges_by")
    op.create_table(
        "attempts",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("audio_sha256", sa.String(64), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("crashes", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_attempts_run", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("call_id", "audio_sha256", name="pk_attempts"),
    )
    op.execute(
        "INSERT INTO attempts (call_id, audio_sha256, run, crashes) "
        "SELECT call_id, audio_sha256, run, crashes FROM work_items "
        "WHERE state IN ('todo', 'claimed') AND (begun OR crashes > 0)"
    )
    op.drop_table("work_items")
