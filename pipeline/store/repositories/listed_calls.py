"""The rows of the call list, what rules found in them, and what could not be judged."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, false, func, insert, select

from pipeline.domain import ListedCall, Recorded, Scope
from pipeline.list_rules import JudgedList, ListRule, ListRules, RuleBreach, StoredRow, judge
from pipeline.store.database import Repository
from pipeline.store.listed_tables import (
    list_doubts,
    list_finding_rows,
    list_findings,
    listed_calls,
    listed_key,
)
from pipeline.store.statements import local_now, pages, upsert
from pipeline.store.tables import calls

BLOCK = 5_000
"""Rows that are read or written at once."""
SHOWN = 100
_FEWEST_DIGITS = 7
"""A number with fewer digits, or with any of them hidden, may be anybody's."""
_NUMBER = re.compile(r"[+\d][\d\s\-()]*")
_NO_DIGITS = re.compile(r"\D")


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
                secret = _secret(connection)
                days = _save(connection, [_values(row, secret) for row in page])
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
                found = judge(_stored(connection, back, last + timedelta(days=1)), one, first, last)
                out.found += found.found
                out.doubts += found.doubts
        with self._write() as connection:
            _replace(connection, out, {rule.id: rule for one in rules for rule in one.rules}, first, last)
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


def _secret(connection: Connection) -> bytes:
    """The key of this store's numbers; made anew where a store was emptied, with the rows it was for."""
    found: str | None = connection.scalar(select(listed_key.c.secret).order_by(listed_key.c.id).limit(1))
    if found is None:
        found = secrets.token_hex(32)
        connection.execute(insert(listed_key).values(id=1, secret=found))
    return bytes.fromhex(found)


def hidden(number: str) -> bool:
    """Whether a telephone number does not tell whose it is: masked, too short, or one digit all over
    (00000000000), which stands where there is none."""
    digits = _NO_DIGITS.sub("", number)
    return _NUMBER.fullmatch(number) is None or len(digits) < _FEWEST_DIGITS or len(set(digits)) == 1


def _digest(secret: bytes, text: str) -> str:
    return hmac.digest(secret, text.encode(errors="surrogatepass"), "sha256").hex()


def _plain_number(number: str) -> str:
    """Without what is written between and before its digits: +86 138 0000 0000 is 13800000000."""
    digits = _NO_DIGITS.sub("", number)
    digits = digits.removeprefix("00") if number.lstrip().startswith("00") else digits
    if len(digits) == 13 and digits.startswith("861"):
        return digits[2:]
    return digits[1:] if len(digits) == 12 and digits.startswith("01") else digits


def _values(row: ListedCall, secret: bytes) -> dict[str, Any]:
    number = row.customer_number or ""
    known = bool(number) and not hidden(number)
    digits = _NO_DIGITS.sub("", number)
    started = row.started_at
    values: dict[str, Any] = {
        "call_id": row.call_id,
        "agent_id": row.agent_id,
        "agent_name": row.agent_name,
        "team": row.team,
        "queue": row.queue,
        "direction": row.direction,
        "started_at": None if started is None else started.isoformat(),
        "started_local": None if started is None else started.replace(tzinfo=None).isoformat(),
        "clock": row.clock,
        "number": _digest(secret, _plain_number(number)) if known else None,
        "number_end": digits[-4:] if len(digits) >= 4 else None,
        "answered": row.answered,
        "talk_seconds": row.talk_seconds,
        "relation": None if row.relation is None else row.relation.value,
        "case_key": None if row.case_id is None else _digest(secret, row.case_id),
        "purpose": row.purpose,
        "recorded": row.recorded.value,
        "damaged": row.damaged,
    }
    said = repr(tuple(values.values()))
    own = repr((row.row_id,) if row.row_id else (values["number"] or number, values["started_at"]))
    return values | {
        "key": _digest(secret, own),
        "digest": hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest(),
        "day": (values["started_local"] or local_now())[:10],
    }


def _save(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[str]:
    """Write what is new or changed; the days of it, before and after."""
    t = listed_calls
    keyed = {row["key"]: row for row in rows}
    there: dict[str, tuple[str, str]] = {}
    for page in pages(list(keyed)):
        query = select(t.c.key, t.c.digest, t.c.day).where(t.c.key.in_(page))
        there |= {row.key: (row.digest, row.day) for row in connection.execute(query)}
    new = [row for key, row in keyed.items() if there.get(key, ("", ""))[0] != row["digest"]]
    if not new:
        return []
    statement = upsert(connection, t)
    given = statement.excluded
    kept = {"key", "digest", "clock", "recorded", "damaged", "day"}
    # Ids that begin anew every day are told by the day: the facts of two calls are never mixed.
    other_day = func.substr(given.started_local, 1, 10) != func.substr(t.c.started_local, 1, 10)
    changes: dict[str, Any] = {
        c.name: case((other_day, given[c.name]), else_=func.coalesce(given[c.name], t.c[c.name]))
        for c in t.c
        if c.name not in kept | {"id"}
    }
    changes |= {"digest": given.digest, "damaged": given.damaged}
    changes["day"] = func.coalesce(func.substr(given.started_local, 1, 10), t.c.day)
    # Sound that was there once was recorded, whatever folder is read now.
    found = Recorded.FOUND.value
    changes["recorded"] = case(
        (other_day, given.recorded), (t.c.recorded == found, found), else_=given.recorded
    )
    changes["clock"] = case((given.started_local.is_not(None), given.clock), else_=t.c.clock)
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=changes), new)
    days = [row["day"] for row in new]
    return [*days, *(there[row["key"]][1] for row in new if row["key"] in there)]


def _stored(connection: Connection, first: date, last: date) -> Iterator[StoredRow]:
    """The rows of these days. A call that is stored has its sound, whichever list named it."""
    t = listed_calls.c
    sound = select(calls.c.call_id).where(calls.c.call_id == t.call_id).exists()
    query = select(
        t.id, t.agent_id, t.agent_name, t.team, t.queue, t.direction, t.started_at, t.clock, t.number,
        t.number_end, t.answered, t.talk_seconds, t.relation, t.case_key, t.purpose, t.recorded, t.damaged,
        t.day, case((t.recorded != Recorded.FOUND.value, sound), else_=False).label("heard"),
    ).where(t.day >= first.isoformat(), t.day <= last.isoformat())  # fmt: skip
    found = connection.execution_options(yield_per=BLOCK).execute(query)
    for (
        key, agent_id, agent_name, team, queue, direction, started, clock, number, end, answered, talk,
        relation, case_key, purpose, recorded, damaged, day, heard,
    ) in found:  # fmt: skip
        yield StoredRow(
            key, agent_id, agent_name, team, queue, direction,
            None if started is None else datetime.fromisoformat(started), clock, number, end, answered, talk,
            relation, case_key, purpose, Recorded.FOUND.value if heard else recorded, damaged, day,
        )  # fmt: skip


def _replace(
    connection: Connection, out: JudgedList, rules: Mapping[str, ListRule], first: date, last: date
) -> None:
    """Write what was found on these days in place of what was."""
    for table in (list_findings, list_doubts):
        connection.execute(
            delete(table).where(table.c.day >= first.isoformat(), table.c.day <= last.isoformat())
        )
    top = connection.execute(select(func.max(list_findings.c.id))).scalar() or 0
    made, parts = [], []
    for key, found in enumerate(out.found, top + 1):
        made.append(_finding_values(key, found))
        parts += [
            {"finding": key, "number": number, "row": row, "over": over}
            for number, (row, over) in enumerate(zip(found.rows, found.over, strict=True))
        ]
    doubts = [
        {
            "rule": d.rule,
            "title": rules[d.rule].title,
            "title_en": rules[d.rule].title_en,
            "day": d.day,
            "team": d.team,
            "reason": d.reason.value,
            "rows": rows,
        }
        for d, rows in sorted(out.doubts.items(), key=str)
    ]
    for table, values in ((list_findings, made), (list_finding_rows, parts), (list_doubts, doubts)):
        for page in pages(values, BLOCK):
            connection.execute(insert(table), page)


def _finding_values(key: int, found: RuleBreach) -> dict[str, Any]:
    who = found.who
    return {
        "id": key,
        "rule": found.rule.id,
        "title": found.rule.title,
        "title_en": found.rule.title_en,
        "day": found.day.isoformat(),
        "hour": found.hour,
        "agent_id": who.agent_id if found.one_agent else None,
        "agent_name": who.agent_name if found.one_agent else None,
        "team": who.team,
        "queue": who.queue,
        "number_end": who.number_end,
        "measured": found.measured,
    }


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
