"""Edits of the rules that people make in the room, and what reviewers propose to learn from."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_edits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("basis", sa.String(64)),
        sa.Column("report", sa.Text()),
        sa.Column("files", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("author", sa.Integer()),
        sa.Column("at", sa.String(64), nullable=False),
        sa.Column("published_by", sa.Integer()),
        sa.Column("published_at", sa.String(64)),
        sa.Column("rolled_back_by", sa.Integer()),
        sa.Column("rolled_back_at", sa.String(64)),
        sa.Column("rollback_reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("request", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["author"], ["users.id"], name="fk_rule_edits_author"),
        sa.ForeignKeyConstraint(["published_by"], ["users.id"], name="fk_rule_edits_published_by"),
        sa.ForeignKeyConstraint(["rolled_back_by"], ["users.id"], name="fk_rule_edits_rolled_back_by"),
        sa.PrimaryKeyConstraint("id", name="pk_rule_edits"),
        sa.UniqueConstraint("request", name="uq_rule_edits_request"),
    )
    op.create_index("ix_rule_edits_state", "rule_edits", ["state"])
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("audio_sha256", sa.String(64), nullable=False, server_default=""),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False, server_default=""),
        sa.Column("phrase", sa.Text(), nullable=False, server_default=""),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("starts", sa.Double(), nullable=False),
        sa.Column("ends", sa.Double(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Integer()),
        sa.Column("at", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("answered_by", sa.Integer()),
        sa.Column("answered_at", sa.String(64)),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("edit", sa.Integer()),
        sa.Column("request", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_proposals_call", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["proposed_by"], ["users.id"], name="fk_proposals_proposed_by"),
        sa.ForeignKeyConstraint(["answered_by"], ["users.id"], name="fk_proposals_answered_by"),
        sa.ForeignKeyConstraint(["edit"], ["rule_edits.id"], name="fk_proposals_edit", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_proposals"),
        sa.UniqueConstraint("request", name="uq_proposals_request"),
        sa.UniqueConstraint("call", "criterion", "kind", "starts", "role", name="uq_proposals"),
    )
    op.create_index("ix_proposals_state_id", "proposals", ["state", "id"])
