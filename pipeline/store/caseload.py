"""Cases: one row for each call that says what waits for a person, kept in the transaction that changes it.

Calls nobody has decided anything about, which are nearly all, are written by one statement for many at once.
The others follow the same rules in Python, with people's verdicts and the rubric's own arithmetic.
``pipeline/review/priority.py`` explains the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Double,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
)

from pipeline.domain import CaseState, Outcome
from pipeline.review import priority as rule
from pipeline.review.effective import MOST
from pipeline.store.days import counted
from pipeline.store.reading import pages
from pipeline.store.review_tables import cases, decisions
from pipeline.store.reviewed import keep_reviewed
from pipeline.store.statements import upsert_for
from pipeline.store.tables import calls, findings, inspections

_COLUMNS = (
    "call",
    "inspection",
    "state",
    "priority",
    "worst",
    "confidence",
    "pending",
    "score",
    "score_low",
    "score_high",
    "final",
    "passed",
    "passes_low",
    "passes_high",
    "open_findings",
    "causes",
    "version",
    "audio_sha256",
)


def refresh(connection: Connection, keys: Sequence[int]) -> None:
    """Bring the cases of these calls (by key) up to what their current inspections say."""
    for page in pages(sorted(keys)):
        these = {"keys": page}
        connection.execute(_statement(connection.dialect.name, whole=False), these)
        for key in connection.execute(_DECIDED, these).scalars().all():
            keep_reviewed(connection, key)


def refresh_all(connection: Connection) -> None:
    """Make the cases of a store from before there were any, or from before they said as much."""
    connection.execute(_statement(connection.dialect.name, whole=True))
    every = select(decisions.c.call).distinct().order_by(decisions.c.call)
    for key in connection.execute(every).scalars().all():
        keep_reviewed(connection, key)


_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_DECIDED = select(decisions.c.call).where(decisions.c.call.in_(_KEYS)).distinct().order_by(decisions.c.call)


@cache  # building it takes longer than running it
def _statement(dialect: str, *, whole: bool) -> Any:
    """Write the cases of the calls ``keys``, or of all."""
    statement = upsert_for(dialect, cases).from_select(
        _COLUMNS, _derived(None if whole else inspections.c.call.in_(_KEYS))
    )
    changed = {name: statement.excluded[name] for name in _COLUMNS if name not in ("call", "version")}
    changed["version"] = cases.c.version + 1
    return statement.on_conflict_do_update(index_elements=["call"], set_=changed)


def _derived(which: ColumnElement[bool] | None) -> Select[Any]:
    """One row for each call nobody has decided about; ``which`` of them."""
    i, f = inspections.c, findings.c
    failed = f.outcome == Outcome.FAILED.value
    doubt = and_(
        f.outcome == Outcome.UNDETERMINED.value, f.severity.in_([grave.value for grave in rule.GRAVE])
    )
    violations = func.coalesce(func.sum(case((failed, 1), else_=0)), 0)
    doubts = func.coalesce(func.sum(case((doubt, 1), else_=0)), 0)
    worst = func.min(case((failed, f.severity)))
    confidence = func.min(case((failed, f.confidence)))
    alerts = func.coalesce(i.alerts, "[]") != "[]"
    judged = and_(f.inspection == i.id, or_(failed, f.outcome == Outcome.UNDETERMINED.value))
    conditions = [i.current, ~exists(select(1).where(decisions.c.call == i.call))]
    if which is not None:
        conditions.append(which)
    return (
        select(
            i.call,
            i.id,
            case((or_(i.flagged, alerts), literal(CaseState.OPEN.value)), else_=literal("none")),
            _priority(violations, doubts, worst, confidence, alerts),
            worst,
            confidence,
            cast(violations + doubts, Integer),
            *_scores(violations),
            literal(0),
            literal(""),
            literal(1),
            calls.c.audio_sha256,
        )
        .select_from(inspections.join(calls, i.call == calls.c.id).outerjoin(findings, judged))
        .where(*conditions)
        .group_by(i.id, calls.c.id)
        .order_by(i.call)  # one order for every writer: no two wait for each other
    )


def _scores(violations: ColumnElement[int]) -> tuple[ColumnElement[Any], ...]:
    """:func:`pipeline.review.effective.effective` of calls without verdicts: a violation that nobody has
    reviewed counts at the low end, and at the high end nothing does."""
    i = inspections.c
    final = violations == 0
    scored = i.score.is_not(None)
    high = case((and_(scored, ~final), literal(MOST)), else_=i.score)
    may_pass = case((and_(scored, ~final), true()), else_=i.passed)
    settled = or_(~scored, final)
    passed = case((settled, i.passed), else_=null())
    return i.score, i.score, high, settled, passed, i.passed, may_pass


def _priority(
    violations: ColumnElement[int],
    doubts: ColumnElement[int],
    worst: ColumnElement[str],
    confidence: ColumnElement[float],
    alerts: ColumnElement[bool],
) -> ColumnElement[float]:
    """:func:`pipeline.review.priority.urgency` of calls without verdicts."""
    f = findings.c
    fatal = func.max(case((and_(f.outcome == Outcome.FAILED.value, f.fatal), 1), else_=0)) == 1
    more = case(
        (violations > rule.FURTHER_AT_MOST + 1, rule.FURTHER_AT_MOST),
        (violations > 1, violations - 1),
        else_=0,
    )
    day = counted()
    parts: list[ColumnElement[Any]] = [
        case(*((worst == s.value, points) for s, points in rule.SEVERITY.items()), else_=0.0),
        more * rule.FURTHER,
        case((fatal, rule.FATAL), else_=0.0),
        case((alerts, rule.ALERT), else_=0.0),
        func.coalesce((1 - confidence) * rule.WEAKEST, 0.0),
        case((doubts > 0, rule.DOUBT), else_=0.0),
        (rule.FIRST_DAY - _day_number(day)) * rule.DAY,
    ]
    total: ColumnElement[Any] = cast(parts[0], Double)
    for part in parts[1:]:
        total = total + cast(part, Double)
    return total


def _day_number(day: ColumnElement[str]) -> ColumnElement[float]:
    year, month, of_month = (
        cast(func.substr(cast(day, String), first, size), Integer) for first, size in ((1, 4), (6, 2), (9, 2))
    )
    return cast(year, Double) * 365.25 + cast(month, Double) * 30.4375 + of_month
