"""What a workbook of violations needs besides its counts: which calls they are in, and of how many calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from sqlalchemy import ColumnElement, func, select

from pipeline.domain import Outcome, Severity, Status
from pipeline.settlement import Standing
from pipeline.store.database import Repository
from pipeline.store.days import counted
from pipeline.store.errors_found import errors_found
from pipeline.store.filter import CallFilter, compile_filter
from pipeline.store.repositories.call_totals import is_true, number
from pipeline.store.review_tables import cases
from pipeline.store.tables import calls, findings, inspections

BLOCK = 1_000
"""Rows that are read at once."""
_EVERYTHING = CallFilter()


@dataclass(frozen=True, slots=True)
class Coverage:
    """What figures rest on."""

    calls: int
    """Calls that were chosen."""
    stored: int
    """Calls of the store, whatever is asked for."""
    statuses: Mapping[Status, int]
    first: date | None
    """Days of the first and the last of them."""
    last: date | None
    inspected_until: str | None
    """When the latest of them was inspected (UTC, ISO 8601)."""
    undetermined: int
    """Findings that could not be determined; they accuse nobody and excuse nobody."""
    pending: int
    """Findings about which somebody is still to speak."""
    unfinished: int
    """Calls with such findings."""
    rubrics: tuple[str, ...]
    """Revisions of the sheets that judged them."""

    @property
    def judged(self) -> int:
        return self.statuses.get(Status.INSPECTED, 0) + self.statuses.get(Status.PARTIAL, 0)


@dataclass(frozen=True, slots=True)
class StandingViolation:
    criterion: str
    title: str
    severity: Severity
    standing: Standing


@dataclass(frozen=True, slots=True)
class ViolatingCall:
    """A call with what is broken in it as things stand."""

    call_id: str
    moment: str
    """That it counts under, ISO 8601."""
    agent_id: str | None
    agent_name: str | None
    team: str | None
    queue: str | None
    duration: float | None
    score_low: float | None
    score_high: float | None
    final: bool
    violations: tuple[StandingViolation, ...]


class Violations(Repository):
    """Calls with a violation, and what the figures rest on."""

    def coverage(self, where: CallFilter = _EVERYTHING) -> Coverage:
        """A filter by criterion or class chooses criteria here, not calls, as in the counts beside it."""
        i, c = inspections.c, cases.c
        with self._read() as connection:
            chosen = compile_filter(_of_calls(where), connection)
            those = chosen.inspections(i.id, i.call)
            if where.limit is not None:
                those = those.order_by(
                    calls.c.started_local.is_(None), calls.c.started_local, calls.c.call_id
                )
                those = those.limit(where.limit)
            these = those.subquery()
            joined = inspections.join(these, i.id == these.c.id).join(calls, calls.c.id == i.call)
            sums = connection.execute(
                select(
                    func.min(counted()),
                    func.max(counted()),
                    func.max(i.inspected_at),
                    number(c.pending),
                    number(is_true(c.pending > 0)),
                ).select_from(joined.join(cases, c.call == i.call))
            ).one()
            statuses = connection.execute(
                select(i.status, func.count()).select_from(joined).group_by(i.status)
            )
            unsure = select(func.count()).select_from(
                findings.join(these, findings.c.inspection == these.c.id)
            )
            undetermined = connection.execute(
                unsure.where(
                    findings.c.outcome == Outcome.UNDETERMINED.value, findings.c.severity.is_not(None)
                )
            ).scalar_one()
            rubrics = select(i.rubric).select_from(joined).distinct().order_by(i.rubric)
            found = {Status(status): count for status, count in statuses}
            return Coverage(
                calls=sum(found.values()),
                stored=connection.execute(
                    select(func.count()).select_from(inspections).where(i.current)
                ).scalar_one(),
                statuses=found,
                first=_day(sums[0]),
                last=_day(sums[1]),
                inspected_until=sums[2],
                undetermined=undetermined,
                pending=sums[3],
                unfinished=sums[4],
                rubrics=tuple(connection.execute(rubrics).scalars()),
            )

    def calls(self, where: CallFilter = _EVERYTHING) -> Iterator[ViolatingCall]:
        """Calls in which some violation stands, in order of start; a filter by criterion or class keeps those
        violations alone."""
        i, c = inspections.c, cases.c
        with self._read() as connection:
            chosen = compile_filter(_of_calls(where), connection)
            these = chosen.inspections(i.id)
            if where.limit is not None:
                these = these.order_by(
                    calls.c.started_local.is_(None), calls.c.started_local, calls.c.call_id
                )
                these = these.limit(where.limit)
            conditions: list[ColumnElement[bool]] = (
                [i.id.in_(these)] if _of_calls(where) != _EVERYTHING else []
            )
            if where.criterion is not None:
                conditions.append(findings.c.criterion == where.criterion)
            if where.severity is not None:
                conditions.append(findings.c.severity == where.severity.value)
            found = errors_found(conditions).subquery()
            f = found.c
            query = (
                select(found, calls.c.queue, i.duration, c.score_low, c.score_high, c.final)
                .select_from(
                    found.join(inspections, i.id == f.inspection)
                    .join(calls, calls.c.id == f.call)
                    .join(cases, c.call == f.call)
                )
                .where(f.stands == 1)
                .order_by(f.moment, f.call_id, f.severity, f.criterion)
            )
            rows = connection.execution_options(yield_per=BLOCK).execute(query)
            for _, group in groupby(rows, key=lambda row: row.call):
                each = list(group)
                one = each[0]
                yield ViolatingCall(
                    one.call_id, one.moment, one.agent_id, one.agent_name, one.team, one.queue, one.duration,
                    one.score_low, one.score_high, bool(one.final),
                    tuple(
                        StandingViolation(
                            row.criterion, row.title, Severity(row.severity), Standing(row.standing)
                        )
                        for row in each
                    ),
                )  # fmt: skip


def _of_calls(where: CallFilter) -> CallFilter:
    return replace(where, criterion=None, severity=None)


def _day(moment: str | None) -> date | None:
    return None if moment is None else date.fromisoformat(moment[:10])
