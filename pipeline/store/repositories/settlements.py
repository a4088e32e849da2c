"""What a settlement counts: inspected calls, working days and errors of each agent; and these one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, distinct, func, select

from pipeline.domain import Scope, Severity, Status
from pipeline.review.alerts import AlertState
from pipeline.settlement import AgentMonth, CountedFinding, ErrorCount, Standing
from pipeline.settlement.month import LIABILITIES
from pipeline.store.alert_tables import alerts
from pipeline.store.database import Repository
from pipeline.store.days import between, counted
from pipeline.store.errors_found import errors_found
from pipeline.store.filter import within
from pipeline.store.repositories.call_totals import JOINED, is_true, number
from pipeline.store.review_tables import cases
from pipeline.store.tables import calls, findings, inspections

JUDGED = inspections.c.status.in_([Status.INSPECTED.value, Status.PARTIAL.value])
BLOCK = 1_000
"""Rows that are read at once where errors are listed."""


@dataclass(frozen=True, slots=True)
class ErrorFilter:
    """Which errors of a month; None does not matter."""

    team: str | None = None
    agent: str | None = None
    """An agent's number, exactly."""
    unknown_agent: bool = False
    """Those of calls of which nobody knows whose they are."""
    severity: Severity | None = None
    criterion: str | None = None
    standings: tuple[Standing, ...] = (Standing.CONFIRMED,)


class Settlements(Repository):
    """Counts for a settlement. Everything is counted under the day that its call counts under."""

    def months(
        self, first: date, last: date, scope: Scope, *, team: str | None = None
    ) -> tuple[AgentMonth, ...]:
        """Each agent with an inspected call in these days, and the calls without a known agent together.

        ``team``: only calls of that team. Without it an agent's calls are settled together, with the team
        that the last of them names.
        """
        those = [*between(first, last), within(scope)]
        if team is not None:
            those.append(calls.c.team == team)
        with self._read() as connection:
            errors = _errors_by_agent(connection, those)
            teams = _last_teams(connection, those)
            final, unclosed = _complaints(connection, those)
            return tuple(
                AgentMonth(
                    agent_id=row.agent_id,
                    agent_name=row.agent_name,
                    team=teams.get(row.agent_id),
                    calls=row.calls,
                    days=row.days,
                    scored=row.scored,
                    points=row.points,
                    passing=row.passing,
                    may_pass=row.may_pass,
                    errors=tuple(errors.get(row.agent_id, ())),
                    liabilities=final.get(row.agent_id, {}),
                    unclosed=unclosed.get(row.agent_id, 0),
                )
                for row in connection.execute(_calls_by_agent(those))
            )

    def errors(
        self, first: date, last: date, scope: Scope, wanted: ErrorFilter | None = None
    ) -> Iterator[CountedFinding]:
        """The errors themselves, by agent, day and call: what the figures of a sheet are made of."""
        asked = wanted or ErrorFilter()
        found = errors_found([JUDGED, *between(first, last), within(scope), *_wanted(asked)]).subquery()
        query = (
            select(found)
            .where(found.c.standing.in_([one.value for one in asked.standings]))
            .order_by(found.c.agent_id.is_(None), found.c.agent_id, found.c.moment, found.c.call_id)
            .order_by(found.c.severity, found.c.criterion)
        )
        with self._read() as connection:
            for row in connection.execution_options(yield_per=BLOCK).execute(query):
                yield CountedFinding(
                    row.call_id,
                    date.fromisoformat(row.moment[:10]),
                    row.agent_id,
                    row.agent_name,
                    row.team,
                    row.criterion,
                    row.title,
                    Severity(row.severity),
                    Standing(row.standing),
                )


def _calls_by_agent(those: list[ColumnElement[bool]]) -> Select[Any]:
    c = cases.c
    return (
        select(
            calls.c.agent_id,
            func.max(calls.c.agent_name).label("agent_name"),
            func.count().label("calls"),
            func.count(distinct(func.substr(counted(), 1, 10))).label("days"),
            func.count(c.score_high).label("scored"),
            number(c.score_high).label("points"),
            number(is_true(c.passes_low)).label("passing"),
            number(is_true(c.passes_high)).label("may_pass"),
        )
        .select_from(JOINED)
        .where(JUDGED, *those)
        .group_by(calls.c.agent_id)
    )


def _last_teams(connection: Connection, those: list[ColumnElement[bool]]) -> dict[str | None, str | None]:
    """The team that each agent's last call names: whoever changes teams is settled with the new one."""
    latest = func.max(counted()).label("latest")
    query = (
        select(calls.c.agent_id, calls.c.team, latest)
        .select_from(JOINED)
        .where(JUDGED, *those, calls.c.team.is_not(None))
        .group_by(calls.c.agent_id, calls.c.team)
        .order_by(latest, calls.c.team)
    )
    return {row.agent_id: row.team for row in connection.execute(query)}


def _errors_by_agent(
    connection: Connection, those: list[ColumnElement[bool]]
) -> dict[str | None, list[ErrorCount]]:
    found = errors_found([JUDGED, *those]).subquery()
    f = found.c
    each = [number(is_true(f.standing == one.value)).label(one.value) for one in Standing]
    query = (
        select(f.agent_id, f.criterion, f.severity, func.max(f.title).label("title"), *each)
        .group_by(f.agent_id, f.criterion, f.severity)
        .order_by(f.severity, f.criterion)
    )
    errors: dict[str | None, list[ErrorCount]] = defaultdict(list)
    for row in connection.execute(query):
        counts = {one.value: row._mapping[one.value] for one in Standing}
        errors[row.agent_id].append(ErrorCount(row.criterion, row.title, Severity(row.severity), **counts))
    return errors


def _complaints(
    connection: Connection, those: list[ColumnElement[bool]]
) -> tuple[dict[str | None, dict[str, int]], dict[str | None, int]]:
    """Agent -> verdict -> calls, and agent -> calls whose verdicts are not final.

    A call is one complaint, however many outside bodies the customer named in it: the gravest final verdict
    counts, once.
    """
    a = alerts.c
    query = (
        select(calls.c.id, calls.c.agent_id, a.liability, a.state)
        .select_from(JOINED.join(alerts, a.call == calls.c.id))
        .where(JUDGED, *those, a.liability.is_not(None), a.state != AlertState.OVERTURNED.value)
    )
    whose: dict[int, str | None] = {}
    final: dict[int, list[str]] = defaultdict(list)
    for row in connection.execute(query):
        whose[row.id] = row.agent_id
        final[row.id] += [row.liability] if row.state == AlertState.CLOSED.value else []
    counts: dict[str | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    left: dict[str | None, int] = defaultdict(int)
    for call, agent in whose.items():
        if final[call]:
            counts[agent][max(final[call], key=LIABILITIES.index)] += 1
        else:
            left[agent] += 1
    return {agent: dict(found) for agent, found in counts.items()}, dict(left)


def _wanted(wanted: ErrorFilter) -> list[ColumnElement[bool]]:
    out: list[ColumnElement[bool]] = []
    if wanted.team is not None:
        out.append(calls.c.team == wanted.team)
    if wanted.agent is not None:
        out.append(calls.c.agent_id == wanted.agent)
    if wanted.unknown_agent:
        out.append(calls.c.agent_id.is_(None))
    if wanted.severity is not None:
        out.append(findings.c.severity == wanted.severity.value)
    if wanted.criterion is not None:
        out.append(findings.c.criterion == wanted.criterion)
    return out
