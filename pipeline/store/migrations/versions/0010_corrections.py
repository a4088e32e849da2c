"""Names of the centre's vocabulary that were misheard, noted beside the text of their utterance."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "utterances",
        sa.Column(
            "corrections",
            sa.Text(),
            nullable=False,
            server_default="[]",
            comment="JSON [[first character, name, confidence], ...]: misheard names",
        ),
    )
