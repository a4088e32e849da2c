"""Goals of coaching with their clips, notices, and where people want mail."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "goals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("team", sa.Text()),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(1)),
        sa.Column("text", sa.Text(), nullable=False, server_default=""),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due", sa.String(10), nullable=False),
        sa.Column("set_by", sa.Integer()),
        sa.Column("set_on", sa.String(10), nullable=False),
        sa.Column("talked_on", sa.String(10)),
        sa.Column("ended_on", sa.String(10)),
        sa.Column("request", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["set_by"], ["users.id"], name="fk_goals_set_by"),
        sa.PrimaryKeyConstraint("id", name="pk_goals"),
        sa.UniqueConstraint("request", name="uq_goals_request"),
    )
    op.create_index("ix_goals_agent_id_state", "goals", ["agent_id", "state"])
    op.create_index("ix_goals_state_due", "goals", ["state", "due"])
    op.create_table(
        "goal_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("goal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False, server_default=""),
        sa.Column("user", sa.Integer()),
        sa.Column("at", sa.String(64), nullable=False),
        sa.Column("request", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["goal"], ["goals.id"], name="fk_goal_events_goal", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_goal_events_user"),
        sa.PrimaryKeyConstraint("id", name="pk_goal_events"),
        sa.UniqueConstraint("request", name="uq_goal_events_request"),
    )
    op.create_index("ix_goal_events_goal_id", "goal_events", ["goal", "id"])
    op.create_table(
        "goal_clips",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("goal", sa.Integer(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Double()),
        sa.Column("ends", sa.Double()),
        sa.Column("audio_sha256", sa.String(64), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(["goal"], ["goals.id"], name="fk_goal_clips_goal", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_goal_clips_call", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_goal_clips"),
        sa.UniqueConstraint("goal", "call", "starts", name="uq_goal_clips"),
    )
    op.create_index("ix_goal_clips_call", "goal_clips", ["call"])
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("call", sa.Integer()),
        sa.Column("goal", sa.Integer()),
        sa.Column("number", sa.Integer()),
        sa.Column("at", sa.String(64), nullable=False),
        sa.Column("read_at", sa.String(64)),
        sa.Column("mailed_at", sa.String(64)),
        sa.Column("mail_tries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("mail_after", sa.Double(), nullable=False, server_default="0"),
        sa.Column("key", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_notices_user", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_notices_call", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["goal"], ["goals.id"], name="fk_notices_goal", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.UniqueConstraint("key", name="uq_notices_key"),
    )
    op.create_index("ix_notices_user_read_at", "notices", ["user", "read_at"])
    op.create_index("ix_notices_call", "notices", ["call"])
    op.create_index("ix_notices_goal", "notices", ["goal"])
    op.add_column("users", sa.Column("mail", sa.Text()))
    op.add_column(
        "exemplars", sa.Column("anonymous", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    for table in ("notices", "goal_clips", "goal_events", "goals"):
        op.drop_table(table)
    op.drop_column("exemplars", "anonymous")
    op.drop_column("users", "mail")
