"""Runs: who may write, what they met, and how they ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import select, update

from pipeline.errors import StoreError
from pipeline.messages import Message, Text, system_problem
from pipeline.store import run_rows
from pipeline.store.database import Database, Repository
from pipeline.store.faults import explained, shown
from pipeline.store.lock import RunLock
from pipeline.store.run_rows import ProblemLike
from pipeline.store.run_tables import runs
from pipeline.store.statements import now
from pipeline.store.views import RunRow, SignOfLife, StoredProblem

_BEAT_SECONDS = 5.0
"""So long a sign of life waits for another writer; the next one comes soon."""
_TELL_TRIES = 5


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

    def run(self, run_id: int) -> RunRow | None:
        """One run by its number."""
        with self._read() as connection:
            return next(iter(run_rows.read_runs(connection, select(runs).where(runs.c.id == run_id))), None)

    def beat(self, run_id: int, sign: SignOfLife) -> None:
        """Say how far a run is, for those who watch it; nobody waits long for that."""
        with self._write_soon(_BEAT_SECONDS) as connection:
            run_rows.beat(connection, run_id, sign)

    def signs(self, run_ids: Sequence[int]) -> dict[int, SignOfLife]:
        """The last sign of life of these runs, as far as they gave any."""
        with self._read() as connection:
            return run_rows.signs(connection, run_ids)

    def untold(self, *, since: datetime, running: bool = False) -> list[RunRow]:
        """Runs that ended, and of whose end nobody was told; the oldest first.

        Args:
            since: only those that began then or later.
            running: those too of which nobody knows that they ended.
        """
        states = ["finished", "stopped", "failed", "abandoned", *(["running"] if running else [])]
        query = select(runs).where(
            runs.c.told_at.is_(None),
            runs.c.tell_tries < _TELL_TRIES,
            runs.c.state.in_(states),
            runs.c.started_at >= since.isoformat(),
        )
        with self._read() as connection:
            return run_rows.read_runs(connection, query.order_by(runs.c.id))

    def take_telling(self, run_id: int) -> bool:
        """Take it on to tell of the end of a run; False where nobody need be told, or somebody else does."""
        c = runs.c
        wanted = [c.id == run_id, c.told_at.is_(None), c.tell_tries < _TELL_TRIES]
        with self._write() as connection:
            made = update(runs).where(*wanted).values(tell_tries=c.tell_tries + 1, told_at=now())
            return connection.execute(made).rowcount == 1

    def untaken(self, run_id: int) -> None:
        """Nobody could be told: somebody tries again later."""
        with self._write() as connection:
            connection.execute(update(runs).where(runs.c.id == run_id).values(told_at=None))

    def add_problems(self, run_id: int, found: Iterable[ProblemLike]) -> None:
        """Keep what a run met besides its calls: bad rows of the call list, missing files, ..."""
        with self._write() as connection:
            run_rows.add_problems(connection, run_id, found)

    def problems(self, run_id: int) -> list[StoredProblem]:
        """The problems of a run, in the order they were met."""
        with self._read() as connection:
            return run_rows.problems_of(connection, run_id)
