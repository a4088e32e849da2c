"""Reading and writing the rows of the call list and what was found in them; no transaction of its own."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, case, delete, func, insert, select

from pipeline.domain import ListedCall, Recorded
from pipeline.list_rules import JudgedList, ListRule, RuleBreach, StoredRow
from pipeline.store.listed_tables import (
    list_doubts,
    list_finding_rows,
    list_findings,
    listed_calls,
    listed_key,
)
from pipeline.store.statements import insert_many, local_now, pages, upsert
from pipeline.store.tables import calls

BLOCK = 5_000
"""Rows that are read or written at once."""
_LOOKED_UP = 900
"""Keys to a query: below the 999 parameters old SQLite builds allow."""
_FEWEST_DIGITS = 7
"""A number with fewer digits, or with any of them hidden, may be anybody's."""
_NUMBER = re.compile(r"[+\d][\d\s\-()]*")
_NO_DIGITS = re.compile(r"\D")


def secret_of(connection: Connection) -> bytes:
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


class Digests:
    """Digests under the key of a store (HMAC-SHA-256, RFC 2104), with the key's own blocks hashed once: a
    month has a million of them."""

    def __init__(self, secret: bytes) -> None:
        block = secret.ljust(hashlib.sha256().block_size, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def __call__(self, text: str) -> str:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(text.encode(errors="surrogatepass"))
        outer.update(inner.digest())
        return outer.hexdigest()


def _plain_number(number: str) -> str:
    """Without what is written between and before its digits: +86 138 0000 0000 is 13800000000."""
    digits = _NO_DIGITS.sub("", number)
    digits = digits.removeprefix("00") if number.lstrip().startswith("00") else digits
    if len(digits) == 13 and digits.startswith("861"):
        return digits[2:]
    return digits[1:] if len(digits) == 12 and digits.startswith("01") else digits


def values_of(row: ListedCall, digest: Digests) -> dict[str, Any]:
    """What is kept of a row; of a number and a case only digests under the store's key, and last digits."""
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
        "number": digest(_plain_number(number)) if known else None,
        "number_end": digits[-4:] if len(digits) >= 4 else None,
        "answered": row.answered,
        "talk_seconds": row.talk_seconds,
        "relation": None if row.relation is None else row.relation.value,
        "case_key": None if row.case_id is None else digest(row.case_id),
        "purpose": row.purpose,
        "recorded": row.recorded.value,
        "damaged": row.damaged,
    }
    said = repr(tuple(values.values()))
    own = repr((row.row_id,) if row.row_id else (values["number"] or number, values["started_at"]))
    return values | {
        "key": digest(own),
        "digest": hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest(),
        "day": (values["started_local"] or local_now())[:10],
    }


def save_rows(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[str]:
    """Write what is new or changed; the days of it, before and after."""
    t = listed_calls
    keyed = {row["key"]: row for row in rows}
    there: dict[str, tuple[str, str]] = {}
    some = connection.execute(select(t.c.id).limit(1)).first() is not None
    for page in pages(list(keyed), _LOOKED_UP) if some else ():
        query = select(t.c.key, t.c.digest, t.c.day).where(t.c.key.in_(page))
        there |= {row.key: (row.digest, row.day) for row in connection.execute(query)}
    insert_many(connection, t, [row for key, row in keyed.items() if key not in there])
    days = [row["day"] for key, row in keyed.items() if key not in there]
    changed = [row for key, row in keyed.items() if key in there and there[key][0] != row["digest"]]
    if not changed:
        return days
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
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=changes), changed)
    return [*days, *(row["day"] for row in changed), *(there[row["key"]][1] for row in changed)]


def stored_rows(connection: Connection, first: date, last: date) -> Iterator[StoredRow]:
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


def replace_findings(
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
            insert_many(connection, table, page)


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
