"""Runs: their problems, and what must outlive one that is killed.

That is the calls it had begun, and the digests of the files it had read.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, func, select, update

from pipeline.domain import Recording
from pipeline.messages import Message
from pipeline.store import codec
from pipeline.store.auditing import note
from pipeline.store.call_files import place
from pipeline.store.statements import now, pages, upsert
from pipeline.store.tables import attempts, file_digests, problems, runs
from pipeline.store.views import FileStamp, RunRow, StoredProblem
from pipeline.store.writing import check_fence


class ProblemLike(Protocol):
    """What ingest calls a Problem."""

    @property
    def path(self) -> Path | None: ...
    @property
    def call_id(self) -> str | None: ...
    @property
    def line(self) -> int | None: ...
    @property
    def reason(self) -> Message: ...
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
    key = int(connection.execute(runs.insert().returning(runs.c.id), values).scalar_one())
    note(connection, f"start-{kind}"[:48], subject=str(key))
    return key


def expect(connection: Connection, run_id: int, calls: int) -> None:
    """Note how many calls a run sets out to do, for those who watch it; its summary takes this place."""
    check_fence(connection, run_id)
    values = {"summary": codec.dumps({"expected": calls})}
    connection.execute(update(runs).where(runs.c.id == run_id).values(values))


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
            "reason": codec.message(p.reason),
        }
        for p in found
    ]
    if values:
        connection.execute(problems.insert(), values)


def list_problems(connection: Connection, run_id: int, *, limit: int | None = None) -> list[StoredProblem]:
    query = select(problems).where(problems.c.run == run_id).order_by(problems.c.id).limit(limit)
    return [
        StoredProblem(
            kind=row.kind,
            reason=codec.message_of(row.reason),
            path=None if row.path is None else Path(row.path),
            call_id=row.call_id,
            line=row.line,
        )
        for row in connection.execute(query)
    ]


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
    """Digest -> crashes, for sound that some run began, under whatever call id, and did not finish."""
    out: dict[str, int] = {}
    for page in pages(recordings):
        query = (
            select(attempts.c.audio_sha256, func.max(attempts.c.crashes).label("crashes"))
            .where(attempts.c.audio_sha256.in_([r.sha256 for r in page]))
            .group_by(attempts.c.audio_sha256)
        )
        out.update({row.audio_sha256: row.crashes for row in connection.execute(query)})
    return out


def _key(stamps: Sequence[FileStamp]) -> tuple[str, str, str]:
    stamp = codec.dumps([[s.size, s.mtime_ns] for s in stamps])
    return *place(stamp.path for stamp in stamps), stamp


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
