"""Criteria that only flag: the log of what opened and closed the gate, and what each finding took for it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "findings", sa.Column("only_flags", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "trust_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("overturned", sa.Integer(), nullable=False),
        sa.Column("bar", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("user", sa.Integer()),
        sa.Column("at", sa.String(64), nullable=False),
        sa.Column("undoes", sa.Integer()),
        sa.Column("request", sa.String(64)),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_trust_changes_user"),
        sa.ForeignKeyConstraint(["undoes"], ["trust_changes.id"], name="fk_trust_changes_undoes"),
        sa.PrimaryKeyConstraint("id", name="pk_trust_changes"),
        sa.UniqueConstraint("undoes", name="uq_trust_changes_undoes"),
        sa.UniqueConstraint("request", name="uq_trust_changes_request"),
    )
    op.create_index("ix_trust_changes_criterion_id", "trust_changes", ["criterion", "id"])
    op.create_index(
        "ix_verdicts_trust",
        "verdicts",
        ["criterion", "decision"],
        sqlite_where=sa.text("outcome = 'failed' AND state IN ('confirmed', 'overturned')"),
        postgresql_where=sa.text("outcome = 'failed' AND state IN ('confirmed', 'overturned')"),
    )
