"""Writes notices, in the transaction of what they tell about."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from pipeline.domain.people import UserRole
from pipeline.review.notices import NoticeKind
from pipeline.store.coaching_tables import notices
from pipeline.store.people_tables import users
from pipeline.store.statements import now, upsert


def tell(
    connection: Connection,
    kind: NoticeKind,
    to: Iterable[int | None],
    *,
    key: object,
    by: int | None,
    call: int | None = None,
    goal: int | None = None,
    number: int | None = None,
) -> int:
    """Tell each of these people once, but not whoever did it; how many were told now.

    Args:
        key: with the kind, what happened: told again, it changes nothing.
    """
    told = 0
    for user in sorted({one for one in to if one is not None and one != by}):
        values = {
            "user": user, "kind": kind.value, "call": call, "goal": goal, "number": number, "at": now(),
            "key": f"{kind}:{key}:{user}",
        }  # fmt: skip
        made = upsert(connection, notices).values(values).on_conflict_do_nothing(index_elements=["key"])
        told += connection.execute(made.returning(notices.c.id)).scalar() is not None
    return told


def accounts_of(connection: Connection, agent_id: str | None) -> list[int]:
    """Whoever signs in as this agent."""
    if agent_id is None:
        return []
    u = users.c
    query = select(u.id).where(u.agent_id == agent_id, u.role == UserRole.AGENT.value, ~u.disabled)
    return list(connection.execute(query).scalars())
