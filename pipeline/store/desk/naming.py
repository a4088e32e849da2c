"""Names of people, and the condition that a scope is."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, and_, false, select, true

from pipeline.domain.people import Scope
from pipeline.store.desk.tables import users
from pipeline.store.reading import pages
from pipeline.store.tables import calls


def names_of(connection: Connection, user_ids: Iterable[int | None]) -> dict[int | None, str]:
    """User -> name for people."""
    wanted = sorted({user_id for user_id in user_ids if user_id is not None})
    found: dict[int | None, str] = {}
    for page in pages(wanted):
        query = select(users.c.id, users.c.display_name).where(users.c.id.in_(page))
        found |= {row.id: row.display_name for row in connection.execute(query)}
    return found


def within(scope: Scope) -> ColumnElement[bool]:
    """The condition on ``calls`` that a scope is."""
    if scope.nothing:
        return false()
    conditions: list[ColumnElement[bool]] = [true()]
    if scope.agent_id is not None:
        conditions.append(calls.c.agent_id == scope.agent_id)
    if scope.team is not None:
        conditions.append(calls.c.team == scope.team)
    if scope.sealed:
        conditions.append(calls.c.call_id.not_in(sorted(scope.sealed)))
    return and_(*conditions)
