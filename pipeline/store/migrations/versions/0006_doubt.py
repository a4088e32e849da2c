"""Doubt as a third state: how each finding stands, and the range a score lies in.

The columns are filled after all migrations, by the rules themselves (``pipeline/store/migrate.py``).
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("state", "cause", "next"):
        op.add_column("verdicts", sa.Column(name, sa.String(12), nullable=True))
    for name in ("disputed", "settled"):
        op.drop_column("verdicts", name)
    for name in ("score_low", "score_high"):
        op.add_column("cases", sa.Column(name, sa.Double(), nullable=True))
    op.add_column("cases", sa.Column("final", sa.Boolean(), nullable=False, server_default=sa.true()))
    for name in ("passes_low", "passes_high"):
        op.add_column("cases", sa.Column(name, sa.Boolean(), nullable=True))
    op.add_column("cases", sa.Column("open_findings", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("cases", sa.Column("causes", sa.String(48), nullable=False, server_default=""))
    op.drop_column("cases", "second")
