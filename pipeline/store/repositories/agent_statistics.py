"""Agents beside each other, and one agent over the weeks. Nobody is ranked: lists are in order of number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from pipeline.conversation.collation import CollationKey, by_name
from pipeline.domain import ReviewState, Satisfaction, Scope
from pipeline.store import counting
from pipeline.store.database import Database, Repository
from pipeline.store.days import between, counted
from pipeline.store.filter import CallFilter, within
from pipeline.store.query_cache import QueryCache
from pipeline.store.repositories.call_rows import QueueRow, rows_of
from pipeline.store.repositories.call_totals import JOINED, TOTALS, CallTotals, is_true, number, read_totals
from pipeline.store.repositories.queue import AgentName
from pipeline.store.review_tables import cases, decisions, exemplars, verdicts
from pipeline.store.tables import calls, inspections
from pipeline.store.views import CriterionCount


@dataclass(frozen=True, slots=True)
class AgentTotals:
    agent: AgentName
    tally: CallTotals
    confirmed: int
    overturned: int


@dataclass(frozen=True, slots=True)
class Week:
    """One week of an agent beside that of the team."""

    monday: date
    own: CallTotals
    team: CallTotals


@dataclass(frozen=True, slots=True)
class AgentPage:
    agent: AgentName
    total: CallTotals
    team: CallTotals
    weeks: tuple[Week, ...]
    criteria: tuple[CriterionCount, ...]
    best: tuple[QueueRow, ...]
    worst: tuple[QueueRow, ...]
    exemplars: tuple[tuple[str, QueueRow], ...]
    """Title and call of what was approved as an example."""


SHOWN = 5
"""Best and worst calls on an agent's page."""


class AgentStatistics(Repository):
    """What is known of agents."""

    def __init__(self, database: Database, cache: QueryCache) -> None:
        super().__init__(database)
        self._cache = cache

    def all(
        self,
        scope: Scope,
        *,
        date_from: date | None = None,
        date_to: date | None = None,
        team: str | None = None,
    ) -> tuple[AgentTotals, ...]:
        """Every agent with calls in these days, by team and number."""
        those = [*between(date_from, date_to), within(scope), calls.c.agent_id.is_not(None)]
        if team is not None:
            those.append(calls.c.team == team)
        with self._read() as connection:
            key = ("agents", scope, date_from, date_to, team)
            return self._cache.get(key, _version(connection), lambda: _agents(connection, those))

    def ratings(
        self, agent_id: str, scope: Scope, *, date_from: date | None = None, date_to: date | None = None
    ) -> tuple[tuple[Satisfaction, int], ...]:
        """How customers rated an agent's calls of these days, the worst first, each with its calls."""
        c = calls.c
        those = [*between(date_from, date_to), within(scope), c.agent_id == agent_id]
        query = select(c.satisfaction, func.count()).where(
            *those, c.satisfaction.is_not(None), c.replaced_by.is_(None)
        )
        with self._read() as connection:
            found = {row[0]: int(row[1]) for row in connection.execute(query.group_by(c.satisfaction))}
        worst_first = (*reversed(tuple(Satisfaction)[:-1]), Satisfaction.NOT_RATED)
        return tuple((one, found[one.value]) for one in worst_first if one.value in found)

    def one(
        self, agent_id: str, scope: Scope, *, date_from: date | None = None, date_to: date | None = None
    ) -> AgentPage | None:
        """One agent over these days; None where no call of theirs is in the scope."""
        with self._read() as connection:
            who = _name(connection, agent_id, scope)
            if who is None:
                return None
            days = between(date_from, date_to)
            own = [*days, within(scope), calls.c.agent_id == agent_id]
            mine = _by_week(connection, own)
            key = ("weeks", who.team, scope.sealed, date_from, date_to)
            of_team = [*days, calls.c.team == who.team, within(Scope(sealed=scope.sealed))]
            team: dict[date, CallTotals] = {}
            if who.team is not None:
                team = self._cache.get(key, _version(connection), lambda: _by_week(connection, of_team))
            where = CallFilter(
                agent=agent_id,
                team=scope.team,
                date_from=date_from,
                date_to=date_to,
                without=scope.sealed,
            )
            return AgentPage(
                agent=who,
                total=sum(mine.values(), CallTotals()),
                team=sum(team.values(), CallTotals()),
                weeks=tuple(
                    Week(monday, mine.get(monday, CallTotals()), team.get(monday, CallTotals()))
                    for monday in sorted({*mine, *team})
                ),
                criteria=tuple(
                    one for one in counting.criterion_counts(connection, where) if one.severity is not None
                ),
                best=_extremes(connection, own, best=True),
                worst=_extremes(connection, own, best=False),
                exemplars=_exemplars(connection, agent_id, scope),
            )


def _version(connection: Connection) -> tuple[int | None, ...]:
    """Changes with every inspection and every decision."""
    latest = select(*(select(func.max(t.c.id)).scalar_subquery() for t in (inspections, decisions)))
    return tuple(connection.execute(latest).one())


def _agents(connection: Connection, those: Sequence[ColumnElement[bool]]) -> tuple[AgentTotals, ...]:
    c = calls.c
    query = (
        select(c.agent_id, func.max(c.agent_name).label("name"), func.max(c.team).label("team"), *TOTALS)
        .select_from(JOINED)
        .where(*those)
        .group_by(c.agent_id)
    )
    said = _verdicts(connection, those)
    found = [
        AgentTotals(
            AgentName(row.agent_id, row.name, row.team), read_totals(row), *said.get(row.agent_id, (0, 0))
        )
        for row in connection.execute(query)
    ]
    return tuple(sorted(found, key=_place))


def _name(connection: Connection, agent_id: str, scope: Scope) -> AgentName | None:
    """Name and team as the latest call has them."""
    query = (
        select(calls.c.agent_name, calls.c.team)
        .where(calls.c.agent_id == agent_id, within(scope))
        .order_by(counted().desc(), calls.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else AgentName(agent_id, row.agent_name, row.team)


def _by_week(connection: Connection, those: Sequence[ColumnElement[bool]]) -> dict[date, CallTotals]:
    day = func.substr(counted(), 1, 10).label("day")
    query = select(day, *TOTALS).select_from(JOINED).where(*those).group_by(day)
    weeks: dict[date, CallTotals] = defaultdict(CallTotals)
    for row in connection.execute(query):
        when = date.fromisoformat(row.day)
        weeks[when - timedelta(days=when.weekday())] += read_totals(row)
    return dict(weeks)


def _verdicts(
    connection: Connection, those: Sequence[ColumnElement[bool]]
) -> dict[str | None, tuple[int, int]]:
    """Agent -> findings that people confirmed and overturned."""
    v = verdicts.c
    query = (
        select(
            calls.c.agent_id,
            number(is_true(v.state == ReviewState.CONFIRMED.value)),
            number(is_true(v.state == ReviewState.OVERTURNED.value)),
        )
        .select_from(verdicts.join(calls, v.call == calls.c.id))
        .where(*those)
        .group_by(calls.c.agent_id)
    )
    return {agent: (confirmed, overturned) for agent, confirmed, overturned in connection.execute(query)}


def _place(one: AgentTotals) -> tuple[bool, CollationKey, str]:
    """By team, those without one last; then by number."""
    team = one.agent.team
    return team is None, by_name(team or ""), one.agent.agent_id


def _extremes(
    connection: Connection, those: Sequence[ColumnElement[bool]], *, best: bool
) -> tuple[QueueRow, ...]:
    score: Any = cases.c.score
    order = (score.desc(), calls.c.id.desc()) if best else (score, cases.c.priority.desc(), calls.c.id.desc())
    query = (
        select(calls.c.id)
        .select_from(calls.join(cases, cases.c.call == calls.c.id))
        .where(*those, score.is_not(None), *(() if best else (cases.c.worst.is_not(None),)))
        .order_by(*order)
        .limit(SHOWN)
    )
    return tuple(rows_of(connection, list(connection.execute(query).scalars())))


def _exemplars(connection: Connection, agent_id: str, scope: Scope) -> tuple[tuple[str, QueueRow], ...]:
    query = (
        select(exemplars.c.call, exemplars.c.title)
        .select_from(exemplars.join(calls, exemplars.c.call == calls.c.id))
        .where(calls.c.agent_id == agent_id, within(scope), exemplars.c.approved_by.is_not(None))
        .order_by(exemplars.c.at.desc())
        .limit(SHOWN)
    )
    titles = {row.call: row.title for row in connection.execute(query)}
    keys = list(titles)
    return tuple(zip((titles[key] for key in keys), rows_of(connection, keys), strict=True))
