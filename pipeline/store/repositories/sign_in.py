"""Guessing at passwords: from where somebody has signed in before, and how often anybody may try.

Who guesses at an account comes from elsewhere. So guesses are counted apart from what its owner does in a
place that is known, and no stranger can keep the owner out. Only digests are stored.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection, delete, select, update

from pipeline.store.database import Repository
from pipeline.store.people_tables import sign_in_failures, sign_in_places, users
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


SKEW_SECONDS = 60.0
"""By how much the clocks of the machines that share a store may differ."""
FORGET_SECONDS = 12 * 3600.0
"""Failures older than this do not count any more."""


class Limit(Protocol):
    """When the next attempt is looked at."""

    @property
    def longest(self) -> float:
        """Seconds that an attempt can have to wait at most."""
        ...

    def until(self, failures: int, before: float, at: float) -> float:
        """Seconds since the epoch, after an attempt at ``at`` which was the ``failures``-th; ``before`` is
        what held until then."""
        ...


@dataclass(frozen=True, slots=True)
class Backoff:
    """For one place: ``free`` failures at once, then a wait of ``first`` seconds that doubles up to
    ``longest``."""

    free: int
    first: float
    longest: float

    def until(self, failures: int, before: float, at: float) -> float:
        over = failures - self.free
        return at if over < 0 else at + min(self.longest, self.first * 2.0 ** min(over, 30))


@dataclass(frozen=True, slots=True)
class Rate:
    """For many places together: ``burst`` attempts at once and one more every ``every`` seconds, so that no
    minute has more than ``burst + 60 / every``. (The generic cell rate algorithm, ITU-T I.371.)"""

    burst: int
    every: float

    @property
    def longest(self) -> float:
        return self.every

    def until(self, failures: int, before: float, at: float) -> float:
        ahead = (self.burst - 1) * self.every
        return max(at, before + ahead) + self.every - ahead


class SignIn(Repository):
    """From where people signed in, and how often somebody has tried.

    Failures are counted per key. An attempt counts as failed until it is known to be right, so that a
    thousand guesses at once are one guess.
    """

    def known_places(self, name: str, places: Collection[str]) -> frozenset[str]:
        """Those of these places from which the account with this name has signed in lately."""
        known = (
            select(sign_in_places.c.place)
            .join(users, users.c.id == sign_in_places.c.user)
            .where(users.c.name == name, sign_in_places.c.place.in_(places), sign_in_places.c.at > _oldest())
        )
        with self._read() as connection:
            return frozenset(connection.execute(known).scalars())

    def remember_places(self, user_id: int, *, address: str, browser: str, before: str | None) -> None:
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

    def attempt(self, keys: Mapping[str, Limit], *, at: float) -> float:
        """Ask leave for one attempt at ``at`` (seconds since the epoch).

        Returns:
            0.0: go on (each key now has one failure more). Otherwise the seconds to wait; nothing is counted.
        """
        table = sign_in_failures
        with self._read() as connection:  # the refusals of an attack must not queue for the writer's lock
            ends = connection.execute(select(table.c.key, table.c.until).where(table.c.key.in_(keys)))
            waits = [_wait(keys[key], float(end), at) for key, end in ends]
        if max(waits, default=0.0) > 0:
            return max(waits)
        with self._write() as connection:
            connection.execute(delete(table).where(table.c.last_at < at - FORGET_SECONDS))
            for key in sorted(keys):  # the same order everywhere: PostgreSQL's row locks cannot cross
                fresh = upsert(connection, table).values(key=key, count=0, last_at=at, until=0.0)
                connection.execute(fresh.on_conflict_do_nothing())
            query = select(table.c.key, table.c.count, table.c.until).where(table.c.key.in_(keys))
            rows = connection.execute(query.order_by(table.c.key).with_for_update()).all()
            waits = [_wait(keys[key], float(end), at) for key, _, end in rows]
            if max(waits) > 0:
                return max(waits)
            for key, before, held in rows:
                until = keys[key].until(before + 1, min(float(held), at), at)
                ahead = {"count": before + 1, "last_at": at, "until": until}
                connection.execute(update(table).where(table.c.key == key).values(ahead))
        return 0.0

    def failures(self, key: str) -> int:
        """How many attempts were counted under a key since it last started anew."""
        query = select(sign_in_failures.c.count).where(sign_in_failures.c.key == key)
        with self._read() as connection:
            return int(connection.execute(query).scalar() or 0)

    def succeeded(self, *, forget: str, forgive: Mapping[str, Rate]) -> None:
        """The attempt was right: ``forget`` starts anew, and each of ``forgive`` has its turn back."""
        table = sign_in_failures
        with self._write() as connection:
            connection.execute(delete(table).where(table.c.key == forget))
            for key in sorted(forgive):
                counted = (table.c.key == key) & (table.c.count > 0)
                back = {"count": table.c.count - 1, "until": table.c.until - forgive[key].every}
                connection.execute(update(table).where(counted).values(back))


def _wait(limit: Limit, until: float, at: float) -> float:
    """Seconds from ``at``. A moment further ahead than the limit can make anybody wait was noted by a clock
    that was ahead and has been put right: it counts for nothing."""
    wait = until - at
    return 0.0 if wait > limit.longest + SKEW_SECONDS else wait


def remember(connection: Connection, user_id: int, place: str, *, at: str) -> None:
    """One place of one account, as of this moment."""
    fresh = upsert(connection, sign_in_places).values(user=user_id, place=place, at=at)
    connection.execute(fresh.on_conflict_do_update(index_elements=["user", "place"], set_={"at": at}))


def _oldest() -> str:
    return (datetime.now(UTC) - timedelta(days=KNOWN_DAYS)).isoformat()
