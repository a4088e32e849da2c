"""Runs: who may write, what they met, and how they ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import select, update

from pipeline.domain import Revisions
from pipeline.errors import StoreAway, StoreError
from pipeline.messages import Message, Text, system_problem
from pipeline.store import run_rows, work_rows
from pipeline.store.database import Database, Repository
from pipeline.store.faults import explained, shown
from pipeline.store.lock import Presence, RunLock
from pipeline.store.run_rows import ProblemLike
from pipeline.store.run_tables import runs, work_items
from pipeline.store.statements import now
from pipeline.store.views import RunningNight, RunRow, SignOfLife, StoredProblem, WorkState

_ASKS_AGAIN_SECONDS = 0.2
_BEAT_SECONDS = 5.0
"""So long a sign of life waits for another writer; the next one comes soon."""
_TELL_TRIES = 5


class Runs(Repository):
    """A run writes under its number: alone, or together with other runs of the same night."""

    def __init__(self, database: Database, lock: RunLock) -> None:
        super().__init__(database)
        self._url, self._lock = database.url, lock

    def start(self, *, kind: str = "run", dump: Path | None = None, settings: str | None = None) -> int:
        """Begin a run that may write alone; its number goes with every write.

        A run that was killed is declared abandoned here and can write no more, even if it was only paused.

        Raises:
            StoreError: another run is at work on this store.
        """
        with self._locking():
            free = self._lock.acquire()
        return self._started(Presence.ALONE if free else None, kind=kind, dump=dump, settings=settings)

    def join(self, *, dump: Path | None = None, settings: str | None = None) -> int:
        """Begin a run over recordings: beside other such runs where the database carries them (PostgreSQL),
        else alone. Where nobody else is at work it does what :meth:`start` does.

        Raises:
            StoreError: a run that writes alone is at work on this store.
        """
        with self._locking():
            share = self._lock.share()
        return self._started(share, kind="run", dump=dump, settings=settings)

    @contextmanager
    def _locking(self) -> Iterator[None]:
        with explained(self._url):
            try:
                yield
            except OSError as error:
                raise StoreError(
                    Message("store.no-lock", url=shown(self._url), problem=system_problem(error))
                ) from error

    def _started(self, share: Presence | None, *, kind: str, dump: Path | None, settings: str | None) -> int:
        if share is None:
            raise self._busy()
        try:
            with self._write() as connection:
                alone = share is Presence.ALONE
                run_id = run_rows.start(connection, kind=kind, dump=dump, settings=settings, alone=alone)
        except StoreError:
            self._lock.release()
            raise
        with explained(self._url):
            self._lock.let_others_in()
        return run_id

    def _busy(self) -> StoreError:
        other = next((run for run in self.latest(limit=20) if run.state == "running"), None)
        who: Text = "" if other is None else other.who
        return StoreError(Message("store.busy-run", url=shown(self._url), who=who))

    def keep(self) -> None:
        """Make sure that this run still holds the store, also after its server was restarted.

        Raises:
            StoreError: somebody writes alone by now.
        """
        with explained(self._url):
            if not self._lock.keep():
                raise self._busy()

    @contextmanager
    def step(self, *, waits: Callable[[], bool]) -> Iterator[None]:
        """Inside, no other run of the night is inside: for what one of them does for all.

        Args:
            waits: told again and again while another one is inside; its False ends the waiting.

        Raises:
            StoreError: the waiting was ended; StoreAway: the server cut the connection off that held it.
        """
        self.keep()
        with explained(self._url):
            while not self._lock.begin_step():
                if not waits():
                    raise self._busy()
                time.sleep(_ASKS_AGAIN_SECONDS)
        try:
            yield
        except BaseException:
            with suppress(StoreError), explained(self._url):
                self._lock.end_step()
            raise
        if not self._lock.end_step():
            raise StoreAway(Message("store.step-lost", url=shown(self._url)))

    def night(self, run_id: int) -> RunningNight | None:
        """Another run that is at work on recordings, and what it judges by."""
        with self._read() as connection:
            return run_rows.night(connection, but=run_id)

    def judge_by(self, run_id: int, revisions: Revisions, *, program: str) -> None:
        """State what a run judges by: runs that join it are to judge by the same.

        Args:
            program: digest of the part of the program that judges.
        """
        with self._write() as connection:
            run_rows.judge_by(connection, run_id, revisions, program=program)

    def free_abandoned(self, owner: str) -> bool:
        """Where nobody else is at work any more, free what others had claimed; whether that is so."""
        with explained(self._url):
            if not self._lock.alone():
                return False
            try:
                with self._write() as connection:
                    claimed = work_items.c.state == WorkState.CLAIMED.value
                    work_rows.free(connection, claimed & (work_items.c.owner != owner))
            finally:
                self._lock.let_others_in()
        return True

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
        """End a run and let others write. The last of a night tidies up behind those that were killed."""
        try:
            alone = False
            with suppress(StoreError), explained(self._url):
                alone = self._lock.alone()
            with self._write() as connection:
                run_rows.finish(connection, run_id, state=state, summary=summary)
                if alone:
                    run_rows.abandon(connection)
                    work_rows.end(connection)
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
