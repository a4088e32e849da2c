"""The statements behind runs: how they begin and end, what they judge by, and their problems."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Select, select, update

from pipeline.domain import Revisions
from pipeline.messages import Message
from pipeline.store import codec, work_rows
from pipeline.store.auditing import note
from pipeline.store.run_tables import problems, run_progress, runs
from pipeline.store.statements import now, upsert
from pipeline.store.views import RunningNight, RunRow, SignOfLife, StoredProblem
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


def start(connection: Connection, *, kind: str, dump: Path | None, settings: str | None, alone: bool) -> int:
    """A new running run; where it is ``alone`` (we hold the lock), whatever else claims to run is dead and
    may not write, and what it had claimed is free."""
    if alone:
        abandon(connection)
        work_rows.begin_anew(connection)
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


def abandon(connection: Connection) -> None:
    """Whatever claims to run is dead, and may not write."""
    connection.execute(
        update(runs).where(runs.c.state == "running").values(state="abandoned", finished_at=now())
    )


def judge_by(connection: Connection, run_id: int, revisions: Revisions, *, program: str) -> None:
    check_fence(connection, run_id)
    made = {name: value for name, value in asdict(revisions).items() if name != "audio_sha256"}
    values = {"judges_by": codec.dumps(made | {"program": program})}
    connection.execute(update(runs).where(runs.c.id == run_id).values(values))


def night(connection: Connection, *, but: int) -> RunningNight | None:
    query = (
        select(runs)
        .where(runs.c.state == "running", runs.c.id != but, runs.c.judges_by.is_not(None))
        .order_by(runs.c.id)
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    made = codec.loads(row.judges_by)
    program = str(made.pop("program"))
    return RunningNight(_row(row), Revisions(audio_sha256="", **made), program)


def expect(connection: Connection, run_id: int, calls: int) -> None:
    """Note how many calls a run sets out to do, for those who watch it; its summary takes this place."""
    check_fence(connection, run_id)
    values = {"summary": codec.dumps({"expected": calls})}
    connection.execute(update(runs).where(runs.c.id == run_id).values(values))


def finish(connection: Connection, run_id: int, *, state: str, summary: Mapping[str, object] | None) -> None:
    ended = select(runs.c.state).where(runs.c.id == run_id, runs.c.state == state)
    if connection.execute(ended).first() is not None:
        return  # done already: only the answer was lost
    check_fence(connection, run_id)
    values = {
        "state": state,
        "finished_at": now(),
        "summary": None if summary is None else codec.dumps(summary),
    }
    connection.execute(update(runs).where(runs.c.id == run_id).values(values))


def beat(connection: Connection, run_id: int, sign: SignOfLife) -> None:
    values = {
        "at": sign.at.isoformat(),
        "stage": sign.stage,
        "done": sign.done,
        "total": sign.total,
        "audio_seconds": sign.audio_seconds,
        "workers": sign.workers,
        "calls_per_hour": sign.calls_per_hour,
        "ends_at": None if sign.ends_at is None else sign.ends_at.isoformat(),
    }
    made = upsert(connection, run_progress).values({"run": run_id, **values})
    connection.execute(made.on_conflict_do_update(index_elements=["run"], set_=values))


def signs(connection: Connection, run_ids: Sequence[int]) -> dict[int, SignOfLife]:
    found = connection.execute(select(run_progress).where(run_progress.c.run.in_(run_ids)))
    return {
        row.run: SignOfLife(
            at=datetime.fromisoformat(row.at),
            stage=row.stage,
            done=row.done,
            total=row.total,
            audio_seconds=row.audio_seconds,
            workers=row.workers,
            calls_per_hour=row.calls_per_hour,
            ends_at=None if row.ends_at is None else datetime.fromisoformat(row.ends_at),
        )
        for row in found
    }


def latest(connection: Connection, limit: int) -> list[RunRow]:
    return read_runs(connection, select(runs).order_by(runs.c.id.desc()).limit(limit))


def read_runs(connection: Connection, query: Select[Any]) -> list[RunRow]:
    return [_row(row) for row in connection.execute(query)]


def _row(row: Any) -> RunRow:
    return RunRow(
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


def problems_of(connection: Connection, run_id: int, *, limit: int | None = None) -> list[StoredProblem]:
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
