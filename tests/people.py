"""Users for tests of the review room, written as rows: no password is ever hashed here."""

from __future__ import annotations

from sqlalchemy import insert

from pipeline.domain import UserRole
from pipeline.store import Store
from pipeline.store.people_tables import users
from pipeline.store.statements import now


def user(
    store: Store,
    name: str,
    role: UserRole = UserRole.REVIEWER,
    *,
    team: str | None = None,
    agent_id: str | None = None,
) -> int:
    """The key of a new user whose name to show is their name."""
    values = {
        "name": name,
        "display_name": name,
        "role": role.value,
        "team": team,
        "agent_id": agent_id,
        "disabled": False,
        "created_at": now(),
    }
    with store._write() as connection:
        return int(connection.execute(insert(users).returning(users.c.id), values).scalar_one())
