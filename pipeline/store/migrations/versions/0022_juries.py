"""Agents as judges in turn: rounds, their calls, and what was said."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "juries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("date_from", sa.String(10), nullable=False),
        sa.Column("date_to", sa.String(10), nullable=False),
        sa.Column("opened_by", sa.Integer()),
        sa.Column("opened_at", sa.String(64), nullable=False),
        sa.Column("closed_at", sa.String(64)),
        sa.Column("request", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["opened_by"], ["users.id"], name="fk_juries_opened_by"),
        sa.PrimaryKeyConstraint("id", name="pk_juries"),
        sa.UniqueConstraint("request", name="uq_juries_request"),
    )
    op.create_table(
        "jury_calls",
        sa.Column("jury", sa.Integer(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("judge", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["jury"], ["juries.id"], name="fk_jury_calls_jury", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_jury_calls_call", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["judge"], ["users.id"], name="fk_jury_calls_judge"),
        sa.PrimaryKeyConstraint("jury", "call", name="pk_jury_calls"),
        sa.UniqueConstraint("jury", "place", name="uq_jury_calls_place"),
    )
    op.create_index("ix_jury_calls_call", "jury_calls", ["call"])
    op.create_index("ix_jury_calls_judge", "jury_calls", ["judge"])
    op.create_table(
        "jury_scores",
        sa.Column("jury", sa.Integer(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False, server_default=""),
        sa.Column("user", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(64), nullable=False),
        sa.Column("audio_sha256", sa.String(64), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(["jury"], ["juries.id"], name="fk_jury_scores_jury", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_jury_scores_call", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_jury_scores_user"),
        sa.PrimaryKeyConstraint("jury", "call", "criterion", name="pk_jury_scores"),
    )
    op.create_index("ix_jury_scores_call", "jury_scores", ["call"])


def downgrade() -> None:
    for table in ("jury_scores", "jury_calls", "juries"):
        op.drop_table(table)
