"""What the store keeps about runs: state, problems, calls they began, digests of files."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, select, tuple_, update

from pipeline.domain import Recording, Revisions, Status
from pipeline.store import codec, rows
from pipeline.store.reading import pages
from pipeline.store.tables import attempts, calls, file_digests, inspections, problems, runs
from pipeline.store.views import FileStamp, RunRow, Standing, StoredProblem, StoredStanding
from pipeline.store.writing import check_fence, make_current, now, same_revisions, upsert


class ProblemLike(Protocol):
    """What ingest calls a Problem."""

    @property
    def path(self) -> Path | None: ...
    @property
    def call_id(self) -> str | None: ...
    @property
    def line(self) -> int | None: ...
    @property
    def reason(self) -> str: ...
    @property
    def kind(self) -> str: ...


def start_run(connection: Connection, *, kind: str, dump: Path | None, settings: str | None) -> int:
    """A new running run; whatever else claims to run is dead (we hold the lock) and may not write."""
    connection.execute(
        update(runs).where(runs.c.state == "running").values(state="abandoned", finished_at=now())
    )
    values = {
        "kind": kind,
        "state": "running",
        "dump": None if dump is None else str(dump),
        "settings": settings,
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "started_at": now(),
    }
    return int(connection.execute(runs.insert().returning(runs.c.id), values).scalar_one())


def finish_run(
    connection: Connection, run_id: int, *, state: str, summary: Mapping[str, object] | None
) -> None:
    check_fence(connection, run_id)
    values = {
        "state": state,
        "finished_at": now(),
        "summary": None if summary is None else codec.dumps(summary),
    }
    connection.execute(update(runs).where(runs.c.id == run_id).values(values))


def list_runs(connection: Connection, limit: int) -> list[RunRow]:
    found = connection.execute(select(runs).order_by(runs.c.id.desc()).limit(limit))
    return [
        RunRow(
            id=row.id,
            kind=row.kind,
            state=row.state,
            dump=row.dump,
            host=row.host,
            pid=row.pid,
            started_at=datetime.fromisoformat(row.started_at),
            finished_at=None if row.finished_at is None else datetime.fromisoformat(row.finished_at),
            summary=None if row.summary is None else codec.loads(row.summary),
        )
        for row in found
    ]


def add_problems(connection: Connection, run_id: int, found: Iterable[ProblemLike]) -> None:
    check_fence(connection, run_id)
    values = [
        {
            "run": run_id,
            "kind": p.kind,
            "path": None if p.path is None else str(p.path),
            "call_id": p.call_id,
            "line": p.line,
            "reason": p.reason,
        }
        for p in found
    ]
    if values:
        connection.execute(problems.insert(), values)


def list_problems(connection: Connection, run_id: int) -> list[StoredProblem]:
    query = select(problems).where(problems.c.run == run_id).order_by(problems.c.id)
    return [
        StoredProblem(
            kind=row.kind,
            reason=row.reason,
            path=None if row.path is None else Path(row.path),
            call_id=row.call_id,
            line=row.line,
        )
        for row in connection.execute(query)
    ]


_LISTENING = ("engine", "model", "settings")
"""The revisions that decide what was heard; the others only decide how it was judged."""


def standings(
    connection: Connection, recordings: Sequence[Recording], revisions: Revisions
) -> dict[str, StoredStanding]:
    """Call id -> standing; a call that is not in the answer is absent."""
    out: dict[str, StoredStanding] = {}
    joined = inspections.join(calls, inspections.c.call == calls.c.id)
    made = rows.revision_values(revisions)
    for page in pages(recordings):
        wanted = {r.call.call_id: r for r in page}
        query = (
            select(*(c for c in calls.c if c.name != "id"), *inspections.c)
            .select_from(joined)
            .where(
                calls.c.call_id.in_(list(wanted)), *(inspections.c[name] == made[name] for name in _LISTENING)
            )
        )
        for row in connection.execute(query):
            recording = wanted[row.call_id]
            if row.audio_sha256 != recording.sha256:
                continue
            found = _standing(row, recording, revisions)
            if row.call_id not in out or _nearer(found, out[row.call_id]):
                out[row.call_id] = found
    return out


def _standing(row: Any, recording: Recording, revisions: Revisions) -> StoredStanding:
    call = rows.read_call(row)
    if (row.lexicons, row.rubric) != (revisions.lexicons, revisions.rubric):
        standing = Standing.JUDGED_OTHERWISE
    elif call != recording.call:
        standing = Standing.FACTS_CHANGED
    else:
        standing = Standing.CURRENT if row.current else Standing.KNOWN
    return StoredStanding(
        standing=standing,
        status=Status(row.status),
        reason=row.reason,
        duration=row.duration,
        paths=codec.read_paths(row.paths),
        # Which channel is the agent's decides who said what: if that changed, hear again.
        heard=row.current
        and row.status != Status.UNREADABLE.value
        and call.agent_channel == recording.call.agent_channel,
    )


def _nearer(one: StoredStanding, other: StoredStanding) -> bool:
    """Whether ``one`` says more about what is to be done than ``other``, of the same call."""
    order = list(Standing)
    return (order.index(one.standing), not one.heard) < (order.index(other.standing), not other.heard)


def inspection_ids(connection: Connection, call_id: str) -> list[int]:
    """Keys of all inspections of a call, oldest first."""
    joined = inspections.join(calls, inspections.c.call == calls.c.id)
    query = select(inspections.c.id).select_from(joined).where(calls.c.call_id == call_id)
    return list(connection.execute(query.order_by(inspections.c.id)).scalars())


def choose(connection: Connection, call_id: str, revisions: Revisions, *, run_id: int) -> bool:
    """Make a stored revision the current one; False where there is none like this."""
    check_fence(connection, run_id)
    joined = inspections.join(calls, inspections.c.call == calls.c.id)
    query = (
        select(inspections.c.id, inspections.c.call)
        .select_from(joined)
        .where(calls.c.call_id == call_id, same_revisions(revisions))
    )
    found = connection.execute(query).one_or_none()
    if found is None:
        return False
    make_current(connection, found.call, found.id)
    return True


def relocate(connection: Connection, recordings: Iterable[Recording], *, run_id: int) -> None:
    check_fence(connection, run_id)
    for recording in recordings:
        call = select(calls.c.id).where(calls.c.call_id == recording.call.call_id).scalar_subquery()
        connection.execute(
            update(inspections)
            .where(inspections.c.call == call, inspections.c.audio_sha256 == recording.sha256)
            .values(paths=codec.paths(recording.paths))
        )


def add_attempts(
    connection: Connection, recordings: Iterable[Recording], *, run_id: int, crashed: bool, reason: str | None
) -> dict[str, int]:
    """Note that these calls begin, or that a worker died on them; call id -> crashes so far."""
    check_fence(connection, run_id)
    out: dict[str, int] = {}
    for recording in recordings:
        insert = upsert(connection, attempts).values(
            call_id=recording.call.call_id,
            audio_sha256=recording.sha256,
            run=run_id,
            crashes=int(crashed),
            reason=reason,
        )
        changed = {"run": run_id, "crashes": attempts.c.crashes + int(crashed)}
        if crashed:
            changed["reason"] = insert.excluded.reason
        statement = insert.on_conflict_do_update(
            index_elements=["call_id", "audio_sha256"], set_=changed
        ).returning(attempts.c.crashes)
        out[recording.call.call_id] = int(connection.execute(statement).scalar_one())
    return out


def suspects(connection: Connection, recordings: Sequence[Recording]) -> dict[str, int]:
    """Call id -> crashes, for calls that some run began and did not finish."""
    out: dict[str, int] = {}
    for page in pages(recordings):
        keys = [(r.call.call_id, r.sha256) for r in page]
        query = select(attempts.c.call_id, attempts.c.crashes).where(
            tuple_(attempts.c.call_id, attempts.c.audio_sha256).in_(keys)
        )
        out.update({row.call_id: row.crashes for row in connection.execute(query)})
    return out


def _key(stamps: Sequence[FileStamp]) -> tuple[str, str, str]:
    paths = codec.paths(stamp.path for stamp in stamps)
    stamp = codec.dumps([[s.size, s.mtime_ns] for s in stamps])
    return hashlib.sha256(paths.encode()).hexdigest(), paths, stamp


def digests(connection: Connection, files: Sequence[Sequence[FileStamp]]) -> list[str | None]:
    """The remembered digest of each recording's files, None where they are unknown or changed."""
    keys = [_key(stamps) for stamps in files]
    known: dict[tuple[str, str], str] = {}
    for page in pages([key for key, _, _ in keys]):
        for row in connection.execute(select(file_digests).where(file_digests.c.key.in_(page))):
            known[row.key, row.stamp] = row.sha256
    return [known.get((key, stamp)) for key, _, stamp in keys]


def remember_digests(connection: Connection, found: Iterable[tuple[Sequence[FileStamp], str]]) -> None:
    for stamps, sha256 in found:
        key, paths, stamp = _key(stamps)
        insert = upsert(connection, file_digests).values(key=key, paths=paths, stamp=stamp, sha256=sha256)
        changed = {name: insert.excluded[name] for name in ("paths", "stamp", "sha256")}
        connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=changed))
