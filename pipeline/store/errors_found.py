"""Violations one by one, as the machine and people say: a row for each criterion that is broken in a call.

In two parts, since verdicts are few and findings are millions: what people spoke about, from their words to
the findings; and what the machine says and nobody spoke about.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    FromClause,
    Select,
    and_,
    case,
    exists,
    literal,
    or_,
    select,
    true,
    union_all,
)

from pipeline.domain import Outcome, ReviewState
from pipeline.review.appeals import OPEN
from pipeline.settlement import Standing
from pipeline.store.days import counted
from pipeline.store.review_tables import appeals, verdicts
from pipeline.store.tables import calls, findings, inspections


def errors_found(conditions: Sequence[ColumnElement[bool]]) -> CompoundSelect[Any]:
    """Rows of ``call, call_id, moment, agent_id, agent_name, team, inspection, criterion, title, severity,
    standing, stands``.

    ``stands``: it is a violation as things are now: the machine says so or people confirmed it, and nobody
    overturned it. What is open and the machine did not accuse of is not (yet) one.

    Args:
        conditions: on current inspections, their calls and findings.
    """
    f, v = findings.c, verdicts.c
    more = (f.severity.is_not(None), *conditions)
    failed = f.outcome == Outcome.FAILED.value
    spoken = (
        verdicts.join(calls, calls.c.id == v.call)
        .join(inspections, and_(inspections.c.call == calls.c.id, inspections.c.current))
        .join(findings, and_(f.inspection == inspections.c.id, f.criterion == v.criterion))
    )
    silent = findings.join(inspections, and_(f.inspection == inspections.c.id, inspections.c.current)).join(
        calls, calls.c.id == inspections.c.call
    )
    heard = exists().where(v.call == calls.c.id, v.criterion == f.criterion, v.state.is_not(None))
    overturned = v.state == ReviewState.OVERTURNED.value
    confirmed = v.state == ReviewState.CONFIRMED.value
    said = case(
        (overturned, literal(Standing.OVERTURNED.value)),
        (_appealed(), literal(Standing.APPEALED.value)),
        (confirmed, literal(Standing.CONFIRMED.value)),
        else_=literal(Standing.OPEN.value),
    )
    unsaid = case(
        (_appealed(), literal(Standing.APPEALED.value)),
        (f.only_flags, literal(Standing.FLAGGED.value)),
        else_=literal(Standing.UNREVIEWED.value),
    )
    stands = and_(~overturned, or_(failed, confirmed))
    return union_all(
        _rows(spoken, said, stands).where(v.state.is_not(None), or_(failed, ~overturned), *more),
        _rows(silent, unsaid, true()).where(failed, ~heard, *more),
    )


def _rows(joined: FromClause, standing: ColumnElement[str], stands: ColumnElement[bool]) -> Select[Any]:
    f, c = findings.c, calls.c
    return select(
        c.id.label("call"),
        c.call_id,
        counted().label("moment"),
        c.agent_id,
        c.agent_name,
        c.team,
        inspections.c.id.label("inspection"),
        f.criterion,
        f.title,
        f.severity,
        standing.label("standing"),
        case((stands, 1), else_=0).label("stands"),
    ).select_from(joined)


def _appealed() -> ColumnElement[bool]:
    """An appeal about the finding is not decided."""
    a = appeals.c
    return exists().where(
        a.call == calls.c.id,
        a.criterion == findings.c.criterion,
        a.state.in_(sorted(one.value for one in OPEN)),
    )
