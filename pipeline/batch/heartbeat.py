"""How fast a run is and when it will be done; and its sign of life in the store, for those who watch it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline.batch.summary import Progress
from pipeline.errors import StoreError
from pipeline.store import SignOfLife, Store

BEAT_SECONDS = 10.0
SILENT_SECONDS = 120.0
"""A run that has said nothing for so long is dead, stopped, or cannot write: a sign waits for another writer
for half a minute at most."""
PACE_SECONDS = 600.0
"""The calls of the last ten minutes say how fast the next ones are: the longest come first."""
_FEWEST_SECONDS = 5.0
"""Less than this says nothing."""


@dataclass(frozen=True, slots=True)
class Paced:
    """A step of a run with what follows from it."""

    progress: Progress
    calls_per_hour: float | None
    left_seconds: float | None
    """Until the stage is over; None where nothing ended yet."""

    @property
    def left(self) -> int:
        return max(0, self.progress.calls_total - self.progress.calls_done)

    @property
    def percent(self) -> int:
        return 100 * self.progress.calls_done // self.progress.calls_total if self.progress.calls_total else 0

    @property
    def times_real(self) -> float | None:
        """Hours of sound for each hour on the clock."""
        step = self.progress
        return step.audio_seconds / step.wall_seconds if step.audio_seconds and step.wall_seconds else None


class Pace:
    """Works out the rate of a run from the steps that it tells."""

    def __init__(self) -> None:
        self._stage = ""
        self._seen: deque[tuple[float, int]] = deque()

    def of(self, step: Progress) -> Paced:
        if step.stage != self._stage:
            self._stage = step.stage
            self._seen.clear()
        self._seen.append((step.wall_seconds, step.calls_done))
        while len(self._seen) > 2 and step.wall_seconds - self._seen[1][0] > PACE_SECONDS:
            self._seen.popleft()
        began, done = self._seen[0]
        seconds, calls = step.wall_seconds - began, step.calls_done - done
        if seconds < _FEWEST_SECONDS or not calls:
            return Paced(step, None, None)
        left = max(0, step.calls_total - step.calls_done)
        return Paced(step, 3600 * calls / seconds, left * seconds / calls)


class Heartbeat:
    """A thread that says how far the run is, every few seconds, also while the run waits for a disk."""

    def __init__(
        self, store: Store, run_id: int, report: Callable[[Progress], None], *, every: float = BEAT_SECONDS
    ) -> None:
        self._store, self._run_id, self._told, self._every = store, run_id, report, every
        self._pace = Pace()
        self._step = self._pace.of(Progress("discover", 0, 0))
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="callinspect-heartbeat", daemon=True)
        self._thread.start()

    def report(self, step: Progress) -> None:
        """Tell it on, and keep it for the next sign of life."""
        self._step = self._pace.of(step)
        self._told(step)

    def stop(self) -> None:
        """Say it a last time; nothing is said afterwards."""
        self._over.set()
        self._thread.join()
        self._beat()

    def _work(self) -> None:
        self._beat()
        while not self._over.wait(self._every):
            self._beat()

    def _beat(self) -> None:
        with suppress(StoreError):  # whoever cannot write a sign cannot write calls either, and says so
            self._store.runs.beat(self._run_id, sign_of(self._step, at=datetime.now(UTC)))


def sign_of(paced: Paced, *, at: datetime) -> SignOfLife:
    step, left = paced.progress, paced.left_seconds
    return SignOfLife(
        at=at,
        stage=step.stage,
        done=step.calls_done,
        total=step.calls_total,
        audio_seconds=step.audio_seconds,
        workers=step.workers,
        calls_per_hour=paced.calls_per_hour,
        ends_at=None if left is None else at + timedelta(seconds=left),
    )
