"""Which calls: the one filter behind lists, exports and reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, select, true

from pipeline.domain import OpenCause, Outcome, Severity, Status
from pipeline.domain.people import Scope
from pipeline.store import days
from pipeline.store.review_tables import cases
from pipeline.store.tables import calls, findings, inspections


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


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Conditions that must all hold; None does not matter."""

    call_id: str | None = None
    agent: str | None = None
    """Agent's number, exactly."""
    team: str | None = None
    flagged: bool | None = None
    status: Status | None = None
    criterion: str | None = None
    """The call failed this criterion."""
    severity: Severity | None = None
    """The call failed a criterion of this class (of ``criterion``, where both are given)."""
    cause: OpenCause | None = None
    """Some finding of the call is open for this reason."""
    score_below: float | None = None
    score_from: float | None = None
    date_from: date | None = None
    """First day that calls count under; see :mod:`pipeline.store.days`."""
    date_to: date | None = None
    """Last day, included."""
    without: frozenset[str] = frozenset()
    """Ids of calls that are left out."""
    limit: int | None = None


def conditions(wanted: CallFilter) -> list[ColumnElement[bool]]:
    """SQL conditions over ``calls`` joined with ``inspections``, without the limit."""
    equal: dict[ColumnElement[Any], Any] = {
        calls.c.call_id: wanted.call_id,
        calls.c.agent_id: wanted.agent,
        calls.c.team: wanted.team,
        inspections.c.status: wanted.status,
    }
    out = [column == value for column, value in equal.items() if value is not None]
    if wanted.without:
        out.append(calls.c.call_id.not_in(sorted(wanted.without)))
    if wanted.flagged is not None:
        out.append(inspections.c.flagged.is_(wanted.flagged))
    if wanted.cause is not None:
        doubted = and_(cases.c.open_findings > 0, cases.c.causes.contains(wanted.cause.value))
        out.append(exists(select(1).where(cases.c.call == inspections.c.call, doubted)))
    if wanted.score_below is not None:
        out.append(inspections.c.score < wanted.score_below)
    if wanted.score_from is not None:
        out.append(inspections.c.score >= wanted.score_from)
    out += days.between(wanted.date_from, wanted.date_to)
    if wanted.criterion is not None or wanted.severity is not None:
        failed = [findings.c.inspection == inspections.c.id, findings.c.outcome == Outcome.FAILED.value]
        if wanted.criterion is not None:
            failed.append(findings.c.criterion == wanted.criterion)
        if wanted.severity is not None:
            failed.append(findings.c.severity == wanted.severity.value)
        out.append(exists(select(1).where(and_(*failed))))
    return out


def matching(wanted: CallFilter, *columns: Any) -> Select[Any]:
    """Current inspections that match, in order of start (unknown last), then of call id."""
    query = (
        select(*columns)
        .select_from(inspections.join(calls, inspections.c.call == calls.c.id))
        .where(inspections.c.current, *conditions(wanted))
        .order_by(calls.c.started_local.is_(None), calls.c.started_local, calls.c.call_id)
    )
    return query if wanted.limit is None else query.limit(wanted.limit)
