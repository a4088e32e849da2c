"""How good the inspection itself was: what people did, where they agreed, and what appeals changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select

from pipeline.domain import ReviewState, Scope, Verdict
from pipeline.domain.review import AppealState, Origin
from pipeline.review.sampling import SampleRule, Which
from pipeline.store.database import Repository
from pipeline.store.filter import CallFilter, compile_filter
from pipeline.store.repositories.accounts import names_of
from pipeline.store.review_tables import appeals, cases, decisions, sample_calls, samples, verdicts
from pipeline.store.tables import calls


@dataclass(frozen=True, slots=True)
class ReviewerWork:
    """What one person did in the period."""

    user: int | None
    """None: from the command line."""
    name: str | None
    days: int
    """Days on which they decided anything."""
    calls: int
    verdicts: int
    overturned: int
    """Of the verdicts on what the machine found, those that overturn it."""
    on_findings: int
    """Verdicts on what the machine found that say yes or no."""
    unsure: int
    additions: int
    finished: int
    """Calls they finished."""


@dataclass(frozen=True, slots=True)
class DoubleVerdict:
    """One finding on which several people spoke without the appeal's panel: user -> word."""

    criterion: str
    said: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class DecidedAppeals:
    """Appeals that were decided in the period, of one reviewer or one agent."""

    name: str | None
    key: str | None
    upheld: int
    rejected: int


@dataclass(frozen=True, slots=True)
class QualityFigures:
    work: tuple[ReviewerWork, ...]
    doubles: tuple[DoubleVerdict, ...]
    reviewers: Mapping[int, str]
    by_reviewer: tuple[DecidedAppeals, ...]
    """``key`` None: findings of the machine that nobody had confirmed."""
    by_agent: tuple[DecidedAppeals, ...]
    heard: int
    """Unflagged calls of the period heard by lot."""
    missed: Mapping[str, int]
    """Criterion -> those of them in which a person added what the machine missed."""


class InspectionQuality(Repository):
    """The work of people over calls: of the period's days where they worked, of its calls where that is what
    is judged."""

    def figures(self, where: CallFilter, scope: Scope) -> QualityFigures:
        first, last = where.date_from, where.date_to
        assert first is not None and last is not None
        with self._read() as connection:
            those = compile_filter(
                CallFilter(team=where.team, queue=where.queue, date_from=first, date_to=last),
                connection,
                scope,
            ).of_call
            anywhere = compile_filter(
                CallFilter(team=where.team, queue=where.queue), connection, scope
            ).of_call
            worked = _moments(decisions.c.at, first, last)
            doubles = _doubles(connection, those)
            heard, missed = _heard(connection, those)
            work = _work(
                connection, [*worked, *anywhere], [*_moments(cases.c.finished_at, first, last), *anywhere]
            )
            people = {user for one in doubles for user in one.said}
            known = names_of(connection, people)
            decided = [*_moments(appeals.c.decided_at, first, last), *anywhere]
            return QualityFigures(
                work=work,
                doubles=doubles,
                reviewers={user: known.get(user, str(user)) for user in people},
                by_reviewer=_appeals_of_reviewers(connection, decided),
                by_agent=_appeals_of_agents(connection, decided),
                heard=heard,
                missed=missed,
            )


def _moments(column: Any, first: date, last: date) -> list[ColumnElement[bool]]:
    """Stored moments (UTC) from the beginning of the first day to the end of the last, by the clock here."""
    begins = datetime.combine(first, time()).astimezone(UTC).isoformat()
    ends = datetime.combine(last + timedelta(days=1), time()).astimezone(UTC).isoformat()
    return [column >= begins, column < ends]


def _standing() -> ColumnElement[bool]:
    """Decisions that nobody took back."""
    undone = decisions.alias("undone")
    return ~select(undone.c.id).where(undone.c.undoes == decisions.c.id).exists()


def _work(connection: Connection, worked: Sequence[Any], finished: Sequence[Any]) -> tuple[ReviewerWork, ...]:
    d = decisions.c
    query = (
        select(d.user, d.kind, d.verdict, d.outcome, d.call, func.substr(d.at, 1, 10).label("day"))
        .select_from(decisions.join(calls, calls.c.id == d.call))
        .where(*worked, d.kind.in_(["verdict", "addition"]), _standing())
    )
    days: dict[int | None, set[str]] = defaultdict(set)
    touched: dict[int | None, set[int]] = defaultdict(set)
    counts: dict[int | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in connection.execute(query):
        days[row.user].add(row.day)
        touched[row.user].add(row.call)
        of = counts[row.user]
        if row.kind == "addition":
            of["additions"] += 1
            continue
        of["verdicts"] += 1
        of["unsure"] += row.verdict == Verdict.UNSURE.value
        if row.outcome == "failed" and row.verdict != Verdict.UNSURE.value:
            of["findings"] += 1
            of["overturned"] += row.verdict == Verdict.OVERTURNED.value
    closed = (
        select(cases.c.finished_by, func.count())
        .select_from(cases.join(calls, calls.c.id == cases.c.call))
        .where(*finished, cases.c.finished_at.is_not(None))
        .group_by(cases.c.finished_by)
    )
    done: dict[int | None, int] = {row[0]: row[1] for row in connection.execute(closed)}
    people = sorted({*counts, *done}, key=lambda user: (user is None, user or 0))
    names = names_of(connection, people)
    return tuple(
        ReviewerWork(
            user=user,
            name=names.get(user),
            days=len(days[user]),
            calls=len(touched[user]),
            verdicts=counts[user]["verdicts"],
            overturned=counts[user]["overturned"],
            on_findings=counts[user]["findings"],
            unsure=counts[user]["unsure"],
            additions=counts[user]["additions"],
            finished=done.get(user, 0),
        )
        for user in people
    )


def _doubles(connection: Connection, those: Sequence[Any]) -> tuple[DoubleVerdict, ...]:
    """Findings of the period's calls on which two or more people gave a verdict of their own."""
    d = decisions.c
    own = and_(
        d.kind == "verdict", d.user.is_not(None), d.origin.in_([Origin.REVIEW.value, Origin.SECOND.value])
    )
    several = (
        select(d.call, d.criterion)
        .select_from(decisions.join(calls, calls.c.id == d.call))
        .where(*those, own)
        .group_by(d.call, d.criterion)
        .having(func.count(func.distinct(d.user)) > 1)
        .subquery()
    )
    query = (
        select(d.call, d.criterion, d.user, d.verdict)
        .select_from(
            decisions.join(several, and_(several.c.call == d.call, several.c.criterion == d.criterion))
        )
        .where(own, _standing())
        .order_by(d.id)
    )
    said: dict[tuple[int, str], dict[int, str]] = defaultdict(dict)
    for row in connection.execute(query):
        said[row.call, row.criterion][row.user] = row.verdict
    found = (DoubleVerdict(criterion, words) for (_, criterion), words in sorted(said.items()))
    return tuple(one for one in found if len(one.said) > 1)


def _appeals_of_reviewers(connection: Connection, decided: Sequence[Any]) -> tuple[DecidedAppeals, ...]:
    counted = _decided(connection, appeals.c.reviewer, decided)
    names = names_of(connection, counted)
    return tuple(
        DecidedAppeals(names.get(user), None if user is None else str(user), *counted[user])
        for user in sorted(counted, key=lambda user: (user is None, user or 0))
    )


def _appeals_of_agents(connection: Connection, decided: Sequence[Any]) -> tuple[DecidedAppeals, ...]:
    counted = _decided(connection, calls.c.agent_id, decided)
    names = select(calls.c.agent_id, func.max(calls.c.agent_name)).where(
        calls.c.agent_id.in_([agent for agent in counted if agent is not None])
    )
    grouped = connection.execute(names.group_by(calls.c.agent_id))
    known: dict[str | None, str | None] = {row[0]: row[1] for row in grouped}
    return tuple(
        DecidedAppeals(known.get(agent), agent, *counted[agent])
        for agent in sorted(counted, key=lambda agent: (agent is None, agent or ""))
    )


def _decided(connection: Connection, by: Any, decided: Sequence[Any]) -> dict[Any, tuple[int, int]]:
    """Whose -> appeals upheld and rejected."""
    ended = (AppealState.UPHELD.value, AppealState.REJECTED.value)
    query = (
        select(by, appeals.c.state, func.count())
        .select_from(appeals.join(calls, calls.c.id == appeals.c.call))
        .where(*decided, appeals.c.state.in_(ended))
        .group_by(by, appeals.c.state)
    )
    found: dict[Any, dict[str, int]] = defaultdict(dict)
    for who, state, count in connection.execute(query):
        found[who][state] = count
    return {who: (of.get(ended[0], 0), of.get(ended[1], 0)) for who, of in found.items()}


def _heard(connection: Connection, those: Sequence[Any]) -> tuple[int, dict[str, int]]:
    """Calls of the period heard by lot among the unflagged ones, and what was missed in them."""
    rows = connection.execute(select(samples.c.id, samples.c.rule).where(samples.c.drawn_at.is_not(None)))
    rules = {row.id: SampleRule.from_json(row.rule) for row in rows}
    # the n-th call of a day was not drawn by lot: it tells nothing about the others
    unflagged = [key for key, rule in rules.items() if rule.which is Which.UNFLAGGED and rule.by_lot]
    of, v = sample_calls.c, verdicts.c
    heard = (
        select(of.call)
        .select_from(sample_calls.join(calls, calls.c.id == of.call))
        .where(of.sample.in_(unflagged), of.misses.is_not(None), *those)
        .distinct()
    )
    count = connection.execute(select(func.count()).select_from(heard.subquery())).scalar_one()
    added = (
        select(v.criterion, func.count(func.distinct(v.call)).label("calls"))
        .where(v.call.in_(heard), v.added, v.state == ReviewState.CONFIRMED.value)
        .group_by(v.criterion)
    )
    return count, {row.criterion: row.calls for row in connection.execute(added)}
