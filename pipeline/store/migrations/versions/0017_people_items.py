"""What people answer: whether an item that only they judge applies to the call at all."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("verdicts", sa.Column("applies", sa.Boolean(), nullable=False, server_default=sa.true()))
