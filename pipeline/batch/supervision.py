"""The parent's side of the work: submit groups to the workers, store what they find, replace those that die.

Only this process writes to the store, one transaction per call. A call is claimed before it is handed out,
and stored under that claim: whoever is killed, and whenever, nothing is lost, and where two runs are at one
call one of them stores it. The store's unique keys stand behind that.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from pipeline.batch.faults import FAULT, FAULT_REASON, GAVE_UP, Fault, FaultKind, fault_of
from pipeline.batch.identity import unchanged
from pipeline.batch.leases import Leases, patiently
from pipeline.batch.pool import Exited, WorkerEvent, WorkerPool, WorkerProcess
from pipeline.batch.stopping import StopRequest
from pipeline.batch.summary import NotRead
from pipeline.batch.work import Group, Job, Limits, groups
from pipeline.batch.worker import Began, Ended, Inspected, NotReady
from pipeline.domain import Inspection, Revisions, Status
from pipeline.errors import CallinspectError, LeaseLost, StoreError, Unstorable
from pipeline.inspection.stage_times import Stage
from pipeline.messages import Message
from pipeline.store import Lease, Store, StoredProblem

_WAIT_SECONDS = 0.25
_TELL_SECONDS = 1.0
"""So often the progress is told, also while no call ends: a clock that stands looks like a run that does."""
_MOST_FAILED_STARTS = 3
"""Workers that die in a row before their tools are loaded: then none will ever start."""
_MOST_CRASHING_CALLS = 8
"""Calls in a row that end every worker without one that succeeds: then it is not the calls, if memory ran out
each time, or if no call at all went well in this run."""


@dataclass(slots=True)
class Tally:
    """What became of the calls this run worked on."""

    statuses: dict[Status, int] = field(default_factory=lambda: dict.fromkeys(Status, 0))
    unreadable: list[NotRead] = field(default_factory=list)
    incomplete: list[NotRead] = field(default_factory=list)
    problems: list[StoredProblem] = field(default_factory=list)
    audio_seconds: float = 0.0
    """Listened to."""
    rejudged: int = 0
    """Of the calls: judged again without listening."""
    ruled_otherwise: int = 0
    """Of these: stood as other lexicons or another rubric judged them."""
    calls: int = 0
    """Calls that are done, one way or the other."""
    elsewhere: list[Job] = field(default_factory=list)
    """Calls that other runs of the night have done."""
    dropped: int = 0
    """Results that were not stored: another run had taken the call over."""
    in_work: int = 0
    """Calls that the workers are at."""
    trouble: Message | None = None
    """What is wrong with the machine, where that stopped the run."""
    stages: dict[str, float] = field(default_factory=dict)
    """Seconds in each stage of inspecting, of all workers together."""

    def spend(self, stages: Mapping[str, float]) -> None:
        for stage, seconds in stages.items():
            self.stages[stage] = self.stages.get(stage, 0.0) + seconds

    def move(self, before: Status, after: Status) -> None:
        """A call of this run that was judged again has another status now."""
        if self.statuses[before]:
            self.statuses[before] -= 1
            self.statuses[after] += 1


class Supervision:
    """One run's work, from the first group to the last."""

    def __init__(
        self,
        *,
        store: Store,
        run_id: int,
        revisions: Revisions,
        leases: Leases,
        pool: WorkerPool,
        limits: Limits,
        wanted_workers: int,
        stop: StopRequest,
        progress: Callable[[Tally], None],
    ) -> None:
        self._store, self._run_id, self._revisions, self._leases = store, run_id, revisions, leases
        self._pool, self._limits, self._wanted = pool, limits, wanted_workers
        self._stop, self._progress = stop, progress
        self._waiting: deque[Group] = deque()
        self._failed_starts = self._crashing_calls = 0
        self._any_succeeded = False
        self._mismatch = False
        self._told = time.monotonic()
        self.tally = Tally()

    def work(self, planned: Iterable[Group]) -> None:
        """Inspect all groups, or as many as are done when somebody asks to stop.

        What other runs hold is waited for: it is theirs to do as long as they live. Where the machine fails
        rather than the calls, it stops too: ``tally.trouble`` says why.

        Raises:
            CallinspectError: the tools cannot be loaded at all.
            StoreError: the store refused; what was written stays.
        """
        self._waiting.extend(planned)
        try:
            while not (self._stop or self.tally.trouble) and (
                self._waiting or self._leases.waits or any(w.queued for w in self._pool.workers)
            ):
                self._look_after_leases()
                self._start_workers()
                self._submit_groups()
                self._read_events()
                if time.monotonic() - self._told >= _TELL_SECONDS:
                    self._tell()
        finally:
            for worker, message in self._pool.shutdown():
                if isinstance(message, Inspected):  # was on its way when we stopped
                    self._write(worker, message.inspection)
            with suppress(StoreError):  # else the leases run out
                self._leases.give_back(ended_well=self.tally.trouble is None)

    def _look_after_leases(self) -> None:
        self._leases.renew()
        if not self._waiting and (left := self._leases.left_by_others()):
            self._waiting.extend(groups(left, workers=self._wanted, limits=self._limits))

    def _tell(self, done: str | None = None) -> None:
        """Tell the progress; ``done``: id of a call that has just ended."""
        self._told = time.monotonic()
        begun = (call_id for worker in self._pool.workers if worker.begun for call_id in worker.left)
        self.tally.in_work = sum(call_id != done for call_id in begun)
        self.tally.elsewhere = self._leases.done_elsewhere
        self._progress(self.tally)

    def _start_workers(self) -> None:
        """Start workers for the groups that wait, as many as wanted."""
        missing = min(self._wanted, len(self._pool.workers) + len(self._waiting)) - len(self._pool.workers)
        for _ in range(missing):
            self._pool.start_worker()

    def _submit_groups(self) -> None:
        """Idle workers first; ahead of time only while there is more than one group for each."""
        for queued in (0, 1):
            for worker in self._pool.workers:
                plenty = queued == 0 or len(self._waiting) > len(self._pool.workers)
                if not (self._waiting and plenty and worker.has_capacity and len(worker.queued) == queued):
                    continue
                if (group := self._next_group()) is not None:
                    worker.submit(group)

    def _next_group(self) -> Group | None:
        """What can be had of the groups that wait: other runs may hold them."""
        while self._waiting and not self._stop:
            if (group := self._leases.claimed(self._waiting.popleft())) is not None:
                return group
            self._leases.renew()
        return None

    def _read_events(self) -> None:
        for event in self._pool.events(wait=_WAIT_SECONDS):
            self._apply(event)
            self._leases.renew()
        self._pool.kill_overdue(waited=_WAIT_SECONDS)

    def _apply(self, event: WorkerEvent) -> None:
        worker, message = event
        match message:
            case NotReady(error=error):
                if not self.tally.calls:
                    raise error
                self._abort(Message("batch.tools", detail=str(error)))
            case Began():
                self._leases.begin(worker.queued[0].jobs)
            case Inspected(inspection=inspection):
                self._write(worker, inspection)
                self._failed_starts = self._crashing_calls = 0
                self._any_succeeded = True
            case Ended(fault=fault, stages=stages):
                self.tally.spend(stages)
                if worker.left:
                    self._retry(worker.queued[0], worker, fault or Fault(Message("batch.no-result")))
            case Exited():
                self._worker_exited(worker)
            case _:
                self._failed_starts = 0

    def _worker_exited(self, worker: WorkerProcess) -> None:
        """A process ended: by plan, or in the middle of something."""
        queued = deque(worker.queued)
        if worker.begun:
            reason = (
                Message("batch.too-slow")
                if worker.overdue
                else Message("batch.worker-died", detail=worker.exit_description)
            )
            kind = FaultKind.MEMORY if worker.killed else FaultKind.PASSING
            self._retry(queued.popleft(), worker, Fault(reason, kind))
        elif not worker.ready:
            self._failed_starts += 1
        self._waiting.extendleft(reversed(queued))
        if self._failed_starts >= _MOST_FAILED_STARTS:
            self._abort(
                Message("batch.no-worker", workers=self._failed_starts, detail=worker.exit_description)
            )

    def _retry(self, group: Group, worker: WorkerProcess, fault: Fault) -> None:
        """Its unfinished calls again, one by one; a call that was alone is charged with what happened."""
        unfinished = [job for job in group.jobs if job.call_id in worker.left and self._leases.of(job)]
        if not group.alone:
            self._waiting.extend(Group((job,)) for job in unfinished)
            return
        for job in unfinished:
            crashes = self._count_crash(job, fault)
            if crashes is None:
                continue
            if fault.kind is FaultKind.OWN:  # it says nothing about the machine or the other calls
                self._save(job, self._failed_on(job, fault))
            elif crashes < self._limits.crashes:
                self._waiting.append(group)
            else:
                self._give_up(job, fault, crashes)

    def _count_crash(self, job: Job, fault: Fault) -> int | None:
        """How often a worker has died on this call alone; None where it is with another run by now."""
        lease = self._leases.of(job)
        if lease is None:
            return None
        try:
            return patiently(lambda: self._store.work.crash(lease, fault.what, run_id=self._run_id))
        except LeaseLost:
            self._leases.lose(job)
            return None

    def _give_up(self, job: Job, fault: Fault, crashes: int) -> None:
        self._crashing_calls += 1
        if self._crashing_calls > _MOST_CRASHING_CALLS and (
            fault.kind is FaultKind.MEMORY or not self._any_succeeded
        ):
            self._abort(Message("batch.machine", calls=_MOST_CRASHING_CALLS, detail=fault.what))
            return
        reason = Message("batch.gave-up", attempts=crashes, detail=fault.what)
        self._save(job, self._not_inspected(job, reason, GAVE_UP))

    def _failed_on(self, job: Job, fault: Fault) -> Inspection:
        """Words for people in the call, the technical line among the problems."""
        problem = Message("batch.fault", detail=fault.what)
        self.tally.problems.append(StoredProblem(FAULT, problem, job.recording.paths[0], job.call_id))
        return self._not_inspected(job, FAULT_REASON, FAULT)

    def _not_inspected(self, job: Job, reason: Message, code: str) -> Inspection:
        revisions = replace(self._revisions, audio_sha256=job.recording.sha256)
        return Inspection(job.recording, Status.UNREADABLE, reason, revisions, reason_code=code)

    def _abort(self, trouble: Message) -> None:
        """Stop: what is done stays, and the summary says what is wrong."""
        if self.tally.trouble is None:
            self.tally.trouble = trouble
            self.tally.problems.insert(0, StoredProblem("machine", trouble))

    def _write(self, worker: WorkerProcess, inspection: Inspection) -> None:
        job = worker.left.get(inspection.recording.call.call_id)
        if job is not None:  # else: said twice
            self._save(job, inspection)

    def _save(self, job: Job, inspection: Inspection) -> None:
        lease = self._leases.of(job)
        if lease is None:
            self.tally.dropped += 1
            return
        kind = unchanged(job.stamps)
        if kind is not None:
            self._leases.drop(job, lease)
            reason = {
                "vanished": Message("batch.vanished-during"),
                "changed": Message("batch.changed-during"),
            }[kind]
            self.tally.problems.append(StoredProblem(kind, reason, job.recording.paths[0], job.call_id))
        else:
            self._note_mismatch(inspection)
            try:
                inspection = self._save_or_report(job, inspection, lease)
            except LeaseLost:
                self.tally.dropped += 1
                self._leases.lose(job)
                return
            self._leases.close(job)
            self.tally.statuses[inspection.status] += 1
            self.tally.audio_seconds += 0.0 if job.heard else inspection.duration or 0.0
            self._count(job, inspection)
        self.tally.calls += 1
        self._tell(job.call_id)

    def _count(self, job: Job, inspection: Inspection) -> None:
        reason, code = inspection.reason, inspection.reason_code
        if inspection.status is Status.UNREADABLE:
            self.tally.unreadable.append(NotRead(job.call_id, job.recording.paths, reason, code))
            return
        if inspection.status is Status.PARTIAL:
            self.tally.incomplete.append(NotRead(job.call_id, job.recording.paths, reason, code))
        self.tally.rejudged += job.heard
        self.tally.ruled_otherwise += job.heard and job.ruled_otherwise

    def _save_or_report(self, job: Job, inspection: Inspection, lease: Lease) -> Inspection:
        """Write one inspection; where this one cannot be written, that it could not.

        Raises:
            LeaseLost: another run has taken the call over.
            StoreError: the database takes nothing at all.
        """
        try:
            self._write_row(job, inspection, lease)
        except Exception as error:
            if isinstance(error, MemoryError) or (
                isinstance(error, CallinspectError) and not isinstance(error, Unstorable)
            ):
                raise
            inspection = self._failed_on(job, fault_of(error))
            self._write_row(job, inspection, lease)
        return inspection

    def _write_row(self, job: Job, inspection: Inspection, lease: Lease) -> None:
        began = time.perf_counter()
        patiently(
            lambda: self._store.inspections.save(
                inspection,
                run_id=self._run_id,
                replace=job.replaces,
                source=job.source,
                key=job.key,
                listened=not job.heard,
                lease=lease,
            )
        )
        self.tally.spend({Stage.SAVING: time.perf_counter() - began})

    def _note_mismatch(self, inspection: Inspection) -> None:
        expected = replace(self._revisions, audio_sha256=inspection.recording.sha256)
        made = inspection.revisions
        if made.roles_corrected:  # by a person, or by the list: it was heard by the same engine
            made = made.with_roles_swapped
        if made == expected or self._mismatch:
            return
        self._mismatch = True  # said once: it concerns every call alike
        reason = Message("batch.other-revisions", made=str(inspection.revisions), planned=str(expected))
        self.tally.problems.append(StoredProblem("revisions", reason))
