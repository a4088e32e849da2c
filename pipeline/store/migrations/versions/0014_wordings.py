"""The wording of a phrase that the sound matched, beside what the recogniser wrote there."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "hits",
        sa.Column(
            "wording",
            sa.Text(),
            nullable=False,
            server_default="",
            comment="what the sound matched; empty: as quoted",
        ),
    )
