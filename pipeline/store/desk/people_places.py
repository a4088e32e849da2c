"""From where somebody has signed in before: their browsers, and the addresses those came from.

Who guesses at an account comes from elsewhere. So guesses are counted apart from what its owner does in a
place that is known, and no stranger can keep the owner out. Only digests are stored.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from pipeline.store.desk.room import Room
from pipeline.store.desk.tables import sign_in_places, users
from pipeline.store.statements import now, upsert

KNOWN_DAYS = 180
"""A place from which nobody signed in for so long is a strange one again."""


def place_of_browser(token: str) -> str:
    """The place that a browser is which keeps this token."""
    return f"browser:{hashlib.sha256(token.encode('utf-8', 'replace')).hexdigest()}"


def place_of_address(address: str) -> str:
    """The place that an address is. Whoever has one IPv6 address has the 2**64 beside it."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        network = address
    else:
        wide = isinstance(found, ipaddress.IPv6Address)
        network = str(ipaddress.ip_network((found, 64), strict=False)) if wide else address
    return f"address:{hashlib.sha256(network.encode('utf-8', 'replace')).hexdigest()}"


class Places(Room):
    """Browsers and addresses of each account."""

    def known_places(self, name: str, places: Collection[str]) -> frozenset[str]:
        """Those of these places from which the account with this name has signed in lately."""
        known = (
            select(sign_in_places.c.place)
            .join(users, users.c.id == sign_in_places.c.user)
            .where(users.c.name == name, sign_in_places.c.place.in_(places), sign_in_places.c.at > _oldest())
        )
        with self._read() as connection:
            return frozenset(connection.execute(known).scalars())

    def signed_in_from(self, user_id: int, *, address: str, browser: str, before: str | None) -> None:
        """Somebody has signed in: address and browser (places) are known from now on.

        Args:
            before: the place that this browser was until now, where it has got another token. Everybody who
                signed in there keeps it under its new name, and nobody under the old one.
        """
        table = sign_in_places
        with self._write() as connection:
            connection.execute(delete(table).where(table.c.at <= _oldest()))
            if before is not None:
                connection.execute(update(table).where(table.c.place == before).values(place=browser))
            for place in (address, browser):
                remember(connection, user_id, place, at=now())


def remember(connection: Connection, user_id: int, place: str, *, at: str) -> None:
    """One place of one account, as of this moment."""
    fresh = upsert(connection, sign_in_places).values(user=user_id, place=place, at=at)
    connection.execute(fresh.on_conflict_do_update(index_elements=["user", "place"], set_={"at": at}))


def _oldest() -> str:
    return (datetime.now(UTC) - timedelta(days=KNOWN_DAYS)).isoformat()
