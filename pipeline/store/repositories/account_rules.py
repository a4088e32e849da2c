"""Who can sign in, who administrates, and links that end with a password: rules on rows of accounts."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Connection, select

from pipeline.domain.people import User, UserRole
from pipeline.store.people_tables import invitations, users


def end_links(connection: Connection, user_id: int) -> None:
    """End the one-time links of an account that nobody has used."""
    unused = (invitations.c.user == user_id) & invitations.c.used_at.is_(None)
    connection.execute(invitations.delete().where(unused))


def can_sign_in() -> ColumnElement[bool]:
    """By a password, or at the identity provider; whoever was only invited cannot yet."""
    return users.c.password.is_not(None) | users.c.subject.is_not(None)


def administrators(connection: Connection) -> dict[int, bool]:
    """Whoever administrates now, and whether they can sign in; kept as they are while this is written."""
    working = (users.c.role == str(UserRole.ADMINISTRATOR)) & ~users.c.disabled
    locked = select(users.c.id, can_sign_in()).where(working).order_by(users.c.id).with_for_update()
    return {user_id: bool(able) for user_id, able in connection.execute(locked)}


def suffice(known: Mapping[int, bool], without: int) -> bool:
    """Whether there is an administrator besides this one; one who can sign in, where this one can."""
    others = [able for user_id, able in known.items() if user_id != without]
    return any(others) if known.get(without) else bool(others)


def administrates(user: User) -> bool:
    return user.role is UserRole.ADMINISTRATOR and not user.disabled
