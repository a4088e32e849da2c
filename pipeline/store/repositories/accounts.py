"""Accounts: who they are, what they may see."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, func, select, update

from pipeline.domain.people import User, UserRole
from pipeline.errors import Missing, Refused
from pipeline.review.claims import Actor
from pipeline.store.auditing import note
from pipeline.store.database import Repository
from pipeline.store.people_tables import sessions, users
from pipeline.store.repositories.account_rules import (
    administrates,
    administrators,
    can_sign_in,
    end_links,
    suffice,
)
from pipeline.store.statements import now, pages, upsert
from pipeline.store.tables import calls

_ADDRESS = re.compile(
    r"(?=[^@]{1,64}@)[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*@[A-Za-z0-9.-]{1,190}", re.ASCII
)
"""Plain addresses (dot-atoms, RFC 5322): nothing that ends a line of a letter's head, names a second reader,
or that libraries of mail stumble over."""


@dataclass(frozen=True, slots=True)
class UserRow:
    """An account as administrators see it."""

    user: User
    created_at: str
    has_password: bool
    subject: str | None
    seen_at: str | None
    """When a session of theirs was last used."""


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team as the call lists name it, with its size."""

    team: str | None
    calls: int
    agents: int


def names_of(connection: Connection, user_ids: Iterable[int | None]) -> dict[int | None, str]:
    """User -> name for people."""
    wanted = sorted({user_id for user_id in user_ids if user_id is not None})
    found: dict[int | None, str] = {}
    for page in pages(wanted):
        query = select(users.c.id, users.c.display_name).where(users.c.id.in_(page))
        found |= {row.id: row.display_name for row in connection.execute(query)}
    return found


ACCOUNT = (
    users.c.id,
    users.c.name,
    users.c.display_name,
    users.c.role,
    users.c.team,
    users.c.agent_id,
    users.c.lang,
    users.c.theme,
    users.c.disabled,
)
"""The columns of a User, in its order."""


def user_of(row: Sequence[Any]) -> User:
    """From the first columns of a row that starts with ACCOUNT."""
    user_id, name, display_name, role, *others = row[: len(ACCOUNT)]
    return User(user_id, name, display_name, UserRole(role), *others)


def actor_of(connection: Connection, user_id: int | None) -> Actor:
    """Who acts, as the rules of review look at them."""
    if user_id is None:
        return Actor(None)
    query = select(users.c.role, users.c.agent_id).where(users.c.id == user_id)
    row = connection.execute(query).one_or_none()
    return Actor(user_id) if row is None else Actor(user_id, UserRole(row.role), row.agent_id)


def plain_name(name: str) -> str:
    """What is typed at sign-in: case and space around it do not matter."""
    return name.strip().casefold()


class Accounts(Repository):
    """Accounts are never deleted: decisions and the audit name them. They are disabled."""

    def add(
        self,
        name: str,
        *,
        display_name: str = "",
        role: UserRole,
        team: str | None = None,
        agent_id: str | None = None,
        password: str | None = None,
        subject: str | None = None,
    ) -> User:
        """A new account.

        Args:
            password: the argon2id string, never the password itself.
            subject: who they are at the identity provider.

        Raises:
            Refused: no name, or the name (or the subject) is taken.
        """
        name = plain_name(name)
        if not name:
            raise Refused("an account needs a name", code="user-name")
        values = {
            "name": name,
            "display_name": display_name.strip() or name,
            "role": str(role),
            "team": team or None,
            "agent_id": agent_id or None,
            "password": password,
            "subject": subject,
            "disabled": False,
            "created_at": now(),
        }
        with self._write() as connection:
            free = upsert(connection, users).values(values).on_conflict_do_nothing()
            row = connection.execute(free.returning(*ACCOUNT)).one_or_none()
            if row is None:
                raise Refused(f"there is an account {name!r} already", code="user-exists", name=name)
            made = user_of(row)
            note(connection, "user-add", subject=made.name, **_rights(made))
        return made

    def first_administrator(self, name: str = "admin") -> User | None:
        """Whom to invite where nobody can sign in yet (made now, if need be); None where somebody can."""
        can = can_sign_in() & ~users.c.disabled
        administrates = (users.c.role == str(UserRole.ADMINISTRATOR)) & ~users.c.disabled
        with self._read() as connection:
            if connection.execute(select(users.c.id).where(can).limit(1)).first() is not None:
                return None
            waiting = connection.execute(select(*ACCOUNT).where(administrates).limit(1)).first()
            taken = set(connection.execute(select(users.c.name)).scalars())
        if waiting:
            return user_of(waiting)
        names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
        return self.add(next(each for each in names if each not in taken), role=UserRole.ADMINISTRATOR)

    def user(self, user_id: int) -> User | None:
        with self._read() as connection:
            row = connection.execute(select(*ACCOUNT).where(users.c.id == user_id)).one_or_none()
        return None if row is None else user_of(row)

    def named(self, name: str) -> User | None:
        found = self.credentials(name)
        return None if found is None else found[0]

    def credentials(self, name: str) -> tuple[User, str | None] | None:
        """The account with what its password is checked against."""
        query = select(*ACCOUNT, users.c.password).where(users.c.name == plain_name(name))
        with self._read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (user_of(row), row.password)

    def of_subject(self, subject: str) -> User | None:
        with self._read() as connection:
            row = connection.execute(select(*ACCOUNT).where(users.c.subject == subject)).one_or_none()
        return None if row is None else user_of(row)

    def bind(self, name: str, subject: str) -> User | None:
        """Give an account that has neither password nor subject to this subject of the identity provider."""
        free = (users.c.name == plain_name(name)) & users.c.password.is_(None) & users.c.subject.is_(None)
        with self._write() as connection:
            bound = update(users).where(free).values(subject=subject).returning(*ACCOUNT)
            row = connection.execute(bound).one_or_none()
            if row is not None:
                note(connection, "user-bind", by=row.id, subject=row.name)
        return None if row is None else user_of(row)

    def all(self, *, roles: Sequence[UserRole] = ()) -> tuple[UserRow, ...]:
        """All accounts (of these roles), by name."""
        seen = func.max(sessions.c.seen_at).label("seen")
        query = (
            select(*ACCOUNT, users.c.created_at, users.c.password.is_not(None), users.c.subject, seen)
            .select_from(users.outerjoin(sessions, sessions.c.user == users.c.id))
            .group_by(users.c.id)
            .order_by(users.c.disabled, users.c.name)
        )
        if roles:
            query = query.where(users.c.role.in_([str(role) for role in roles]))
        with self._read() as connection:
            rows = connection.execute(query).all()
        return tuple(UserRow(user_of(row), *row[len(ACCOUNT) :]) for row in rows)

    def change(
        self,
        user_id: int,
        *,
        display_name: str | None = None,
        role: UserRole | None = None,
        team: str | None = "",
        agent_id: str | None = "",
        disabled: bool | None = None,
    ) -> User:
        """Change what is given (an empty text leaves team and agent as they are; None takes them away).

        A disabled account is signed out everywhere at once, and its one-time links end.

        Raises:
            Missing: no such account.
            Refused: nobody would be left who can administrate, or none of those who are could sign in.
        """
        values: dict[str, Any] = {}
        if display_name is not None and display_name.strip():
            values["display_name"] = display_name.strip()
        if role is not None:
            values["role"] = str(role)
        if team != "":
            values["team"] = team
        if agent_id != "":
            values["agent_id"] = agent_id
        if disabled is not None:
            values["disabled"] = disabled
        with self._write() as connection:
            # All of them, always in the same order: of two who disable each other the second sees the first.
            known = administrators(connection)
            user = before = _locked(connection, user_id)
            if values:
                changed = update(users).where(users.c.id == user_id).values(values).returning(*ACCOUNT)
                user = user_of(connection.execute(changed).one())
            if administrates(before) and not administrates(user) and not suffice(known, user_id):
                raise Refused(
                    "the last administrator cannot be disabled or given another role", code="last-admin"
                )
            if disabled:
                connection.execute(sessions.delete().where(sessions.c.user == user_id))
                end_links(connection, user_id)
            if user.disabled != before.disabled:
                note(connection, "user-disable" if user.disabled else "user-enable", subject=user.name)
            if replace(user, disabled=before.disabled) != before:
                note(connection, "user-change", subject=user.name, **_rights(user))
        return user

    def prefer(self, user_id: int, *, lang: str | None = None, theme: str | None = None) -> None:
        """Remember language and theme (theme ``system``: none)."""
        values: dict[str, str | None] = {}
        if lang is not None:
            values["lang"] = lang
        if theme is not None:
            values["theme"] = None if theme == "system" else theme
        if values:
            with self._write() as connection:
                connection.execute(update(users).where(users.c.id == user_id).values(values))

    def mail_of(self, user_id: int) -> str | None:
        """Where notices of this person go; None: nowhere."""
        with self._read() as connection:
            found: str | None = connection.execute(select(users.c.mail).where(users.c.id == user_id)).scalar()
        return found

    def set_mail(self, user_id: int, mail: str | None) -> None:
        """Send notices there from now on (None: nowhere); the log says that it changed, not the address.

        Raises:
            Refused: ``mail-address``: that is no address.
        """
        if mail is not None and not _ADDRESS.fullmatch(mail):
            raise Refused("that is no mail address", code="mail-address")
        with self._write() as connection:
            changed = update(users).where(users.c.id == user_id, users.c.mail.is_distinct_from(mail))
            name = connection.execute(changed.values(mail=mail).returning(users.c.name)).scalar()
            if name is not None:
                note(connection, "mail-set" if mail else "mail-drop", subject=name)

    def set_password(self, user_id: int, password: str, *, keep: str | None = None) -> None:
        """Store a new argon2id string; all sessions end but the one with the digest ``keep``, and so do
        one-time links: whoever has found one does not undo what the owner did."""
        with self._write() as connection:
            changed = update(users).where(users.c.id == user_id).values(password=password)
            name = connection.execute(changed.returning(users.c.name)).scalar()
            if name is not None:
                note(connection, "password", subject=name)
            end_links(connection, user_id)
            connection.execute(
                sessions.delete().where(sessions.c.user == user_id, sessions.c.token != (keep or ""))
            )

    def rehash(self, user_id: int, *, old: str, new: str) -> None:
        """The same password under newer parameters; nothing if it was changed meanwhile."""
        with self._write() as connection:
            mine = (users.c.id == user_id) & (users.c.password == old)
            connection.execute(update(users).where(mine).values(password=new))

    def teams(self) -> tuple[TeamRow, ...]:
        """The teams that the call lists name, by name."""
        query = select(calls.c.team, func.count(), func.count(calls.c.agent_id.distinct()))
        with self._read() as connection:
            found = [TeamRow(*row) for row in connection.execute(query.group_by(calls.c.team))]
        from pipeline.conversation.collation import by_name  # here: every decision asks for an account

        return tuple(sorted(found, key=lambda row: (row.team is None, by_name(row.team or ""))))


def _rights(user: User) -> dict[str, Any]:
    """What an account may, for the log."""
    return {"role": user.role, "team": user.team, "agent_id": user.agent_id}


def _locked(connection: Connection, user_id: int) -> User:
    row = connection.execute(select(*ACCOUNT).where(users.c.id == user_id).with_for_update()).one_or_none()
    if row is None:
        raise Missing("there is no such account", code="no-user")
    return user_of(row)
