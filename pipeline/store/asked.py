"""Calls by what people type to find them: an agent's number or name, the id of a call."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, select

from pipeline.store.tables import calls, inspections

SHORTEST_BEGINNING = 3
"""Characters from which the beginning of a call's id finds it: two digits would find half of a month."""


def of_agent(asked: str, connection: Connection) -> ColumnElement[bool]:
    """Condition on calls. A number is one agent's alone: 801 finds nobody whose name holds it."""
    numbered = calls.c.agent_id == asked
    if not asked.strip() or _any(numbered, connection):
        return numbered
    return calls.c.agent_name.icontains(asked.strip(), autoescape=True)


def with_id(asked: str, connection: Connection) -> ColumnElement[bool] | None:
    """Condition on inspections: their call has this id, or one that begins so. None where no call has."""
    asked = asked.strip()
    named = calls.c.call_id == asked
    if len(asked) >= SHORTEST_BEGINNING:
        named = calls.c.call_id.istartswith(asked, autoescape=True)
    if not _any(named, connection):
        return None
    return inspections.c.call.in_(select(calls.c.id).where(named))


def _any(condition: ColumnElement[bool], connection: Connection) -> bool:
    """Whether some call is like this."""
    return connection.execute(select(calls.c.id).where(condition).limit(1)).first() is not None
