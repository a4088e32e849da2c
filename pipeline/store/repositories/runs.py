"""Runs: who may write, what they met, and how they ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from pipeline.errors import StoreError
from pipeline.messages import Message, Text, system_problem
from pipeline.store import run_rows
from pipeline.store.database import Database, Repository
from pipeline.store.faults import explained, shown
from pipeline.store.lock import RunLock
from pipeline.store.run_rows import ProblemLike
from pipeline.store.views import RunRow, StoredProblem


class Runs(Repository):
    """One run writes at a time, under its number."""

    def __init__(self, database: Database, lock: RunLock) -> None:
        super().__init__(database)
        self._url, self._lock = database.url, lock

    def start(self, *, kind: str = "run", dump: Path | None = None, settings: str | None = None) -> int:
        """Begin a run that may write; its number goes with every write.

        Only one run writes at a time. A run that was killed is declared abandoned here and can write no more,
        even if it was only paused.

        Raises:
            StoreError: another run is at work on this store.
        """
        with explained(self._url):
            try:
                free = self._lock.acquire()
            except OSError as error:
                raise StoreError(
                    Message("store.no-lock", url=shown(self._url), problem=system_problem(error))
                ) from error
        if not free:
            raise StoreError(self._busy())
        try:
            with self._write() as connection:
                return run_rows.start(connection, kind=kind, dump=dump, settings=settings)
        except StoreError:
            self._lock.release()
            raise

    def _busy(self) -> Message:
        other = next((run for run in self.latest(limit=20) if run.state == "running"), None)
        who: Text = ""
        if other is not None:
            since = f"{other.started_at.astimezone():%H:%M:%S}"
            who = Message("store.run", process=str(other.pid), host=str(other.host), since=since)
        return Message("store.busy-run", url=shown(self._url), who=who)

    def expect(self, run_id: int, calls: int) -> None:
        """Note how many calls a run sets out to do, for those who watch it."""
        with self._write() as connection:
            run_rows.expect(connection, run_id, calls)

    def finish(
        self,
        run_id: int,
        *,
        state: Literal["finished", "stopped", "failed"] = "finished",
        summary: Mapping[str, object] | None = None,
    ) -> None:
        """End a run and let others write."""
        try:
            with self._write() as connection:
                run_rows.finish(connection, run_id, state=state, summary=summary)
        finally:
            self._lock.release()

    def latest(self, *, limit: int = 100) -> list[RunRow]:
        """The latest runs, newest first."""
        with self._read() as connection:
            return run_rows.latest(connection, limit)

    def add_problems(self, run_id: int, found: Iterable[ProblemLike]) -> None:
        """Keep what a run met besides its calls: bad rows of the call list, missing files, ..."""
        with self._write() as connection:
            run_rows.add_problems(connection, run_id, found)

    def problems(self, run_id: int) -> list[StoredProblem]:
        """The problems of a run, in the order they were met."""
        with self._read() as connection:
            return run_rows.problems_of(connection, run_id)
