"""What could not be inspected, or in part only, and what people say of it: accepted, or to be tried again.

A call is accepted with its sound, a file that no call holds with what lay at its path: other sound, another
file, is a failure of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, and_, delete, func, select

from pipeline.errors import Conflict, Missing, Refused
from pipeline.messages import Message
from pipeline.review.events import check_text, reused
from pipeline.store import codec
from pipeline.store.auditing import note
from pipeline.store.call_files import files_of, first
from pipeline.store.database import Repository
from pipeline.store.people_tables import users
from pipeline.store.run_tables import failure_marks, failures, problems, run_failures, runs
from pipeline.store.statements import insert_once, now, pages
from pipeline.store.tables import calls, inspections
from pipeline.store.writing import FAILED, check_fence

LEFT_OUT = frozenset({"vanished", "changed", "stale-copy", "unreadable-folder"})
"""Kinds of problems that leave a recording of a dump uninspected."""


class FailureMark(StrEnum):
    """What a person says of a failure."""

    ACCEPT = "accept"
    UNDO = "undo"
    """Not accepted any more."""
    RETRY = "retry"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who let a failure be, and why."""

    reason: str
    by: str | None
    """Name of the account; None: the command line."""
    at: datetime


@dataclass(frozen=True, slots=True)
class FailedRecording:
    """A recording that could not be inspected, or in part only, as things stand."""

    call_id: str | None
    """None: a file that no call holds."""
    paths: tuple[Path, ...]
    kind: str
    """``unreadable``, ``partial``, or one of `LEFT_OUT`."""
    reason: Message | None
    reason_code: str | None
    tries: int
    """How often runs listened to it; of a file that no call holds: met it."""
    since: datetime
    run: int
    """The last one that tried."""
    sha256: str | None = None
    acceptance: Acceptance | None = None
    retry: bool = False
    """The next run tries it again."""

    @property
    def name(self) -> str:
        """What people type to say which one: the call, or the path."""
        return self.call_id if self.call_id is not None else str(self.paths[0])


@dataclass(frozen=True, slots=True)
class RunFailure:
    """A recording that one run left uninspected."""

    call_id: str | None
    path: Path | None
    kind: str
    reason: Message | None
    reason_code: str | None
    accepted: bool
    tried: bool
    """By this run; else known from an earlier one."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What no run need complain of."""

    calls: frozenset[str]
    """Ids of calls whose present sound was accepted."""
    stamps: dict[Path, str]
    """Path -> what lay there when it was accepted."""

    def lets_be(self, path: Path | None) -> bool:
        """Whether this file was accepted, and is still the same."""
        return path is not None and path in self.stamps and self.stamps[path] == stamp_of(path)


def stamp_of(path: Path) -> str:
    """What lies at a path, without reading it; empty where there is nothing."""
    try:
        found = os.lstat(path)
    except (OSError, ValueError):
        return ""
    return f"{found.st_mode:o}:{found.st_size}:{found.st_mtime_ns}"


class Failures(Repository):
    """One row for each call that failed, marks of people beside it."""

    def all(self) -> tuple[FailedRecording, ...]:
        """What failed and still does, over all runs, the newest first."""
        with self._read() as connection:
            found = [*_of_calls(connection), *_of_files(connection)]
        return tuple(sorted(found, key=lambda one: one.since, reverse=True))

    def accepted(self) -> Accepted:
        """For a run that sums up."""
        with self._read() as connection:
            told = _acceptances(connection)
            sounds = {key: sound for (key, sound) in told if isinstance(key, int)}
            names: set[str] = set()
            for page in pages(sorted(sounds)):
                query = select(calls.c.id, calls.c.call_id, calls.c.audio_sha256).where(calls.c.id.in_(page))
                rows = connection.execute(query)
                names |= {row.call_id for row in rows if (row.id, row.audio_sha256) in told}
        stamps = {Path(key): str(stamp) for (key, stamp) in told if isinstance(key, str)}
        return Accepted(frozenset(names), stamps)

    def to_retry(self) -> frozenset[str]:
        """Ids of the calls that somebody wants tried again, and no run has tried since."""
        with self._read() as connection:
            return frozenset(_marked(connection).values())

    def accept(
        self,
        names: Sequence[str],
        *,
        reason: str = "",
        by: int | None = None,
        request: str,
        undo: bool = False,
    ) -> tuple[FailedRecording, ...]:
        """Let these failures be: they end no run with status 1 any more, until the file is another one.

        Args:
            names: ids of calls, or paths of files that no call holds.
            undo: take that back.

        Raises:
            Missing: ``no-failure``. Refused: ``failure-reason``: none was given. Conflict:
                ``failure-accepted``, ``failure-open``, ``request-reused``.
        """
        if not undo and not reason.strip():
            raise Refused("say why it may stay as it is", code="failure-reason")
        kind = FailureMark.UNDO if undo else FailureMark.ACCEPT
        return self._mark(names, kind, reason=reason.strip(), by=by, request=request)

    def retry(
        self, names: Sequence[str], *, by: int | None = None, request: str
    ) -> tuple[FailedRecording, ...]:
        """Let the next run try these calls again; a file that no call holds is tried by every run.

        Raises:
            Missing: ``no-failure``. Conflict: ``request-reused``.
        """
        return self._mark(names, FailureMark.RETRY, reason="", by=by, request=request)

    def _mark(
        self, names: Sequence[str], kind: FailureMark, *, reason: str, by: int | None, request: str
    ) -> tuple[FailedRecording, ...]:
        check_text(reason, request=request)
        wanted = list(dict.fromkeys(names))
        with self._write() as connection:
            there = _by_name(connection)
            known = connection.execute(
                select(failure_marks).where(failure_marks.c.request == f"{request}:0")
            ).one_or_none()
            if known is not None:
                if (known.kind, known.user, known.reason) != (kind.value, by, reason):
                    raise reused(request)
                return tuple(there[name] for name in wanted if name in there)
            newest = connection.execute(select(func.max(runs.c.id))).scalar() or 0
            keys = _keys(connection, [name for name in wanted if name in there])
            for number, name in enumerate(wanted):
                one = there.get(name)
                if one is None:
                    raise Missing(f"nothing failed that is called {name!r}", code="no-failure", name=name)
                _check(one, kind)
                key = keys.get(name) if one.call_id is not None else None
                path = None if one.call_id is not None else one.paths[0]
                values = {
                    "kind": kind.value, "call": key, "audio_sha256": one.sha256,
                    "path": None if path is None else str(path),
                    "stamp": None if path is None else stamp_of(path),
                    "after_run": newest, "reason": reason, "user": by, "at": now(),
                    "request": f"{request}:{number}",
                }  # fmt: skip
                insert_once(connection, failure_marks, values)
                subject = None if path is None else str(path)
                note(connection, f"failed-{kind}", by=by, subject=subject, call=key, reason=reason or None)
            after = _by_name(connection)
        return tuple(after[name] for name in wanted if name in after)

    def note_run(self, run_id: int, found: Iterable[RunFailure]) -> None:
        """Keep what a run left uninspected, for its report; told again, that goes before what was told."""
        values = [
            {
                "run": run_id,
                "call_id": one.call_id,
                "path": None if one.path is None else str(one.path),
                "kind": one.kind,
                "reason_code": one.reason_code,
                "reason": None if one.reason is None else codec.message(one.reason),
                "accepted": one.accepted,
                "tried": one.tried,
            }
            for one in found
        ]
        with self._write() as connection:
            check_fence(connection, run_id)
            connection.execute(delete(run_failures).where(run_failures.c.run == run_id))
            if values:
                connection.execute(run_failures.insert(), values)

    def of_run(self, run_id: int) -> tuple[RunFailure, ...]:
        """What a run that came to its end left uninspected, in the order in which it told."""
        r = run_failures.c
        with self._read() as connection:
            rows = connection.execute(select(run_failures).where(r.run == run_id).order_by(r.id)).all()
        return tuple(
            RunFailure(
                row.call_id,
                None if row.path is None else Path(row.path),
                row.kind,
                codec.read_message(row.reason),
                row.reason_code,
                row.accepted,
                row.tried,
            )
            for row in rows
        )


def _check(one: FailedRecording, kind: FailureMark) -> None:
    if kind is FailureMark.ACCEPT and one.acceptance is not None:
        raise Conflict(f"{one.name} is accepted already", code="failure-accepted", name=one.name)
    if kind is FailureMark.UNDO and one.acceptance is None:
        raise Conflict(f"{one.name} is not accepted", code="failure-open", name=one.name)


def _by_name(connection: Connection) -> dict[str, FailedRecording]:
    return {one.name: one for one in (*_of_files(connection), *_of_calls(connection))}


def _keys(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for page in pages(names):
        query = select(calls.c.call_id, calls.c.id).where(calls.c.call_id.in_(page))
        found |= {row.call_id: row.id for row in connection.execute(query)}
    return found


Sounding = tuple[int | str, str | None]
"""A call with its sound, or a path with what lay there."""


def _acceptances(connection: Connection) -> dict[Sounding, Acceptance]:
    """What stands accepted: the last word counts."""
    m = failure_marks.c
    query = (
        select(m.kind, m.call, m.audio_sha256, m.path, m.stamp, m.reason, m.at, users.c.name)
        .select_from(failure_marks.outerjoin(users, users.c.id == m.user))
        .where(m.kind.in_([FailureMark.ACCEPT.value, FailureMark.UNDO.value]))
        .order_by(m.id)
    )
    found: dict[Sounding, Acceptance] = {}
    for row in connection.execute(query):
        key: Sounding = (row.call, row.audio_sha256) if row.call is not None else (row.path, row.stamp)
        if row.kind == FailureMark.ACCEPT.value:
            found[key] = Acceptance(row.reason, row.name, datetime.fromisoformat(row.at))
        elif row.call is None:  # whatever lay there then
            found = {one: said for one, said in found.items() if one[0] != row.path}
        else:
            found.pop(key, None)
    return found


def _marked(connection: Connection) -> dict[int, str]:
    """Key -> id of the calls that wait for another try."""
    m = failure_marks.c
    query = (
        select(calls.c.id, calls.c.call_id)
        .select_from(failure_marks.join(calls, calls.c.id == m.call))
        .join(inspections, and_(inspections.c.call == calls.c.id, inspections.c.current))
        .where(
            m.kind == FailureMark.RETRY.value,
            m.audio_sha256 == calls.c.audio_sha256,
            m.after_run >= inspections.c.run,
            inspections.c.status.in_([one.value for one in FAILED]),
        )
    )
    return {row.id: row.call_id for row in connection.execute(query)}


def _of_calls(connection: Connection) -> list[FailedRecording]:
    i, f = inspections.c, failures.c
    same = and_(f.call == calls.c.id, f.audio_sha256 == calls.c.audio_sha256)
    joined = calls.join(inspections, and_(i.call == calls.c.id, i.current)).outerjoin(failures, same)
    query = (
        select(
            calls.c.id, calls.c.call_id, calls.c.audio_sha256, i.status, i.reason, i.reason_code, i.run,
            i.inspected_at, f.first_at, f.tries,
        )
        .select_from(joined)
        .where(i.status.in_([one.value for one in FAILED]), calls.c.replaced_by.is_(None))
        .order_by(calls.c.id)
    )  # fmt: skip
    rows = connection.execute(query).all()
    files = files_of(connection, [row.id for row in rows])
    accepted, marked = _acceptances(connection), _marked(connection)
    return [
        FailedRecording(
            call_id=row.call_id,
            paths=first(files.get(row.id)),
            kind=row.status,
            reason=codec.read_message(row.reason),
            reason_code=row.reason_code,
            tries=row.tries or 1,
            since=datetime.fromisoformat(row.first_at or row.inspected_at),
            run=row.run,
            sha256=row.audio_sha256,
            acceptance=accepted.get((row.id, row.audio_sha256)),
            retry=row.id in marked,
        )
        for row in rows
    ]


def _of_files(connection: Connection) -> list[FailedRecording]:
    """Files that no call holds, as the latest run over each dump met them."""
    ended = runs.c.state.in_(["finished", "stopped"])
    latest = select(func.max(runs.c.id)).where(runs.c.kind == "run", ended).group_by(runs.c.dump)
    p = problems.c
    those = [p.kind.in_(sorted(LEFT_OUT)), p.path.is_not(None)]
    rows = connection.execute(select(problems).where(p.run.in_(latest), *those).order_by(p.id)).all()
    if not rows:
        return []
    met: dict[tuple[str, str], Any] = {}
    query = select(p.path, p.kind, func.count(p.run.distinct()).label("runs"), func.min(runs.c.started_at))
    query = query.select_from(problems.join(runs, runs.c.id == p.run)).where(*those)
    for path, kind, times, since in connection.execute(query.group_by(p.path, p.kind)):
        met[path, kind] = (times, since)
    accepted = _acceptances(connection)
    found = {}
    for row in rows:
        times, since = met[row.path, row.kind]
        path = Path(row.path)
        found[path] = FailedRecording(
            call_id=None,
            paths=(path,),
            kind=row.kind,
            reason=codec.message_of(row.reason),
            reason_code=None,
            tries=times,
            since=datetime.fromisoformat(since),
            run=row.run,
            acceptance=accepted.get((row.path, stamp_of(path))),
        )
    return list(found.values())
