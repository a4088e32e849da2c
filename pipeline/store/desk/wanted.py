"""Which calls a screen shows: the filter behind the queue and every link into it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Text,
    and_,
    false,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
)

from pipeline.domain import Outcome, Scope, Severity, Status
from pipeline.store import codec, days
from pipeline.store.desk.naming import within
from pipeline.store.desk.tables import cases, verdicts
from pipeline.store.search import said
from pipeline.store.tables import calls, findings, inspections

ANY_ALERT = "any"
"""Value of ``alert`` that every escalation passes."""


class QueueState(StrEnum):
    """Which part of the work; all but ``all`` and ``done`` are part of ``open``."""

    OPEN = "open"
    MINE = "mine"
    """Assigned to me, or claimed by me."""
    CLAIMED = "claimed"
    """Somebody has it open now."""
    SECOND = "second"
    """Waits for a second person."""
    DISPUTED = "disputed"
    """Two people disagree; waits for the supervisor."""
    UNHEARD = "unheard"
    """Somebody could not tell; waits for another person, or for the supervisor."""
    SOUND = "sound"
    """A verdict may have been given on another recording; waits for a reviewer."""
    DONE = "done"
    ALL = "all"
    """Every call, flagged or not."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Conditions that must all hold; None does not matter."""

    state: QueueState = QueueState.OPEN
    date_from: date | None = None
    """First day that calls count under; see :mod:`pipeline.store.days`."""
    date_to: date | None = None
    """Last day, included."""
    team: str | None = None
    agent: str | None = None
    """Agent's number, exactly."""
    queue: str | None = None
    criterion: str | None = None
    """Violated, as the machine says or as a person added."""
    severity: Severity | None = None
    """The gravest class among what still stands."""
    score_from: float | None = None
    """The score with people's verdicts in it, included."""
    score_below: float | None = None
    """Excluded; 100 is below nothing, so the last bin leaves it out."""
    confidence_from: float | None = None
    confidence_to: float | None = None
    """Of the least sure evidence that nobody has decided on."""
    alert: str | None = None
    """A phrase code the customer said, or ``any``."""
    status: Status | None = None
    reason: str | None = None
    """Why it could not be inspected (wholly): the stable code, else the sentence."""
    flagged: bool | None = None
    text: str | None = None
    """Said in the call: every part between spaces."""
    violating: bool | None = None
    """Some violation still stands."""
    undated: bool | None = None
    """Nobody says when the call began."""


CURRENT = and_(inspections.c.call == cases.c.call, inspections.c.current)
"""Joins a case with the current inspection: through ``call``, which narrow indexes begin with."""


@dataclass(frozen=True, slots=True)
class Question:
    """A filter as SQL: the joins it needs, and its conditions."""

    tables: FromClause
    conditions: tuple[ColumnElement[bool], ...]


def question(wanted: Wanted, scope: Scope, *, by: int | None, connection: Connection) -> Question:
    """Conditions over ``cases``, joined with the others only where they are asked for.

    A count over ten thousand cases reads nothing but their narrow rows then.
    """
    of_case = _work(wanted.state, by) + _case(wanted)
    of_call = _call(wanted, scope)
    of_inspection = _inspection(wanted, connection)
    tables: FromClause = cases
    if of_call:
        tables = tables.join(calls, calls.c.id == cases.c.call)
    if of_inspection:
        tables = tables.join(inspections, CURRENT)
    return Question(tables, (*of_case, *of_call, *of_inspection))


def with_calls(tables: FromClause) -> FromClause:
    """These tables and ``calls``, where it is not among them yet."""
    return tables if _has_calls(tables) else tables.join(calls, calls.c.id == cases.c.call)


def _has_calls(tables: Any) -> bool:
    left = getattr(tables, "left", None)
    return tables is calls if left is None else _has_calls(left) or _has_calls(tables.right)


def held(moment: float | None = None) -> ColumnElement[bool]:
    """Somebody has the case open, and their time is not over."""
    return and_(cases.c.claimed.is_not(None), cases.c.claimed_until > (moment or time.time()))


def _work(state: QueueState, by: int | None) -> list[ColumnElement[bool]]:
    is_open = cases.c.state == "open"
    match state:
        case QueueState.OPEN:
            return [is_open]
        case QueueState.MINE:
            return [is_open, or_(cases.c.assigned == by, and_(cases.c.claimed == by, held()))]
        case QueueState.CLAIMED:
            return [is_open, held()]
        case QueueState.SECOND | QueueState.DISPUTED | QueueState.UNHEARD | QueueState.SOUND:
            return [is_open, cases.c.open_findings > 0, cases.c.causes.contains(state.value)]
        case QueueState.DONE:
            return [cases.c.state == "done"]
        case QueueState.ALL:
            return []


def _case(wanted: Wanted) -> list[ColumnElement[bool]]:
    c = cases.c
    out: list[ColumnElement[bool]] = []
    if wanted.severity is not None:
        out.append(c.worst == wanted.severity.value)
    if wanted.violating is not None:
        out.append(c.worst.is_not(None) if wanted.violating else c.worst.is_(None))
    bounds: list[tuple[float | None, Any]] = [
        (wanted.score_from, c.score.__ge__),
        (wanted.score_below, c.score.__lt__),
        (wanted.confidence_from, c.confidence.__ge__),
        (wanted.confidence_to, c.confidence.__le__),
    ]
    out += [compare(bound) for bound, compare in bounds if bound is not None]
    if wanted.criterion is not None:
        f, v = findings.c, verdicts.c
        failed = select(f.inspection).where(
            f.criterion == wanted.criterion, f.outcome == Outcome.FAILED.value
        )
        added = select(v.call).where(v.criterion == wanted.criterion, v.added)
        out.append(or_(c.inspection.in_(failed), c.call.in_(added)))
    return out


def _call(wanted: Wanted, scope: Scope) -> list[ColumnElement[bool]]:
    c = calls.c
    equal: list[tuple[Any, str | None]] = [
        (c.team, wanted.team),
        (c.agent_id, wanted.agent),
        (c.queue, wanted.queue),
    ]
    out = [column == value for column, value in equal if value is not None]
    out += days.between(wanted.date_from, wanted.date_to)
    if wanted.undated is not None:
        out.append(days.undated() if wanted.undated else ~days.undated())
    if scope != Scope():
        out.append(within(scope))
    return out


_LARGE = (QueueState.OPEN, QueueState.DONE, QueueState.ALL)


def _inspection(wanted: Wanted, connection: Connection) -> list[ColumnElement[bool]]:
    i = inspections.c
    out: list[ColumnElement[bool]] = []
    if wanted.status is not None:
        out.append(i.status == wanted.status.value)
    if wanted.reason is not None:
        out.append(why_not_inspected() == wanted.reason)
    if wanted.flagged is not None:
        out.append(i.flagged.is_(True) if wanted.flagged else func.coalesce(i.flagged, false()).is_(False))
    if wanted.alert is not None:
        out.append(alerted())  # first: there is an index of those alone
        if wanted.alert != ANY_ALERT:
            out.append(i.alerts.contains(codec.dumps(wanted.alert), autoescape=True))
    if wanted.text:
        alone = wanted == Wanted(state=wanted.state, text=wanted.text) and wanted.state in _LARGE
        found = said(wanted.text, i.hearing, connection, alone=alone)
        out.append(false() if found is None else found)
    return out


def alerted() -> ColumnElement[bool]:
    """The customer said something that must reach a person the same day."""
    # Written out, as in the index of those alone: a parameter would hide that it is the same.
    return inspections.c.alerts != literal_column("'[]'")


def why_not_inspected() -> ColumnElement[str]:
    """The stable code of a call's reason where it has one, else what is stored of the sentence."""
    return func.coalesce(type_coerce(inspections.c.reason_code, Text), inspections.c.reason)
