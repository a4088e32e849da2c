"""How far runs are, what could not be inspected, and what people say of it."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("told_at", sa.String(64)))
    op.add_column("runs", sa.Column("tell_tries", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "run_progress",
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(64), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("audio_seconds", sa.Double(), nullable=False),
        sa.Column("workers", sa.Integer(), nullable=False),
        sa.Column("calls_per_hour", sa.Double()),
        sa.Column("ends_at", sa.String(64)),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_run_progress_run", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run", name="pk_run_progress"),
    )
    op.create_table(
        "run_failures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Text()),
        sa.Column("path", sa.Text()),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("reason_code", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("tried", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_run_failures_run", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_run_failures"),
    )
    op.create_index("ix_run_failures_run", "run_failures", ["run"])
    op.create_table(
        "failures",
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("audio_sha256", sa.String(64), nullable=False),
        sa.Column("first_at", sa.String(64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_failures_call", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("call", name="pk_failures"),
    )
    op.create_table(
        "failure_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("call", sa.Integer()),
        sa.Column("audio_sha256", sa.String(64)),
        sa.Column("path", sa.Text()),
        sa.Column("stamp", sa.String(80)),
        sa.Column("after_run", sa.Integer()),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("user", sa.Integer()),
        sa.Column("at", sa.String(64), nullable=False),
        sa.Column("request", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_failure_marks_call", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_failure_marks_user"),
        sa.PrimaryKeyConstraint("id", name="pk_failure_marks"),
        sa.UniqueConstraint("request", name="uq_failure_marks_request"),
    )
    op.create_index("ix_failure_marks_call", "failure_marks", ["call"])


def downgrade() -> None:
    for table in ("failure_marks", "failures", "run_failures", "run_progress"):
        op.drop_table(table)
    op.drop_column("runs", "tell_tries")
    op.drop_column("runs", "told_at")
