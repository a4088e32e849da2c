"""How the store itself is: its version, its size, what is left of the disk, and what waits for people."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from pipeline.domain import CaseState
from pipeline.store.database import Database, Repository
from pipeline.store.faults import shown
from pipeline.store.people_tables import audit
from pipeline.store.review_tables import cases
from pipeline.store.run_rows import read_runs
from pipeline.store.run_tables import run_failures, runs
from pipeline.store.tables import REVISION, calls, inspections
from pipeline.store.views import RunRow

BACKUPS = ("backup", "store-backup")
"""Acts of the log by which the last backup is known."""


@dataclass(frozen=True, slots=True)
class StoreFacts:
    url: str
    """Without the password."""
    version: str
    """Number of its tables."""
    server: str
    """Kind and version of the database."""
    bytes: int | None
    free_bytes: int | None
    """Left on the disk; None where a server has it."""
    calls: dict[str, int]
    """Status -> calls."""
    queue: int
    """Calls that wait for a person."""
    backup_at: datetime | None


class Operation(Repository):
    """Reads only: it may be asked while a run is at work."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._url = database.url

    def facts(self) -> StoreFacts:
        statuses = (
            select(inspections.c.status, func.count())
            .select_from(inspections.join(calls, calls.c.id == inspections.c.call))
            .where(inspections.c.current)
            .group_by(inspections.c.status)
        )
        waiting = select(func.count()).select_from(cases).where(cases.c.state == CaseState.OPEN.value)
        backup = select(func.max(audit.c.at)).where(audit.c.action.in_(BACKUPS))
        with self._read() as connection:
            last = connection.execute(backup).scalar()
            return StoreFacts(
                url=shown(self._url),
                version=REVISION,
                server=_server(connection),
                bytes=self._bytes(connection),
                free_bytes=self._free(),
                calls={row[0]: row[1] for row in connection.execute(statuses)},
                queue=int(connection.execute(waiting).scalar_one()),
                backup_at=None if last is None else datetime.fromisoformat(last),
            )

    def ready(self) -> bool:
        """Whether the tables are those of this code.

        Raises:
            StoreError: the database does not answer.
        """
        with self._read() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return bool(found == REVISION)

    def last_runs(self) -> list[RunRow]:
        """The latest run over each dump, the newest first."""
        latest = select(func.max(runs.c.id)).where(runs.c.kind == "run").group_by(runs.c.dump)
        with self._read() as connection:
            return read_runs(connection, select(runs).where(runs.c.id.in_(latest)).order_by(runs.c.id.desc()))

    def before(self, run: RunRow) -> int | None:
        """Number of the run over the same dump that came to its end before this one."""
        ended = runs.c.state.in_(["finished", "stopped"])
        earlier = (
            runs.c.kind == run.kind,
            runs.c.dump.is_not_distinct_from(run.dump),
            runs.c.id < run.id,
            ended,
        )
        with self._read() as connection:
            return connection.execute(select(func.max(runs.c.id)).where(*earlier)).scalar()

    def left_by(self, run_ids: Sequence[int]) -> list[str]:
        """Calls (else paths) that these runs left uninspected and nobody had accepted."""
        r = run_failures.c
        query = select(func.coalesce(r.call_id, r.path)).where(r.run.in_(run_ids), ~r.accepted)
        with self._read() as connection:
            return list(connection.execute(query).scalars())

    @property
    def _file(self) -> Path | None:
        name = self._url.database
        sqlite = self._url.get_backend_name() == "sqlite"
        return Path(name) if sqlite and name not in (None, "", ":memory:") else None

    def _bytes(self, connection: Connection) -> int | None:
        if self._url.get_backend_name() != "sqlite":
            return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
        if self._file is None:
            return None
        parts = [Path(f"{self._file}{ending}") for ending in ("", "-wal", "-shm")]
        return sum(part.stat().st_size for part in parts if part.exists())

    def _free(self) -> int | None:
        return None if self._file is None else shutil.disk_usage(self._file.absolute().parent).free


def _server(connection: Connection) -> str:
    if connection.dialect.name == "sqlite":
        return f"SQLite {connection.execute(text('SELECT sqlite_version()')).scalar_one()}"
    return f"PostgreSQL {connection.execute(text('SHOW server_version')).scalar_one()}"
