"""The rows of the call list, what rules found in them, and what could not be judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, false, func, select

from pipeline.domain import ListedCall, Scope
from pipeline.list_rules import JudgedList, ListRules, judge
from pipeline.store.database import Repository
from pipeline.store.listed_tables import (
    list_doubts,
    list_finding_rows,
    list_findings,
    listed_calls,
)
from pipeline.store.repositories.listed_call_rows import (
    BLOCK,
    Digests,
    replace_findings,
    save_rows,
    secret_of,
    stored_rows,
    values_of,
)
from pipeline.store.statements import pages
from pipeline.store.tables import calls

SHOWN = 100


@dataclass(frozen=True, slots=True)
class ListFilter:
    """Which findings; None does not matter."""

    date_from: date | None = None
    date_to: date | None = None
    rule: str | None = None
    team: str | None = None
    agent: str | None = None
    """An agent's number; empty: those that are no one agent's doing."""
    hour: int | None = None


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A row of the list in a finding."""

    at: datetime
    over: bool
    """It went too far; else it is only counted."""
    agent_id: str | None
    answered: bool | None
    call_id: str | None
    """Of the call that is stored of it, where there is one."""


@dataclass(frozen=True, slots=True)
class ListFinding:
    """Something that went against a rule over the list."""

    id: int
    rule: str
    title: str
    title_en: str
    day: date
    hour: int | None
    agent_id: str | None
    agent_name: str | None
    team: str | None
    queue: str | None
    number_end: str | None
    measured: float | None
    rows: tuple[FindingRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ListDoubts:
    """Rows that one rule could not judge for one reason."""

    rule: str
    title: str
    title_en: str
    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class ListCounts:
    """What was found on some days."""

    total: int
    rules: tuple[tuple[str, str, str, int], ...]
    """Rule, title, English title, findings: the most first."""
    hours: Mapping[int, int]
    agents: tuple[tuple[str | None, str | None, int], ...]
    """Number and name (None: no one agent's doing), findings: the most first."""
    doubts: tuple[ListDoubts, ...]
    rows: int
    """Rows of the list on these days."""


@dataclass(frozen=True, slots=True)
class SavedRows:
    """What reading a list changed."""

    rows: int
    changed: int
    days: tuple[date, date] | None = field(default=None)
    """First and last day that changed; None: none did."""


class ListedCalls(Repository):
    """Rows are kept as the list said last; an empty cell takes nothing away. Findings are made anew for whole
    days, so that a corrected row takes its finding with it."""

    def save(self, rows: Sequence[ListedCall]) -> SavedRows:
        """Keep the rows of a list that was read."""
        changed: list[str] = []
        saved = 0
        for page in pages(rows, BLOCK):
            with self._write() as connection:
                digest = Digests(secret_of(connection))
                days = save_rows(connection, [values_of(row, digest) for row in page])
            changed += days
            saved += len(days)
        known = sorted(set(changed))
        bounds = (date.fromisoformat(known[0]), date.fromisoformat(known[-1])) if known else None
        return SavedRows(len(rows), saved, bounds)

    def judge(self, rules: Sequence[ListRules], first: date, last: date) -> JudgedList:
        """Judge these days, both included; what was found in them before is replaced."""
        out = JudgedList()
        with self._read() as connection:
            for one in rules:
                back = first - timedelta(days=one.lookback_days + 1)
                found = judge(stored_rows(connection, back, last + timedelta(days=1)), one, first, last)
                out.found += found.found
                out.doubts += found.doubts
        with self._write() as connection:
            replace_findings(
                connection, out, {rule.id: rule for one in rules for rule in one.rules}, first, last
            )
        return out

    def span(self) -> tuple[date, date] | None:
        """First and last day of the rows; None where there are none."""
        with self._read() as connection:
            found = connection.execute(
                select(func.min(listed_calls.c.day), func.max(listed_calls.c.day))
            ).one()
        return None if found[0] is None else (date.fromisoformat(found[0]), date.fromisoformat(found[1]))

    def newest(self, scope: Scope) -> date | None:
        """The last day with a row that the scope may see."""
        query = select(func.max(listed_calls.c.day)).where(*_team(listed_calls.c.team, ListFilter(), scope))
        with self._read() as connection:
            found = connection.execute(query).scalar()
        return None if found is None else date.fromisoformat(found)

    def counts(self, wanted: ListFilter, scope: Scope) -> ListCounts:
        """What charts show. Hours, agents and rules are counted under the same filter."""
        f, d, r = list_findings.c, list_doubts.c, listed_calls.c
        those = _wanted(wanted, scope)
        number = func.count()
        with self._read() as connection:
            by_rule = connection.execute(
                select(f.rule, func.max(f.title), func.max(f.title_en), number)
                .where(*those)
                .group_by(f.rule)
                .order_by(number.desc(), f.rule)
            ).all()
            hours = connection.execute(select(f.hour, number).where(*those).group_by(f.hour)).all()
            agents = connection.execute(
                select(f.agent_id, func.max(f.agent_name), number)
                .where(*those)
                .group_by(f.agent_id)
                .order_by(number.desc(), f.agent_id)
            ).all()
            in_doubt = _days(d.day, wanted) + _team(d.team, wanted, scope)
            if wanted.rule is not None:
                in_doubt.append(d.rule == wanted.rule)
            doubts = connection.execute(
                select(d.rule, func.max(d.title), func.max(d.title_en), d.reason, func.sum(d.rows))
                .where(*in_doubt)
                .group_by(d.rule, d.reason)
                .order_by(d.rule, func.sum(d.rows).desc())
            ).all()
            rows = _days(r.day, wanted) + _team(r.team, wanted, scope)
            listed = connection.execute(select(func.count(r.id)).where(*rows)).scalar_one()
        return ListCounts(
            total=sum(row[3] for row in by_rule),
            rules=tuple((row[0], row[1], row[2], row[3]) for row in by_rule),
            hours={row[0]: row[1] for row in hours if row[0] is not None},
            agents=tuple((row[0], row[1], row[2]) for row in agents),
            doubts=tuple(ListDoubts(*row[:4], int(row[4])) for row in doubts),
            rows=listed,
        )

    def findings(
        self, wanted: ListFilter, scope: Scope, *, limit: int | None = None, offset: int = 0
    ) -> Iterator[ListFinding]:
        """Findings with their rows, the newest first, streaming."""
        f = list_findings.c
        query = select(f.id).where(*_wanted(wanted, scope)).order_by(f.day.desc(), f.id)
        with self._read() as connection:
            keys = list(connection.execute(query.limit(limit).offset(offset)).scalars())
            for page in pages(keys):
                yield from _findings(connection, page, scope)


def _findings(connection: Connection, keys: Sequence[int], scope: Scope) -> list[ListFinding]:
    """Of a row of another team only its time is told; a call that is to be scored blind is not named."""
    f, p, t = list_findings.c, list_finding_rows.c, listed_calls.c
    rows: dict[int, list[FindingRow]] = {key: [] for key in keys}
    stored = calls.c.call_id
    query = (
        select(p.finding, p.over, t.started_at, t.agent_id, t.answered, stored, t.team)
        .select_from(list_finding_rows.join(listed_calls, t.id == p.row))
        .outerjoin(calls, (stored == t.call_id) & calls.c.replaced_by.is_(None))
        .where(p.finding.in_(keys))
        .order_by(p.finding, p.number)
    )
    for key, over, at, agent_id, answered, call_id, team in connection.execute(query):
        if scope.team is not None and team != scope.team:
            agent_id = call_id = None
        elif call_id in scope.sealed:
            call_id = None
        rows[key].append(FindingRow(datetime.fromisoformat(at), over, agent_id, answered, call_id))
    found = {row.id: row for row in connection.execute(select(list_findings).where(f.id.in_(keys)))}
    return [
        ListFinding(
            row.id,
            row.rule,
            row.title,
            row.title_en,
            date.fromisoformat(row.day),
            row.hour,
            row.agent_id,
            row.agent_name,
            row.team,
            row.queue,
            row.number_end,
            row.measured,
            tuple(rows[row.id]),
        )
        for key in keys
        if (row := found.get(key)) is not None
    ]


def _wanted(wanted: ListFilter, scope: Scope) -> list[ColumnElement[bool]]:
    f = list_findings.c
    out = _days(f.day, wanted) + _team(f.team, wanted, scope)
    if wanted.rule is not None:
        out.append(f.rule == wanted.rule)
    if wanted.agent is not None:
        out.append(f.agent_id.is_(None) if wanted.agent == "" else f.agent_id == wanted.agent)
    if wanted.hour is not None:
        out.append(f.hour == wanted.hour)
    return out


def _days(column: Any, wanted: ListFilter) -> list[ColumnElement[bool]]:
    out = []
    if wanted.date_from is not None:
        out.append(column >= wanted.date_from.isoformat())
    if wanted.date_to is not None:
        out.append(column <= wanted.date_to.isoformat())
    return out


def _team(column: Any, wanted: ListFilter, scope: Scope) -> list[ColumnElement[bool]]:
    out: list[ColumnElement[bool]] = []
    if scope.nothing or scope.agent_id is not None:  # rows of the list are no agent's to read
        out.append(false())
    if scope.team is not None:
        out.append(column == scope.team)
    if wanted.team is not None:
        out.append(column == wanted.team)
    return out
