"""Sessions and one-time links. The store keeps digests: who reads the database cannot sign in with it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select, update

from pipeline.domain.people import User
from pipeline.errors import StoreError
from pipeline.store.auditing import note
from pipeline.store.database import Repository
from pipeline.store.people_tables import invitations, sessions, users
from pipeline.store.repositories.account_rules import end_links
from pipeline.store.repositories.accounts import ACCOUNT, user_of
from pipeline.store.statements import now


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A browser that is signed in. ``token`` is the digest; nobody can make the cookie from it."""

    token: str
    user: User
    csrf: str
    created_at: str
    seen_at: str
    expires_at: str
    agent: str | None


TOUCH_SECONDS = 60
"""``seen_at`` is written at most this often: a click is not a write."""
TOUCH_WAIT_SECONDS = 0.1
"""How long that may wait for another writer."""

_SESSION = (
    sessions.c.csrf,
    sessions.c.created_at,
    sessions.c.seen_at,
    sessions.c.expires_at,
    sessions.c.agent,
)


def _past(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()


def _ahead(seconds: float) -> str:
    return _past(-seconds)


class Sessions(Repository):
    """Who is signed in where."""

    def open(
        self,
        user_id: int,
        *,
        token: str,
        csrf: str,
        seconds: float,
        agent: str | None = None,
        how: str | None = None,
    ) -> None:
        """Sign in: ``token`` is the SHA-256 of the cookie. Sessions that have ended are swept out.

        Args:
            how: ``password``, ``link`` or ``oidc``, for the log.
        """
        at = now()
        with self._write() as connection:
            connection.execute(sessions.delete().where(sessions.c.expires_at <= at))
            values = {"token": token, "user": user_id, "csrf": csrf, "agent": agent}
            times = {"created_at": at, "seen_at": at, "expires_at": _ahead(seconds)}
            connection.execute(sessions.insert(), values | times)
            note(connection, "sign-in", by=user_id, subject=_name(connection, user_id), how=how)

    def find(self, token: str, *, idle_seconds: float) -> SessionRow | None:
        """The session with this digest; None where it has ended, idled, or its user is disabled."""
        at = now()
        query = (
            select(*ACCOUNT, *_SESSION)
            .join_from(sessions, users)
            .where(
                sessions.c.token == token,
                sessions.c.expires_at > at,
                sessions.c.seen_at > _past(idle_seconds),
                ~users.c.disabled,
            )
        )
        with self._read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        if row.seen_at < _past(TOUCH_SECONDS):
            self._touch(token, at)
        return SessionRow(token, user_of(row), *row[len(ACCOUNT) :])

    def _touch(self, token: str, at: str) -> None:
        """Note that a session is used. Where somebody else is writing, the next request notes it: nobody
        waits to read a page."""
        with suppress(StoreError), self._write_soon(TOUCH_WAIT_SECONDS) as connection:
            mine = sessions.c.token == token
            connection.execute(update(sessions).where(mine).values(seen_at=at))

    def close(self, token: str) -> None:
        with self._write() as connection:
            mine = sessions.delete().where(sessions.c.token == token).returning(sessions.c.user)
            user_id = connection.execute(mine).scalar()
            if user_id is not None:
                note(connection, "sign-out", by=user_id, subject=_name(connection, user_id))

    def close_all(self, user_id: int, *, keep: str | None = None) -> int:
        """Sign out everywhere (but in the session ``keep``); how many sessions ended."""
        others = (sessions.c.user == user_id) & (sessions.c.token != (keep or ""))
        with self._write() as connection:
            ended = connection.execute(sessions.delete().where(others)).rowcount
            name = _name(connection, user_id)
            note(connection, "sign-out", subject=name, sessions=ended, where="elsewhere")
            return ended

    def of_user(self, user_id: int) -> tuple[SessionRow, ...]:
        """Where somebody is signed in, the last used first."""
        query = (
            select(*ACCOUNT, *_SESSION, sessions.c.token)
            .join_from(sessions, users)
            .where(sessions.c.user == user_id, sessions.c.expires_at > now())
            .order_by(sessions.c.seen_at.desc())
        )
        with self._read() as connection:
            rows = connection.execute(query).all()
        return tuple(SessionRow(row.token, user_of(row), *row[len(ACCOUNT) : -1]) for row in rows)

    # One-time links

    def invite(self, user_id: int, *, token: str, seconds: float) -> None:
        """A link (``token``: its SHA-256) to choose a password; older links of this account end."""
        with self._write() as connection:
            end_links(connection, user_id)
            values = {"token": token, "user": user_id, "created_at": now(), "expires_at": _ahead(seconds)}
            connection.execute(invitations.insert(), values)
            note(connection, "invite", subject=_name(connection, user_id), hours=round(seconds / 3600, 1))

    def invited(self, token: str) -> User | None:
        """Whom a link is for; None where it was used, has ended, or never was."""
        query = (
            select(*ACCOUNT)
            .join_from(invitations, users)
            .where(
                invitations.c.token == token,
                invitations.c.used_at.is_(None),
                invitations.c.expires_at > now(),
                ~users.c.disabled,
            )
        )
        with self._read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else user_of(row)

    def accept(self, token: str, *, password: str) -> User | None:
        """Use a link once: store the argon2id string, end all sessions. None where the link holds no more."""
        open_link = (
            (invitations.c.token == token)
            & invitations.c.used_at.is_(None)
            & (invitations.c.expires_at > now())
        )
        with self._write() as connection:
            used = update(invitations).where(open_link).values(used_at=now()).returning(invitations.c.user)
            user_id = connection.execute(used).scalar()
            if user_id is None:
                return None
            mine = (users.c.id == user_id) & ~users.c.disabled
            changed = update(users).where(mine).values(password=password).returning(*ACCOUNT)
            row = connection.execute(changed).one_or_none()
            connection.execute(sessions.delete().where(sessions.c.user == user_id))
            if row is not None:
                note(connection, "password", by=row.id, subject=row.name, how="link")
        return None if row is None else user_of(row)


def _name(connection: Connection, user_id: int) -> str | None:
    return connection.execute(select(users.c.name).where(users.c.id == user_id)).scalar()
