"""The day a call counts under: the one rule behind every filter, board, sample and deletion by day.

A call counts under the day it began, by the clock where it was taken. Where no call list and no file name
says when that was, it counts under the day on which it was inspected first; that day never moves afterwards.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import ColumnElement, func

from pipeline.store.tables import calls


def counted() -> ColumnElement[str]:
    """Moment that a call counts under, ISO 8601; written as in the index of it."""
    moment: ColumnElement[str] = func.coalesce(calls.c.started_local, calls.c.received_local)
    return moment


def between(first: date | None, last: date | None) -> list[ColumnElement[bool]]:
    """Conditions on ``calls``: those that count under the first day to the last, both included."""
    out = []
    if first is not None:
        out.append(counted() >= first.isoformat())
    if last is not None:
        out.append(counted() < (last + timedelta(days=1)).isoformat())
    return out


def undated() -> ColumnElement[bool]:
    """Nobody says when the call began."""
    return calls.c.started_local.is_(None)
