"""Lists of calls: pages by key, counts that stop early, and what filters can be set to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, and_, delete, func, literal, or_, select

from pipeline.conversation.collation import by_name
from pipeline.domain import Scope, Severity
from pipeline.errors import Refused
from pipeline.store.auditing import note
from pipeline.store.database import Database, Repository
from pipeline.store.days import counted
from pipeline.store.filter import CallFilter, QueueState, Selection, compile_filter, too_common, within
from pipeline.store.people_tables import filters
from pipeline.store.query_cache import QueryCache
from pipeline.store.repositories.call_rows import QueueRow, rows_of
from pipeline.store.review_tables import cases
from pipeline.store.statements import pages, upsert
from pipeline.store.tables import calls, findings, inspections


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of a list; ``after`` continues it, None at its end."""

    rows: tuple[QueueRow, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """A count that stopped at its limit where ``more`` is set."""

    value: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class CriterionName:
    criterion: str
    title: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class AgentName:
    agent_id: str
    name: str | None
    team: str | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What filters can be set to: all that occurs in the scope."""

    teams: tuple[str, ...]
    queues: tuple[str, ...]
    criteria: tuple[CriterionName, ...]
    agents: tuple[AgentName, ...]


@dataclass(frozen=True, slots=True)
class SavedFilter:
    id: int
    name: str
    query: str


FILTERS_AT_MOST = 50
"""Filters one person keeps."""
PAGE = 50
COUNT_UP_TO = 1000
"""Chips say 1,000+ beyond: a count that stops early is as useful and costs a page."""

_BY_TIME = (QueueState.ALL, QueueState.DONE)
"""Lists that are read like a diary; the others are in the order in which they need a person."""


class Queue(Repository):
    """Lists of calls, and the filters that people keep under a name."""

    def __init__(self, database: Database, cache: QueryCache) -> None:
        super().__init__(database)
        self._cache = cache

    def page(
        self,
        where: CallFilter,
        scope: Scope,
        *,
        by: int | None = None,
        after: str | None = None,
        limit: int = PAGE,
    ) -> QueuePage:
        """A page of calls: what most needs a person first, or (all, done) the newest first.

        ``after`` is what the page before handed out. A call whose place changes meanwhile may appear twice or
        be missed; none that stays in its place is.
        """
        with self._read() as connection:
            chosen = compile_filter(where, connection, scope, by=by)
            if where.state in _BY_TIME:
                keys, rest = _newest(connection, chosen, after, limit)
            else:
                keys, rest = _urgent(connection, chosen, after, limit)
            return QueuePage(tuple(rows_of(connection, keys)), rest)

    def counts(
        self, where: CallFilter, scope: Scope, *, by: int | None, states: Iterable[QueueState]
    ) -> dict[QueueState, Count]:
        """How many calls each state would show under this filter, up to a thousand.

        None where the filter asks for what is said in very many calls.
        """
        found: dict[QueueState, Count] = {}
        with self._read() as connection:
            if too_common(where, connection):
                return found
            for state in states:
                chosen = compile_filter(replace(where, state=state), connection, scope, by=by)
                found[state] = _count(connection, chosen)
        return found

    def choices(self, scope: Scope) -> Choices:
        """Everything a filter can be set to, for these eyes."""
        with self._read() as connection:
            newest = connection.execute(select(func.max(inspections.c.id))).scalar()
            return self._cache.get(("choices", scope), newest, lambda: _choices(connection, scope))

    def sees(self, scope: Scope, call_id: str) -> bool:
        """True where the call exists and is inside the scope."""
        query = select(calls.c.agent_id, calls.c.team).where(calls.c.call_id == call_id)
        with self._read() as connection:
            row = connection.execute(query).one_or_none()
        return row is not None and scope.holds(agent_id=row.agent_id, team=row.team)

    def invisible(self, scope: Scope, call_ids: Sequence[str]) -> tuple[str, ...]:
        """Those of these calls that are outside the scope, or do not exist."""
        seen: set[str] = set()
        with self._read() as connection:
            for part in pages(call_ids):
                query = select(calls.c.call_id).where(calls.c.call_id.in_(part), within(scope))
                seen |= set(connection.execute(query).scalars())
        return tuple(call_id for call_id in call_ids if call_id not in seen)

    def saved_filters(self, user: int) -> tuple[SavedFilter, ...]:
        """By name."""
        f = filters.c
        query = select(f.id, f.name, f.query).where(f.user == user).order_by(f.name)
        with self._read() as connection:
            return tuple(SavedFilter(*row) for row in connection.execute(query))

    def save_filter(self, user: int, name: str, query: str) -> None:
        """Keep a filter; one of the same name is replaced.

        Raises:
            Refused: no name, or too many filters.
        """
        name = " ".join(name.split())[:60]
        if not name:
            raise Refused("a filter needs a name", code="filter-name")
        with self._write() as connection:
            own = select(filters.c.name).where(filters.c.user == user)
            names = set(connection.execute(own).scalars())
            if name not in names and len(names) >= FILTERS_AT_MOST:
                raise Refused(
                    f"at most {FILTERS_AT_MOST} filters; delete one first",
                    code="filter-many",
                    most=FILTERS_AT_MOST,
                )
            insert = upsert(connection, filters).values(user=user, name=name, query=query[:2000])
            connection.execute(
                insert.on_conflict_do_update(
                    index_elements=["user", "name"], set_={"query": insert.excluded.query}
                )
            )
            note(connection, "filter-save", by=user, subject=name)

    def delete_filter(self, user: int, filter_id: int) -> None:
        """Forget one; that of somebody else stays."""
        with self._write() as connection:
            gone = delete(filters).where(filters.c.id == filter_id, filters.c.user == user)
            name = connection.execute(gone.returning(filters.c.name)).scalar()
            if name is not None:
                note(connection, "filter-delete", by=user, subject=name)


def _urgent(
    connection: Connection, chosen: Selection, after: str | None, limit: int
) -> tuple[list[int], str | None]:
    c = cases.c
    query = select(c.call, c.priority).select_from(chosen.cases()).where(*chosen.conditions)
    place = _read_place(after)
    if place is not None:
        first = float(place[0])
        query = query.where(or_(c.priority < first, and_(c.priority == first, c.call < place[1])))
        query = query.where(c.priority <= first)  # what an index can begin at
    found = connection.execute(query.order_by(c.priority.desc(), c.call.desc()).limit(limit + 1)).all()
    return _cut([(row.call, repr(row.priority)) for row in found], limit)


def _newest(
    connection: Connection, chosen: Selection, after: str | None, limit: int
) -> tuple[list[int], str | None]:
    """By the moment that calls count under."""
    moment, key = counted(), calls.c.id
    query = select(key, moment).select_from(chosen.cases(with_calls=True)).where(*chosen.conditions)
    place = _read_place(after)
    if place is not None:
        query = query.where(
            moment <= place[0], or_(moment < place[0], and_(moment == place[0], key < place[1]))
        )
    found = connection.execute(query.order_by(moment.desc(), key.desc()).limit(limit + 1)).all()
    return _cut([(row[0], row[1]) for row in found], limit)


def _cut(found: Sequence[tuple[int, str]], limit: int) -> tuple[list[int], str | None]:
    keys = [key for key, _ in found[:limit]]
    rest = f"{found[limit - 1][1]}~{found[limit - 1][0]}" if len(found) > limit else None
    return keys, rest


def _read_place(after: str | None) -> tuple[str, int] | None:
    """Where a page begins; anything that is not a place is the beginning."""
    first, separator, key = (after or "").rpartition("~")
    if not separator or not key.isdecimal() or len(key) > 18:
        return None
    return first, int(key)


def _count(connection: Connection, chosen: Selection) -> Count:
    some = select(literal(1)).select_from(chosen.cases()).where(*chosen.conditions).limit(COUNT_UP_TO + 1)
    found = int(connection.execute(select(func.count()).select_from(some.subquery())).scalar_one())
    return Count(min(found, COUNT_UP_TO), found > COUNT_UP_TO)


def _choices(connection: Connection, scope: Scope) -> Choices:
    agents = connection.execute(
        select(calls.c.agent_id, func.max(calls.c.agent_name), func.max(calls.c.team))
        .where(within(scope), calls.c.agent_id.is_not(None))
        .group_by(calls.c.agent_id)
        .order_by(calls.c.agent_id)
    ).all()
    of_calls = {
        column: connection.execute(select(column).where(within(scope), column.is_not(None)).distinct())
        for column in (calls.c.team, calls.c.queue)
    }
    return Choices(
        teams=tuple(sorted(of_calls[calls.c.team].scalars(), key=by_name)),
        queues=tuple(sorted(of_calls[calls.c.queue].scalars(), key=by_name)),
        criteria=tuple(sorted(_criteria(connection), key=lambda one: (one.severity, by_name(one.title)))),
        agents=tuple(AgentName(*row) for row in agents),
    )


def _criteria(connection: Connection) -> Iterable[CriterionName]:
    """Each criterion once, by jumping from one to the next in the index: there are millions of findings."""
    f = findings.c
    last = ""
    while True:
        nearest = select(func.min(f.criterion)).where(f.criterion > last)
        found = connection.execute(nearest).scalar()
        if found is None:
            return
        one = select(f.title, f.severity).where(f.criterion == found).limit(1)
        title, severity = connection.execute(one).one()
        if severity is not None:  # bonus items cannot be violated
            yield CriterionName(found, title, Severity(severity))
        last = found
