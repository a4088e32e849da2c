"""Reads the calls of a period as columns.

Findings are read criterion by criterion from the index of criterion, outcome and inspection, which holds all
that is needed: there are fifteen of them to a call, and a join of millions takes longer than the whole
report. The places of their calls are then looked up in sorted arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Select, Text, cast, func, select

from pipeline.domain import PLEASED, Outcome, ReviewState, Satisfaction, Scope, Severity, Status
from pipeline.store.counting import answered
from pipeline.store.database import Repository
from pipeline.store.days import counted
from pipeline.store.filter import CallFilter, compile_filter
from pipeline.store.period_calls import AgentFacts, CriterionFacts, PeriodCalls, StoredOutcome
from pipeline.store.repositories.call_totals import JOINED, is_true, number
from pipeline.store.review_tables import cases, verdicts
from pipeline.store.statements import pages
from pipeline.store.tables import calls, findings, inspections

T = TypeVar("T")

FEW_CALLS = 20_000
"""Of no more calls than this, findings are looked up by inspection and not by criterion."""
AT_ONCE = 10_000
"""Rows that are turned into arrays together."""
_OUTCOMES = {
    Outcome.PASSED: StoredOutcome.PASSED,
    Outcome.FAILED: StoredOutcome.FAILED,
    Outcome.NOT_APPLICABLE: StoredOutcome.NOT_APPLICABLE,
    Outcome.UNDETERMINED: StoredOutcome.UNDETERMINED,
}
_STATUSES = {status.value: place for place, status in enumerate(Status)}
_SEVERITIES = {severity.value: place for place, severity in enumerate(Severity)}


class PeriodFacts(Repository):
    """The calls that a report is about."""

    def read(self, where: CallFilter, scope: Scope) -> PeriodCalls:
        """The calls that the filter chooses by day, agent, team and queue; other conditions do not matter."""
        with self._read() as connection:
            those = compile_filter(_of_calls(where), connection, scope).of_call
            return _facts(connection, those)

    def days(self, where: CallFilter, scope: Scope) -> tuple[date, date] | None:
        """The first and the last day that calls count under; None where there is no call."""
        with self._read() as connection:
            those = compile_filter(_of_calls(where), connection, scope).of_call
            query = select(func.min(counted()), func.max(counted())).select_from(calls).where(*those)
            first, last = connection.execute(query).one()
        return None if first is None else (date.fromisoformat(first[:10]), date.fromisoformat(last[:10]))

    def earned(self, where: CallFilter, bonus: str, scope: Scope) -> dict[str, int]:
        """Agent -> in how many of these calls they earned this bonus; who never did is not in it."""
        f = findings.c
        query = (
            select(calls.c.agent_id, func.count(func.distinct(calls.c.id)))
            .select_from(JOINED.join(findings, f.inspection == inspections.c.id))
            .where(calls.c.agent_id.is_not(None), f.criterion == bonus, f.outcome == Outcome.PASSED.value)
        )
        with self._read() as connection:
            those = compile_filter(_of_calls(where), connection, scope).of_call
            rows = connection.execute(query.where(*those).group_by(calls.c.agent_id))
            return {row[0]: int(row[1]) for row in rows}

    def rated(self, where: CallFilter, scope: Scope) -> dict[str, tuple[int, int]]:
        """Agent -> of how many of these calls the customer was content, and how many were rated at all."""
        c = calls.c
        pleased = number(is_true(c.satisfaction.in_([one.value for one in PLEASED])))
        query = (
            select(c.agent_id, pleased, func.count())
            .select_from(JOINED)
            .where(c.agent_id.is_not(None), c.satisfaction.is_not(None))
            .where(c.satisfaction != Satisfaction.NOT_RATED.value)
        )
        with self._read() as connection:
            those = compile_filter(_of_calls(where), connection, scope).of_call
            rows = connection.execute(query.where(*those).group_by(c.agent_id))
            return {row[0]: (int(row[1]), int(row[2])) for row in rows}


def _of_calls(where: CallFilter) -> CallFilter:
    return CallFilter(
        agent=where.agent,
        team=where.team,
        queue=where.queue,
        date_from=where.date_from,
        date_to=where.date_to,
    )


class _Names:
    """Names -> numbers, in the order in which they come."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def code(self, name: str | None) -> int:
        return -1 if name is None else self.numbers.setdefault(name, len(self.numbers))

    def in_order(self, codes: NDArray[np.int32]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
        """The names sorted, and the codes turned accordingly."""
        names = sorted(self.numbers)
        turned = np.full(len(names) + 1, -1, np.int32)  # the last place is where -1 points to
        for place, name in enumerate(names):
            turned[self.numbers[name]] = place
        return tuple(names), turned[codes]


def _facts(connection: Connection, those: Sequence[ColumnElement[bool]]) -> PeriodCalls:
    day, agent, team, queue = _Names(), _Names(), _Names(), _Names()
    who: dict[str, AgentFacts] = {}
    keys: list[NDArray[Any]] = []
    parts: list[NDArray[np.float64]] = []
    for rows in connection.execute(_calls(those)).partitions(AT_ONCE):
        page = []
        for row in rows:
            if row.agent_id is not None:
                who[row.agent_id] = AgentFacts(row.agent_id, row.agent_name, row.team)
            page.append(
                (
                    day.code(row.day),
                    agent.code(row.agent_id),
                    team.code(row.team),
                    queue.code(row.queue),
                    _STATUSES[row.status],
                    _number(row.score),
                    _number(row.score_low),
                    _number(row.score_high),
                    bool(row.final),
                    bool(row.passes_low),
                    bool(row.passes_high),
                    bool(row.flagged),
                    -1 if row.worst is None else _SEVERITIES[row.worst],
                    row.state == "open",
                    (row.alerts or "[]") != "[]",
                    row.duration or 0.0,
                )
            )
        keys.append(np.array([(row.id, row.inspection) for row in rows], np.int64).reshape(-1, 2))
        parts.append(np.array(page, np.float64).reshape(-1, _WIDTH))
    key = np.concatenate(keys) if keys else np.empty((0, 2), np.int64)
    table = np.concatenate(parts) if parts else np.empty((0, _WIDTH))
    whole = table[:, :5].astype(np.int32)
    days, day_codes = day.in_order(whole[:, 0])
    agents, agent_codes = agent.in_order(whole[:, 1])
    teams, team_codes = team.in_order(whole[:, 2])
    queues, queue_codes = queue.in_order(whole[:, 3])
    flags = table[:, 8:15] > 0
    return PeriodCalls(
        days=tuple(map(date.fromisoformat, days)),
        day=day_codes,
        agents=tuple(who[name] for name in agents),
        agent=agent_codes,
        teams=teams,
        team=team_codes,
        queues=queues,
        queue=queue_codes,
        status=whole[:, 4],
        score=table[:, 5],
        low=table[:, 6],
        high=table[:, 7],
        final=flags[:, 0],
        passes=flags[:, 1],
        may_pass=flags[:, 2],
        flagged=flags[:, 3],
        worst=table[:, 12].astype(np.int32),
        open=flags[:, 5],
        alerted=flags[:, 6],
        seconds=table[:, 15],
        criteria=_criteria(connection, those, key),
    )


_WIDTH = 16


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def _calls(those: Sequence[ColumnElement[bool]]) -> Select[Any]:
    c, i, of = calls.c, inspections.c, cases.c
    return (
        select(
            c.id,
            i.id.label("inspection"),
            func.substr(counted(), 1, 10).label("day"),
            *(c.agent_id, c.agent_name, c.team, c.queue),
            *(i.status, i.flagged, i.alerts, i.duration),
            *(of.score, of.score_low, of.score_high, of.final, of.passes_low, of.passes_high),
            *(of.worst, of.state),
        )
        .select_from(JOINED)
        .where(*those)
        .order_by(c.id)
    )


def _criteria(
    connection: Connection, those: Sequence[ColumnElement[bool]], key: NDArray[np.int64]
) -> dict[str, CriterionFacts]:
    """Of every criterion that the sheets of these calls have; bonuses are none."""
    if not len(key):
        return {}
    order = np.argsort(key[:, 1])
    sorted_inspections = key[order, 1]
    found: dict[str, CriterionFacts] = {}
    outcomes: dict[str, NDArray[np.int8]] = {}
    points: dict[str, NDArray[np.float64]] = {}
    read = _by_inspection if len(key) <= FEW_CALLS else _by_criterion
    for criterion, outcome, page, cost in read(connection, sorted_inspections):
        at = np.minimum(np.searchsorted(sorted_inspections, page), len(order) - 1)
        mine = sorted_inspections[at] == page
        places = order[at[mine]]
        if criterion not in outcomes:
            outcomes[criterion] = np.zeros(len(key), np.int8)
            points[criterion] = np.zeros(len(key))
        outcomes[criterion][places] = _OUTCOMES[Outcome(outcome)]
        points[criterion][places] = cost[mine]
    for criterion, answers in _passed_by_people(connection, those, key[:, 0]).items():
        if criterion in outcomes:
            outcomes[criterion][answers] = StoredOutcome.PASSED
    said = _verdicts(connection, those, key[:, 0])
    nothing = np.zeros(len(key), bool)
    for criterion, outcome_codes in sorted(outcomes.items()):
        if not outcome_codes.any():
            continue
        title, severity = _named(connection, criterion)
        if severity is None:
            continue
        states = said.get(criterion, {})
        failed = outcome_codes == StoredOutcome.FAILED
        overturned = states.get(ReviewState.OVERTURNED, nothing)
        found[criterion] = CriterionFacts(
            criterion=criterion,
            title=title,
            severity=severity,
            outcome=outcome_codes,
            confirmed=states.get(ReviewState.CONFIRMED, nothing),
            overturned=overturned & failed,
            open=states.get(ReviewState.OPEN, nothing),
            points=points[criterion],
        )
    return found


Page = tuple[str, str, NDArray[np.int64], NDArray[np.float64]]
"""Criterion, outcome, inspections and the points of each."""


def _by_criterion(connection: Connection, wanted: NDArray[np.int64]) -> Iterator[Page]:
    f = findings.c
    for criterion in _criteria_of(connection):
        for outcome in _OUTCOMES:
            those = (
                f.criterion == criterion,
                f.outcome == outcome.value,
                f.inspection.between(int(wanted[0]), int(wanted[-1])),
            )
            if outcome is Outcome.FAILED:
                rows = connection.execute(select(f.inspection, f.points).where(*those)).all()
                page = np.array([row[0] for row in rows], np.int64)
                yield criterion, outcome.value, page, np.array([row[1] for row in rows], np.float64)
                continue
            # as one text: a row of its own for each of millions takes longer than to count them
            joined = func.aggregate_strings(cast(f.inspection, Text), ",")
            text = connection.execute(select(joined).where(*those)).scalar()
            if text:
                page = np.fromstring(text, np.int64, sep=",")
                yield criterion, outcome.value, page, np.zeros(len(page))


def _by_inspection(connection: Connection, wanted: NDArray[np.int64]) -> Iterator[Page]:
    f = findings.c
    for page in pages(wanted.tolist()):
        found: dict[tuple[str, str], list[tuple[int, float]]] = {}
        query = select(f.criterion, f.outcome, f.inspection, f.points).where(
            f.inspection.in_(page), f.outcome != Outcome.HINT.value
        )
        for row in connection.execute(query):
            found.setdefault((row.criterion, row.outcome), []).append((row.inspection, row.points))
        for (criterion, outcome), rows in found.items():
            yield (
                criterion,
                outcome,
                np.array([one for one, _ in rows], np.int64),
                np.array([cost if outcome == Outcome.FAILED.value else 0.0 for _, cost in rows]),
            )


def _criteria_of(connection: Connection) -> list[str]:
    """Every criterion of the store, each by one step along the index."""
    found: list[str] = []
    name = connection.execute(select(func.min(findings.c.criterion))).scalar()
    while name is not None:
        found.append(name)
        later = select(func.min(findings.c.criterion)).where(findings.c.criterion > name)
        name = connection.execute(later).scalar()
    return found


def _named(connection: Connection, criterion: str) -> tuple[str, Severity | None]:
    """Title and class as the latest sheet has them."""
    f = findings.c
    latest: list[Any] = []
    for outcome in _OUTCOMES:
        query = select(f.inspection, f.title, f.severity).where(
            f.criterion == criterion, f.outcome == outcome.value
        )
        latest += connection.execute(query.order_by(f.inspection.desc()).limit(1)).all()
    row = max(latest, key=lambda one: one.inspection)
    return row.title, None if row.severity is None else Severity(row.severity)


def _verdicts(
    connection: Connection, those: Sequence[ColumnElement[bool]], key: NDArray[np.int64]
) -> dict[str, dict[ReviewState, NDArray[np.bool_]]]:
    """Criterion -> state -> in which calls people's word is so."""
    v = verdicts.c
    query = (
        select(v.call, v.criterion, v.state)
        .select_from(verdicts.join(calls, calls.c.id == v.call))
        .where(*those, v.state.is_not(None))
    )
    found: dict[str, dict[ReviewState, NDArray[np.bool_]]] = {}
    for row in connection.execute(query):
        at = int(np.searchsorted(key, row.call))
        if at < len(key) and key[at] == row.call:
            states = found.setdefault(row.criterion, {})
            states.setdefault(ReviewState(row.state), np.zeros(len(key), bool))[at] = True
    return found


def _passed_by_people(
    connection: Connection, those: Sequence[ColumnElement[bool]], key: NDArray[np.int64]
) -> dict[str, NDArray[np.int64]]:
    """Items that no machine judges -> places of the calls in which people said that they passed.

    Without these a share would rest on those that failed alone."""
    v, f = verdicts.c, findings.c
    query = (
        select(v.call, v.criterion)
        .select_from(
            verdicts.join(calls, calls.c.id == v.call)
            .join(inspections, (inspections.c.call == v.call) & inspections.c.current)
            .join(findings, (f.inspection == inspections.c.id) & (f.criterion == v.criterion))
        )
        .where(*those, v.state == ReviewState.OVERTURNED.value, answered())
    )
    found: dict[str, list[int]] = {}
    for row in connection.execute(query):
        at = int(np.searchsorted(key, row.call))
        if at < len(key) and key[at] == row.call:
            found.setdefault(row.criterion, []).append(at)
    return {criterion: np.array(places, np.int64) for criterion, places in found.items()}
