"""Calls that a person went on from without having decided: they stand behind the others for this person."""

from __future__ import annotations

import time

from sqlalchemy import ColumnElement, Connection, and_, select

from pipeline.domain import CaseState
from pipeline.store.desk.tables import cases, skipped
from pipeline.store.statements import upsert

SKIPPED_HOURS = 12.0
"""One shift: the next day begins anew."""


def left_by(user: int) -> ColumnElement[bool]:
    """Condition on ``skipped`` beside ``cases``: this person left the case as it is now, not long ago."""
    long_ago = time.time() - SKIPPED_HOURS * 3600
    return and_(
        skipped.c.call == cases.c.call,
        skipped.c.user == user,
        skipped.c.version == cases.c.version,
        skipped.c.at > long_ago,
    )


def skip(connection: Connection, call: int, user: int) -> None:
    """Note that this person goes on from an open call; what is done needs no note."""
    mine = select(cases.c.state, cases.c.version).where(cases.c.call == call)
    case = connection.execute(mine).one_or_none()
    if case is None or case.state != CaseState.OPEN.value:
        return
    values = {"version": case.version, "at": time.time()}
    statement = upsert(connection, skipped).values({"user": user, "call": call, **values})
    connection.execute(statement.on_conflict_do_update(index_elements=["user", "call"], set_=values))
