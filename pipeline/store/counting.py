"""Counts made by the database: per agent and criterion, and the sums of a set of calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, Integer, Subquery, and_, case, cast, func, or_, select

from pipeline.domain import Outcome, ReviewState, Severity, Status
from pipeline.domain.finding import ASKED, REQUIRED
from pipeline.store.filter import CallFilter, compile_filter
from pipeline.store.review_tables import cases, verdicts
from pipeline.store.statements import pages
from pipeline.store.tables import asked_of_people, calls, findings, inspections
from pipeline.store.views import CriterionCount, SummaryFigures

BINS = 10
"""Bins of the score distribution, ten points each."""


def criterion_counts(connection: Connection, where: CallFilter) -> Iterator[CriterionCount]:
    """Per agent and criterion, over current inspections; see :meth:`CallRows.criterion_counts`."""
    f, c = findings.c, calls.c
    failed = f.outcome == Outcome.FAILED.value
    eligible = f.outcome.in_([Outcome.PASSED.value, Outcome.FAILED.value])
    # A filter by criterion or severity chooses criteria here, not calls: a rate needs the calls that passed.
    of_calls = compile_filter(replace(where, criterion=None, severity=None), connection)
    chosen = of_calls.inspections(inspections.c.id, inspections.c.call)
    if where.limit is not None:
        chosen = chosen.order_by(c.started_local.is_(None), c.started_local, c.call_id).limit(where.limit)
    those = chosen.subquery()
    query = (
        select(
            c.agent_id,
            func.max(c.agent_name).label("agent_name"),
            func.max(c.team).label("team"),
            f.criterion,
            func.max(f.title).label("title"),
            func.max(f.severity).label("severity"),
            func.sum(case((eligible, 1), else_=0)).label("eligible"),
            func.sum(case((failed, f.occurrences), else_=0)).label("violations"),
            func.sum(case((failed, 1), else_=0)).label("calls_with"),
            func.sum(case((f.only_flags, 1), else_=0)).label("only_flags"),
        )
        .select_from(findings.join(those, f.inspection == those.c.id).join(calls, those.c.call == c.id))
        .where(f.outcome != Outcome.HINT.value)
        .group_by(c.agent_id, f.criterion)
        .order_by(c.agent_id.is_(None), c.agent_id, f.criterion)
    )
    if where.criterion is not None:
        query = query.where(f.criterion == where.criterion)
    if where.severity is not None:
        query = query.where(f.severity == where.severity.value)
    said = _said(connection, those)
    for row in connection.execute(query):
        nobody = (0, 0, 0, 0, 0)
        confirmed, overturned, added, doubtful, answered = said.get((row.agent_id, row.criterion), nobody)
        yield CriterionCount(
            agent_id=row.agent_id,
            agent_name=row.agent_name,
            team=row.team,
            criterion=row.criterion,
            title=row.title,
            severity=None if row.severity is None else Severity(row.severity),
            eligible_calls=int(row.eligible) + answered,
            violations=int(row.violations),
            calls_with_violation=int(row.calls_with),
            confirmed=confirmed,
            overturned=overturned,
            pending=int(row.calls_with) - (confirmed - added) - overturned + doubtful,
            added=added,
            only_flags=int(row.only_flags),
        )


def _said(connection: Connection, those: Subquery) -> dict[tuple[str | None, str], tuple[int, ...]]:
    """(agent, criterion) -> calls in which people confirmed, overturned and added a violation, those in which
    one that the machine did not accuse of is open, and those in which people said whether there is one, where
    the machine never says so.

    From the verdicts to the findings: there are few of those, and millions of these.
    """
    f, v = findings.c, verdicts.c
    failed = f.outcome == Outcome.FAILED.value
    confirmed = v.state == ReviewState.CONFIRMED.value
    overturned = and_(failed, v.state == ReviewState.OVERTURNED.value)
    open_ = and_(~failed, v.state == ReviewState.OPEN.value)
    joined = (
        verdicts.join(those, v.call == those.c.call)
        .join(findings, and_(f.inspection == those.c.id, f.criterion == v.criterion))
        .join(calls, calls.c.id == v.call)
    )
    counts = (
        func.sum(case((which, 1), else_=0))
        for which in (confirmed, overturned, and_(confirmed, ~failed), open_, answered())
    )
    query = select(calls.c.agent_id, f.criterion, *counts).select_from(joined)
    grouped = connection.execute(query.group_by(calls.c.agent_id, f.criterion))
    return {(agent, criterion): tuple(map(int, found)) for agent, criterion, *found in grouped}


def answered() -> ColumnElement[bool]:
    """Condition on a finding and its verdict: the machine never judges it, and people settled whether it was
    violated. Such a call counts among those that could violate; one that nobody answered does not."""
    v = verdicts.c
    settled = v.state.in_([ReviewState.CONFIRMED.value, ReviewState.OVERTURNED.value])
    return and_(or_(asked_of_people(ASKED), asked_of_people(REQUIRED)), settled, v.applies)


def overview(connection: Connection, call_ids: Sequence[str]) -> SummaryFigures:
    """Sums over the current inspections of these calls; see :meth:`CallRows.overview`."""
    i = inspections.c
    statuses: Counter[Status] = Counter()
    severities: Counter[Severity] = Counter()
    bins: Counter[int] = Counter()
    seconds = points = 0.0
    flagged = alerts = fatal = passed = may_pass = pending = scored = 0
    joined = inspections.join(calls, i.call == calls.c.id)
    with_cases = joined.join(cases, cases.c.call == calls.c.id)
    c = cases.c
    for page in pages(call_ids):
        these = (i.current, calls.c.call_id.in_(page))
        for row in connection.execute(
            select(
                i.status,
                i.duration,
                i.flagged,
                i.alerts,
                i.fatal,
                c.score,
                c.final,
                c.passes_low,
                c.passes_high,
            )
            .select_from(with_cases)
            .where(*these)
        ):
            statuses[Status(row.status)] += 1
            seconds += row.duration or 0.0
            flagged += bool(row.flagged)
            alerts += (row.alerts or "[]") != "[]"
            fatal += bool(row.fatal)
            if row.score is not None:
                scored += 1
                passed += bool(row.passes_low)
                may_pass += bool(row.passes_high)
                pending += not row.final
                points += row.score
                bins[max(0, min(int(row.score // (100 / BINS)), BINS - 1))] += 1
        graded = (
            select(findings.c.severity, cast(func.count(func.distinct(i.id)), Integer).label("calls"))
            .select_from(joined.join(findings, findings.c.inspection == i.id))
            .where(*these, findings.c.outcome == Outcome.FAILED.value, findings.c.severity.is_not(None))
            .group_by(findings.c.severity)
        )
        for severity, count in connection.execute(graded):
            severities[Severity(severity)] += count
    return SummaryFigures(
        calls=statuses.total(),
        statuses=dict(statuses),
        audio_seconds=seconds,
        flagged=flagged,
        alerts=alerts,
        fatal=fatal,
        passed=passed,
        may_pass=may_pass,
        pending=pending,
        scored=scored,
        mean_score=points / scored if scored else None,
        scores=tuple(bins[number] for number in range(BINS)),
        severities={severity: severities[severity] for severity in Severity if severities[severity]},
    )
