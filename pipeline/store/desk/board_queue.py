"""Lists of calls: pages by key, counts that stop early, and what filters can be set to."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import PurePath
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, literal, or_, select

from pipeline.domain import OpenCause, Scope, Severity, Status
from pipeline.store import codec
from pipeline.store.days import counted
from pipeline.store.desk.naming import within
from pipeline.store.desk.recent import Recent
from pipeline.store.desk.room import Room
from pipeline.store.desk.tables import cases, users
from pipeline.store.desk.views_board import AgentName, Choices, Count, CriterionName, QueuePage, QueueRow
from pipeline.store.desk.wanted import Question, QueueState, Wanted, question, with_calls
from pipeline.store.reading import pages
from pipeline.store.search import common
from pipeline.store.tables import call_files, calls, findings, inspections

PAGE = 50
COUNT_UP_TO = 1000
"""Chips say 1,000+ beyond: a count that stops early is as useful and costs a page."""

_BY_TIME = (QueueState.ALL, QueueState.DONE)
"""Lists that are read like a diary; the others are in the order in which they need a person."""


class Lists(Room):
    """Lists of calls."""

    def queue(
        self,
        wanted: Wanted,
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
            asked = question(wanted, scope, by=by, connection=connection)
            if wanted.state in _BY_TIME:
                keys, rest = _newest(connection, asked, after, limit)
            else:
                keys, rest = _urgent(connection, asked, after, limit)
            return QueuePage(tuple(rows_of(connection, keys)), rest)

    def counts(
        self, wanted: Wanted, scope: Scope, *, by: int | None, states: Iterable[QueueState]
    ) -> dict[QueueState, Count]:
        """How many calls each state would show under this filter, up to a thousand.

        None where the filter asks for what is said in very many calls.
        """
        found: dict[QueueState, Count] = {}
        with self._read() as connection:
            if wanted.text and common(wanted.text, connection):
                return found
            for state in states:
                asked = question(replace(wanted, state=state), scope, by=by, connection=connection)
                found[state] = _count(connection, asked)
        return found

    def choices(self, scope: Scope) -> Choices:
        """Everything a filter can be set to, for these eyes."""
        with self._read() as connection:
            newest = connection.execute(select(func.max(inspections.c.id))).scalar()
            return self.recent.get(("choices", scope), newest, lambda: _choices(connection, scope))

    @cached_property
    def recent(self) -> Recent:
        return Recent()

    def invisible(self, scope: Scope, call_ids: Sequence[str]) -> tuple[str, ...]:
        """Those of these calls that are outside the scope, or do not exist."""
        seen: set[str] = set()
        with self._read() as connection:
            for part in pages(call_ids):
                query = select(calls.c.call_id).where(calls.c.call_id.in_(part), within(scope))
                seen |= set(connection.execute(query).scalars())
        return tuple(call_id for call_id in call_ids if call_id not in seen)


def _urgent(
    connection: Connection, asked: Question, after: str | None, limit: int
) -> tuple[list[int], str | None]:
    c = cases.c
    query = select(c.call, c.priority).select_from(asked.tables).where(*asked.conditions)
    place = _read_place(after)
    if place is not None:
        first = float(place[0])
        query = query.where(or_(c.priority < first, and_(c.priority == first, c.call < place[1])))
        query = query.where(c.priority <= first)  # what an index can begin at
    found = connection.execute(query.order_by(c.priority.desc(), c.call.desc()).limit(limit + 1)).all()
    return _cut([(row.call, repr(row.priority)) for row in found], limit)


def _newest(
    connection: Connection, asked: Question, after: str | None, limit: int
) -> tuple[list[int], str | None]:
    """By the moment that calls count under."""
    moment, key = counted(), calls.c.id
    query = select(key, moment).select_from(with_calls(asked.tables)).where(*asked.conditions)
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


def _count(connection: Connection, asked: Question) -> Count:
    some = select(literal(1)).select_from(asked.tables).where(*asked.conditions).limit(COUNT_UP_TO + 1)
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
        column: tuple(
            sorted(connection.execute(select(column).where(within(scope)).distinct()).scalars(), key=str)
        )
        for column in (calls.c.team, calls.c.queue)
    }
    return Choices(
        teams=tuple(team for team in of_calls[calls.c.team] if team is not None),
        queues=tuple(queue for queue in of_calls[calls.c.queue] if queue is not None),
        criteria=tuple(_criteria(connection)),
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


_assigned, _claimed, _finished = (users.alias(name) for name in ("assigned", "claimed", "finished"))


def _rows(keys: Sequence[int]) -> Select[Any]:
    c, i, of = calls.c, inspections.c, cases.c
    at = call_files.c
    first = select(at.paths).where(at.call == c.id).order_by(at.id).limit(1).scalar_subquery()
    return (
        select(
            *(c.id, c.call_id, c.started_local, counted().label("counted_at")),
            *(c.agent_id, c.agent_name, c.team, c.queue, first.label("paths")),
            *(
                i.duration,
                i.status,
                i.reason,
                i.reason_code,
                i.score.label("machine_score"),
                i.fatal,
                i.flagged,
            ),
            *(i.flag_reasons, i.alerts, of.score, of.passed, of.worst, of.confidence, of.pending, of.state),
            *(of.score_low, of.score_high, of.final, of.open_findings, of.causes),
            *(of.priority, of.assigned, of.claimed, of.claimed_until, of.version),
            _assigned.c.display_name.label("assigned_name"),
            _claimed.c.display_name.label("claimed_name"),
            _finished.c.display_name.label("finished_name"),
        )
        .select_from(cases)
        .join(calls, c.id == of.call)
        .join(inspections, i.id == of.inspection)
        .outerjoin(_assigned, _assigned.c.id == of.assigned)
        .outerjoin(_claimed, _claimed.c.id == of.claimed)
        .outerjoin(_finished, _finished.c.id == of.finished_by)
        .where(of.call.in_(keys))
    )


def rows_of(connection: Connection, keys: Sequence[int]) -> list[QueueRow]:
    """The rows of these calls, in this order."""
    if not keys:
        return []
    found = {row.id: _row(row) for row in connection.execute(_rows(keys))}
    return [found[key] for key in keys if key in found]


def _row(row: Row[Any]) -> QueueRow:
    held = row.claimed is not None and (row.claimed_until or 0) > time.time()
    return QueueRow(
        call_id=row.call_id,
        started_at=row.started_local,
        counted_at=row.counted_at,
        file=_tail(row.paths or "[]"),
        agent_id=row.agent_id,
        agent_name=row.agent_name,
        team=row.team,
        queue=row.queue,
        duration=row.duration,
        status=Status(row.status),
        reason=codec.read_message(row.reason),
        reason_code=row.reason_code,
        machine_score=row.machine_score,
        score=row.score,
        score_low=row.score_low,
        score_high=row.score_high,
        final=row.final,
        passed=row.passed,
        fatal=bool(row.fatal),
        flagged=bool(row.flagged),
        flag_reasons=codec.read_messages(row.flag_reasons or "[]"),
        alerts=codec.read_strings(row.alerts or "[]"),
        worst=None if row.worst is None else Severity(row.worst),
        confidence=row.confidence,
        pending=row.pending,
        state=row.state,
        open_findings=row.open_findings,
        causes=tuple(OpenCause(cause) for cause in row.causes.split()),
        priority=row.priority,
        assigned=row.assigned,
        assigned_name=row.assigned_name,
        claimed=row.claimed if held else None,
        claimed_name=row.claimed_name if held else None,
        finished_name=row.finished_name,
        version=row.version,
    )


def _tail(paths: str) -> str:
    """Folder and name of the first file: the same name stands in many folders."""
    first = next(iter(codec.read_strings(paths)), "")
    return "/".join(PurePath(first).parts[-2:])


def number(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """A sum that is 0 where there is nothing to add."""
    return func.coalesce(func.sum(value), 0)
