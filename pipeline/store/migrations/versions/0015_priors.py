"""How rare violations are: the log of what reviews made of the rates that evidence is weighed against."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rarity_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("per_1000", sa.Double(), nullable=False),
        sa.Column("factor", sa.Double(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("overturned", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rarity_changes"),
    )
    op.create_index("ix_rarity_changes_code_id", "rarity_changes", ["code", "id"])
