"""From where accounts have signed in, so that strangers who guess cannot keep their owners out."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from pipeline.store.repositories.sign_in import KNOWN_DAYS, place_of_address, remember

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_places",
        sa.Column("user", sa.Integer(), nullable=False),
        sa.Column(
            "place", sa.String(length=80), nullable=False, comment="browser:<digest> or address:<digest>"
        ),
        sa.Column("at", sa.String(length=64), nullable=False, comment="the latest sign-in there"),
        sa.ForeignKeyConstraint(["user"], ["users.id"], name="fk_sign_in_places_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user", "place", name="pk_sign_in_places"),
    )
    op.create_index("ix_sign_in_places_place", "sign_in_places", ["place"])
    _remember_addresses(op.get_bind())


def _remember_addresses(connection: sa.Connection) -> None:
    """The log knows from which addresses people have signed in."""
    signed_in = sa.text(
        'SELECT "user", address, max(at) FROM audit '
        "WHERE action = 'sign-in' AND \"user\" IS NOT NULL AND address IS NOT NULL AND at > :since "
        'GROUP BY "user", address'
    )
    since = (datetime.now(UTC) - timedelta(days=KNOWN_DAYS)).isoformat()
    for user, address, at in connection.execute(signed_in, {"since": since}).all():
        remember(connection, user, place_of_address(address), at=at)
