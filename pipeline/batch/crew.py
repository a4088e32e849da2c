"""The worker processes, seen from the parent: started, fed, listened to, replaced."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import queue
import signal
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from pipeline.batch.inspector import InspectorFactory
from pipeline.batch.machine import worker_environment
from pipeline.batch.work import Group, Job, Limits
from pipeline.batch.worker import Began, Ended, Inspected, Message, Ready, work
from pipeline.settings import Settings

_AHEAD = 2
"""Groups in a worker's hand: the one in work, and the next, so that it never waits."""
_SPAWN = multiprocessing.get_context("spawn")
"""Forked children would share our database connections and threads' locks."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The process ended; nothing more will come."""


Event = tuple["Worker", Message | Gone]


class Worker:
    """One process and the groups in its hand."""

    def __init__(self, factory: InspectorFactory, settings: Settings, events: queue.Queue[Event]) -> None:
        self.hand: deque[Group] = deque()
        self.left: dict[str, Job] = {}
        """Jobs of the group in work whose results have not come, by call id."""
        self.ready = self.begun = self.retiring = False
        self.calls = 0
        self.resident_bytes = self.peak_bytes = 0
        self.deadline: float | None = None
        self.overdue = False
        self._connection, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(
            target=work, args=(theirs, factory, settings), name="callinspect-worker", daemon=True
        )
        with worker_environment():
            self._process.start()
        theirs.close()  # else the end of the process would not end our reading
        self._events = events
        # A thread reads: a worker stopped in the middle of a message must not stop the parent.
        threading.Thread(target=self._listen, name="callinspect-listen", daemon=True).start()

    def _listen(self) -> None:
        try:
            while True:
                self._events.put((self, self._connection.recv()))
        except Exception:  # noqa: BLE001 - end of file, a torn message: either way nothing more will come
            self._process.kill()
            self._process.join()
            self._events.put((self, Gone()))

    @property
    def room(self) -> bool:
        """True where another group may be handed over."""
        return not self.retiring and len(self.hand) < _AHEAD

    def give(self, group: Group) -> None:
        self.hand.append(group)
        with suppress(OSError):  # a broken pipe: Gone is on its way and gives the group back
            self._connection.send(group.tasks)

    def retire(self) -> None:
        """End after the groups in hand."""
        if not self.retiring:
            self.retiring = True
            with suppress(OSError):
                self._connection.send(None)

    def note(self, message: Message, limits: Limits) -> None:
        """Keep the books by what the worker says."""
        match message:
            case Ready():
                self.ready, self.deadline = True, None
            case Began():
                self.begun = True
                self.left = {job.call_id: job for job in self.hand[0].jobs}
                self.deadline = time.monotonic() + limits.seconds_for(self.hand[0].jobs)
            case Inspected(inspection=inspection):
                self.left.pop(inspection.recording.call.call_id, None)
                self.calls += 1
            case Ended(resident_bytes=resident, peak_bytes=peak):
                self.hand.popleft()
                self.begun, self.deadline, self.resident_bytes = False, None, resident
                self.peak_bytes = peak

    def kill(self) -> None:
        self._process.kill()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def killed(self) -> bool:
        """Whether somebody else killed the process: mostly the system, for lack of memory."""
        return self._process.exitcode == -signal.SIGKILL and not self.overdue

    @property
    def epitaph(self) -> str:
        """How the process ended, for people."""
        code = self._process.exitcode
        if code is None or code >= 0:
            return f"exit status {code}"
        with suppress(ValueError):
            name = signal.Signals(-code).name
            hint = ", perhaps for lack of memory" if name == "SIGKILL" else ""
            return f"signal {-code} ({name}{hint})"
        return f"signal {-code}"


class Crew:
    """All workers of a run, and the queue on which they report."""

    def __init__(self, factory: InspectorFactory, settings: Settings, *, limits: Limits) -> None:
        self._factory, self._settings, self._limits = factory, settings, limits
        self._events: queue.Queue[Event] = queue.Queue()
        self.workers: list[Worker] = []
        self.peak_bytes = 0
        """The most memory that any worker has taken."""
        self._looked = time.monotonic()

    def hire(self) -> None:
        """Start one more process."""
        worker = Worker(self._factory, self._settings, self._events)
        worker.deadline = time.monotonic() + self._limits.setup_seconds
        self.workers.append(worker)

    def events(self, *, wait: float) -> Iterator[Event]:
        """What the workers said, oldest first; waits at most ``wait`` seconds for the first of it."""
        try:
            worker, message = self._events.get(timeout=wait)
        except queue.Empty:
            return
        while True:
            if isinstance(message, Gone):
                self.workers.remove(worker)
            yield worker, message
            if not isinstance(message, Gone):
                worker.note(message, self._limits)
                self.peak_bytes = max(self.peak_bytes, worker.peak_bytes)
                self._replace_when_worn(worker)
            try:
                worker, message = self._events.get_nowait()
            except queue.Empty:
                return

    def _replace_when_worn(self, worker: Worker) -> None:
        limits = self._limits
        if worker.calls >= limits.calls_per_worker or worker.resident_bytes >= limits.worker_bytes:
            worker.retire()

    def end_overdue(self, *, waited: float) -> None:
        """Kill workers that are past their time; call when nothing more is to be heard.

        If this process itself was stopped for a while, that while counts for nobody.
        """
        clock = time.monotonic()
        paused, self._looked = max(0.0, clock - self._looked - waited - 5.0), clock
        for worker in self.workers:
            if worker.deadline is None:
                continue
            worker.deadline += paused
            if clock > worker.deadline and not worker.overdue:
                worker.overdue = True
                worker.kill()

    def dismiss(self) -> Iterator[Event]:
        """Kill whoever is left and yield the last they said; what they were at was never written."""
        for worker in self.workers:
            worker.kill()
        while self.workers:
            yield from self.events(wait=1.0)
