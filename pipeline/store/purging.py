"""Deleting old calls, with everything that hangs on them. The recordings are not ours to delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, Connection, Select, delete, func, select, text

from pipeline.store.auditing import note
from pipeline.store.coaching_tables import goals, notices
from pipeline.store.days import counted
from pipeline.store.erasing import Remains
from pipeline.store.listed_tables import list_doubts, list_findings, listed_calls
from pipeline.store.review_tables import appeals, decisions, verdicts
from pipeline.store.run_tables import failure_marks, file_digests, problems, run_failures, work_items
from pipeline.store.tables import call_files, calls, inspections

PAGE = 200
"""Calls per transaction: a night that is written meanwhile waits for a moment only."""


@dataclass(frozen=True, slots=True)
class Purge:
    """What is (or would be) deleted."""

    calls: int
    inspections: int
    decisions: int
    appeals: int
    oldest: str | None
    """When the oldest of these calls began, on the wall clock of its call list."""
    remains: Remains | None = None
    """After deleting: what keeps text of them, or of earlier deletions, on the disk."""


def _old(before: date) -> Select[Any]:
    """Calls that count under a day before this one."""
    return select(calls.c.id).where(counted() < before.isoformat())


def preview(connection: Connection, before: date) -> Purge:
    old = _old(before).subquery()
    mine = select(old.c.id)

    def count(column: Column[int]) -> int:
        return int(connection.execute(select(func.count()).where(column.in_(mine))).scalar_one())

    oldest = connection.execute(select(func.min(calls.c.started_local)).where(calls.c.id.in_(mine))).scalar()
    return Purge(
        calls=count(calls.c.id),
        inspections=count(inspections.c.call),
        decisions=count(decisions.c.call),
        appeals=count(appeals.c.call),
        oldest=oldest,
    )


def purge(write: Callable[[], AbstractContextManager[Connection]], before: date) -> Purge:
    """Delete page by page, each in a transaction of its own; stopped half-way, it goes on next time."""
    with write() as connection:
        found = preview(connection, before)
        note(
            connection,
            "purge",
            subject=str(before),
            calls=found.calls,
            decisions=found.decisions,
            appeals=found.appeals,
        )
    gone = found.calls
    while gone:
        with write() as connection:
            gone = _delete_page(connection, before)
    with write() as connection:
        for table in (list_findings, list_doubts, listed_calls):
            connection.execute(delete(table).where(table.c.day < before.isoformat()))
    with write() as connection:
        _forget_coaching(connection, before)
        of_files = failure_marks.c.path.is_not(None)  # those of calls went with them
        connection.execute(delete(failure_marks).where(of_files, failure_marks.c.at < before.isoformat()))
        _forget_words(connection)
    return found


def _delete_page(connection: Connection, before: date) -> int:
    page = _old(before).order_by(calls.c.id).limit(PAGE)
    keys = [int(key) for key in connection.execute(page).scalars()]
    # What was replaced by the corrected file of one of them goes with it.
    keys = sorted({*keys, *connection.execute(_replaced_by(keys)).scalars()})
    if keys:
        _delete_traces(connection, keys)
        connection.execute(delete(verdicts).where(verdicts.c.call.in_(keys)))
        connection.execute(delete(calls).where(calls.c.id.in_(keys)))  # the rest cascades
    return len(keys)


def _replaced_by(keys: Sequence[int]) -> Select[Any]:
    """Calls that one of these holds the corrected file of, at any remove."""
    found = select(calls.c.id).where(calls.c.replaced_by.in_(keys)).cte(recursive=True)
    further = calls.alias()
    more = select(further.c.id).where(further.c.replaced_by == found.c.id)
    return select(found.union(more).c.id)


def _delete_traces(connection: Connection, keys: Sequence[int]) -> None:
    """What names a call or its file without pointing to it."""
    names = select(calls.c.call_id).where(calls.c.id.in_(keys))
    paths = select(call_files.c.paths).where(call_files.c.call.in_(keys))
    connection.execute(delete(problems).where(problems.c.call_id.in_(names)))
    connection.execute(delete(run_failures).where(run_failures.c.call_id.in_(names)))
    sounds = select(calls.c.audio_sha256).where(calls.c.id.in_(keys))
    connection.execute(delete(work_items).where(work_items.c.audio_sha256.in_(sounds)))
    connection.execute(delete(file_digests).where(file_digests.c.paths.in_(paths)))


def _forget_coaching(connection: Connection, before: date) -> None:
    """Goals that ended before the day, and what people were told before it; places went with their calls."""
    connection.execute(delete(goals).where(goals.c.ended_on < before.isoformat()))
    connection.execute(delete(notices).where(notices.c.at < before.isoformat()))


def _forget_words(connection: Connection) -> None:
    """Take deleted words out of SQLite's search index, which until then only marks them as deleted."""
    if connection.dialect.name == "sqlite":
        known = text("SELECT 1 FROM sqlite_master WHERE name = 'transcript_search'")
        if connection.execute(known).first() is not None:
            statement = "INSERT INTO transcript_search (transcript_search) VALUES ('optimize')"
            connection.exec_driver_sql(statement)
