"""The pool of worker processes, seen from the parent: started, given groups of calls, replaced, shut down."""

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

from pipeline.batch.machine import worker_environment
from pipeline.batch.work import Group, Job, Limits
from pipeline.batch.worker import Began, Ended, Inspected, InspectorFactory, Ready, WorkerReport, work
from pipeline.settings import Settings

_QUEUED_GROUPS = 2
"""Groups that a worker holds: the one in work, and the next, so that it never waits."""
_SPAWN = multiprocessing.get_context("spawn")
"""Forked children would share our database connections and threads' locks."""


@dataclass(frozen=True, slots=True)
class Exited:
    """The process ended; nothing more will come."""


WorkerEvent = tuple["WorkerProcess", WorkerReport | Exited]


class WorkerProcess:
    """One process and the groups that it holds."""

    def __init__(
        self, factory: InspectorFactory, settings: Settings, events: queue.Queue[WorkerEvent]
    ) -> None:
        self.queued: deque[Group] = deque()
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
        threading.Thread(target=self._read_events, name="callinspect-listen", daemon=True).start()

    def _read_events(self) -> None:
        try:
            while True:
                self._events.put((self, self._connection.recv()))
        except Exception:  # noqa: BLE001 - end of file, a torn message: either way nothing more will come
            self._process.kill()
            self._process.join()
            self._events.put((self, Exited()))

    @property
    def has_capacity(self) -> bool:
        """True where another group may be handed over."""
        return not self.retiring and len(self.queued) < _QUEUED_GROUPS

    def submit(self, group: Group) -> None:
        self.queued.append(group)
        with suppress(OSError):  # a broken pipe: Exited is on its way and gives the group back
            self._connection.send(group.tasks)

    def retire(self) -> None:
        """End after the groups that it holds."""
        if not self.retiring:
            self.retiring = True
            with suppress(OSError):
                self._connection.send(None)

    def record(self, report: WorkerReport, limits: Limits) -> None:
        """Keep the state of the worker by what it reports."""
        match report:
            case Ready():
                self.ready, self.deadline = True, None
            case Began():
                self.begun = True
                self.left = {job.call_id: job for job in self.queued[0].jobs}
                self.deadline = time.monotonic() + limits.seconds_for(self.queued[0].jobs)
            case Inspected(inspection=inspection):
                self.left.pop(inspection.recording.call.call_id, None)
                self.calls += 1
            case Ended(resident_bytes=resident, peak_bytes=peak):
                self.queued.popleft()
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
    def exit_description(self) -> str:
        """How the process ended, for people."""
        code = self._process.exitcode
        if code is None or code >= 0:
            return f"exit status {code}"
        with suppress(ValueError):
            name = signal.Signals(-code).name
            hint = ", perhaps for lack of memory" if name == "SIGKILL" else ""
            return f"signal {-code} ({name}{hint})"
        return f"signal {-code}"


class WorkerPool:
    """All workers of a run, and the queue on which they report."""

    def __init__(self, factory: InspectorFactory, settings: Settings, *, limits: Limits) -> None:
        self._factory, self._settings, self._limits = factory, settings, limits
        self._events: queue.Queue[WorkerEvent] = queue.Queue()
        self.workers: list[WorkerProcess] = []
        self.peak_bytes = 0
        """The most memory that any worker has taken."""
        self._looked = time.monotonic()

    def start_worker(self) -> None:
        """Start one more process."""
        worker = WorkerProcess(self._factory, self._settings, self._events)
        worker.deadline = time.monotonic() + self._limits.setup_seconds
        self.workers.append(worker)

    def events(self, *, wait: float) -> Iterator[WorkerEvent]:
        """What the workers reported, oldest first; waits at most ``wait`` seconds for the first of it."""
        try:
            worker, message = self._events.get(timeout=wait)
        except queue.Empty:
            return
        while True:
            if isinstance(message, Exited):
                self.workers.remove(worker)
            yield worker, message
            if not isinstance(message, Exited):
                worker.record(message, self._limits)
                self.peak_bytes = max(self.peak_bytes, worker.peak_bytes)
                self._retire_when_worn(worker)
            try:
                worker, message = self._events.get_nowait()
            except queue.Empty:
                return

    def _retire_when_worn(self, worker: WorkerProcess) -> None:
        limits = self._limits
        if worker.calls >= limits.calls_per_worker or worker.resident_bytes >= limits.worker_bytes:
            worker.retire()

    def kill_overdue(self, *, waited: float) -> None:
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

    def shutdown(self) -> Iterator[WorkerEvent]:
        """Kill the workers that are left and yield their last reports; what they were at was never stored."""
        for worker in self.workers:
            worker.kill()
        while self.workers:
            yield from self.events(wait=1.0)
