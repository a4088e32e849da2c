"""One run over a dump: discover, identify, skip what is current, inspect the rest, sum up."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Literal, Protocol

from pipeline.batch.failures import kept, set_apart
from pipeline.batch.heartbeat import Heartbeat
from pipeline.batch.leases import SERVER_SECONDS, Leases, patiently
from pipeline.batch.machine import worker_count
from pipeline.batch.plan import Plan, chosen, make_plan
from pipeline.batch.pool import WorkerPool
from pipeline.batch.roles import follow_list, keep_roles
from pipeline.batch.rulebooks import keep_rules
from pipeline.batch.sharing import check_same
from pipeline.batch.stopping import StopRequest, stop_on_signals
from pipeline.batch.summary import OTHER_RULES, TOO_FEW, NotRead, Progress, RunSummary
from pipeline.batch.supervision import Supervision, Tally
from pipeline.batch.voices import settle_voices
from pipeline.batch.work import Job, Limits, groups
from pipeline.batch.worker import InspectorFactory
from pipeline.domain import Revisions, Status
from pipeline.errors import StoreError, UsageError
from pipeline.ingest import Discovery, discover
from pipeline.inspection.program import judging_revision
from pipeline.list_rules import load_rule_files
from pipeline.messages import Message, message_json
from pipeline.settings import CallListSettings, Settings
from pipeline.store import JUDGING, RunningNight, Store, StoredProblem, open_store

Report = Callable[[Progress], None]
Decide = Callable[[Store, RunningNight | None], tuple[InspectorFactory, Revisions]]


class PoolFactory(Protocol):
    def __call__(self, factory: InspectorFactory, settings: Settings, *, limits: Limits) -> WorkerPool: ...


def run(
    dump: Path,
    *,
    settings: Settings,
    inspector: InspectorFactory,
    revisions: Revisions,
    calls: Path | None = None,
    limit: int | None = None,
    since: date | None = None,
    retry: bool = False,
    expect: int | None = None,
    allow_empty: bool = False,
    report: Report | None = None,
    limits: Limits | None = None,
    pool: PoolFactory = WorkerPool,
    decide: Decide | None = None,
) -> RunSummary:
    """Inspect every recording of ``dump`` that has no up-to-date inspection in ``settings.store``.

    Safe to interrupt in any way and to run again: what was written stays, nothing is written twice.

    Args:
        inspector: builds the tools; called once in every worker process.
        revisions: what this run's inspections will say they were made from; ``audio_sha256`` does not matter.
        calls: the call list, where there is one.
        limit: inspect at most this many calls.
        since: leave out calls of earlier days.
        retry: try again what is stored as unreadable or partial.
        expect: how many recordings should be there; fewer are a problem of the run, which inspects the rest.
        allow_empty: a dump without any recording is no mistake.
        report: told about every step.
        pool: who does the work: processes of their own, unless told otherwise.
        decide: lets the reviews have their say, once no other run is at work: the tools and revisions that
            it gives go before the others. Where other runs are, it is told by what they judge.

    Raises:
        UsageError: the dump, the call list or the configuration cannot be used; the dump is empty; other runs
            are at work that hear or judge otherwise.
        StoreError: the store refused, or a run is at work on it that shares it with nobody.
    """
    bounds = limits or Limits()
    with (
        open_store(
            settings.store, patience_seconds=SERVER_SECONDS, idle_seconds=bounds.lease_seconds
        ) as store,
        stop_on_signals() as stop,
    ):
        run_id = patiently(lambda: store.runs.join(dump=dump.absolute(), settings=settings.fingerprint()))
        beat = Heartbeat(store, run_id, report or (lambda _: None))
        try:

            def waits() -> bool:
                beat.report(Progress("wait", 0, 0))
                return not stop

            this = _Run(store, run_id, settings, stop, beat.report)
            delivery = Delivery(dump, calls, expect=expect, allow_empty=allow_empty)

            def planned() -> tuple[Plan, InspectorFactory]:
                with store.runs.step(waits=waits):
                    night = store.runs.night(run_id)
                    tools = (inspector, revisions) if decide is None else decide(store, night)
                    this.judge_by(tools[1], night)
                    return this.plan(delivery, limit=limit, since=since, retry=retry), tools[0]

            plan, factory = patiently(planned)
            leases = Leases(store, run_id, seconds=bounds.lease_seconds)
            tally = this.inspect(plan, factory, bounds, pool, leases)

            def settled() -> RunSummary:
                with store.runs.step(waits=lambda: waits() or True):
                    return this.settle(plan, tally, leases)

            summary = patiently(settled)
            stored = _as_json(summary) | {JUDGING: judging_revision()}
            state: Literal["stopped", "finished"] = "stopped" if summary.stopped else "finished"
            patiently(lambda: store.runs.finish(run_id, state=state, summary=stored))
        except BaseException:
            with suppress(StoreError):
                store.runs.finish(run_id, state="failed")
            raise
        finally:
            beat.stop()
    return summary


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the recording system put there, and how much of it there should be."""

    dump: Path
    calls: Path | None
    expect: int | None
    allow_empty: bool

    def discover(self, settings: CallListSettings) -> Discovery:
        """
        Raises:
            UsageError: the dump is empty and should not be, or cannot be used.
        """
        found = discover(self.dump, calls=self.calls, settings=settings)
        if not found.recordings and not self.allow_empty:
            raise UsageError(Message("dump.empty"), path=self.dump)
        return found

    def too_few(self, found: Discovery) -> list[StoredProblem]:
        if self.expect is None or found.recordings >= self.expect:
            return []
        reason = Message("dump.too-few", expected=self.expect, found=found.recordings)
        return [StoredProblem(TOO_FEW, reason, self.dump)]


class _Run:
    """The steps of one run and what they share."""

    def __init__(
        self,
        store: Store,
        run_id: int,
        settings: Settings,
        stop: StopRequest,
        report: Report,
    ) -> None:
        self._store, self._run_id, self._settings = store, run_id, settings
        self._stop, self._report = stop, report
        self._began = time.monotonic()
        self._workers = 0
        self._peak_bytes = 0
        self._changed_days: tuple[date, date] | None = None
        self._list_rules = load_rule_files(settings.calls.rules)

    def judge_by(self, revisions: Revisions, night: RunningNight | None) -> None:
        """Say what this run judges by, which is what runs that are at work judge by."""
        if night is not None:
            check_same(night, revisions)
        self._revisions = revisions
        self._store.runs.judge_by(self._run_id, revisions, program=judging_revision())
        keep_rules(self._store, self._settings, lexicons=revisions.lexicons, rubric=revisions.rubric)

    def plan(self, delivery: Delivery, *, limit: int | None, since: date | None, retry: bool) -> Plan:
        self._report(Progress("discover", 0, 0))
        self._store.voices.begin(self._run_id, dump=delivery.dump.absolute(), keep=self._settings.keep_voices)
        discovery = delivery.discover(self._settings.calls)
        self._changed_days = self._store.listed.save(discovery.listed).days or self._changed_days
        candidates, problems = chosen(discovery, since=since)
        problems += delivery.too_few(discovery)
        began = time.monotonic()

        def step(done: int) -> bool:
            self._report(Progress("identify", done, len(candidates), wall_seconds=time.monotonic() - began))
            return bool(self._stop)

        plan = make_plan(
            candidates,
            store=self._store,
            run_id=self._run_id,
            revisions=self._revisions,
            retry=retry,
            limit=limit,
            step=step,
        )
        plan.problems[:0] = problems
        patiently(lambda: self._store.runs.add_problems(self._run_id, plan.problems))
        patiently(lambda: self._store.runs.expect(self._run_id, len(plan.jobs)))
        follow_list(self._store, self._settings, plan.channels)
        return plan

    def _with_words(self, job: Job) -> Job:
        """The job, with what people settled in a call that is to be heard anew."""
        if job.heard or job.key is None:
            return job
        return replace(job, words=dict(self._store.judgements.words_of(job.recording)) or None)

    def inspect(
        self,
        plan: Plan,
        inspector: InspectorFactory,
        limits: Limits,
        start: PoolFactory,
        leases: Leases,
    ) -> Tally:
        if not plan.jobs or self._stop:
            plan.left += len(plan.jobs)
            return Tally()
        if patiently(self._store.trust.rarity_changes):  # else no rate puts anything in doubt
            plan.jobs[:] = patiently(lambda: list(map(self._with_words, plan.jobs)))
        began = time.monotonic()
        self._workers = min(worker_count(self._settings), len(plan.jobs))

        def progress(tally: Tally) -> None:
            wall = time.monotonic() - began
            self._report(
                Progress(
                    "inspect",
                    tally.calls + len(tally.elsewhere),
                    len(plan.jobs),
                    tally.audio_seconds,
                    wall,
                    self._workers,
                    tally.in_work,
                )
            )

        progress(Tally())
        pool = start(inspector, self._settings, limits=limits)
        supervision = Supervision(
            store=self._store,
            run_id=self._run_id,
            revisions=self._revisions,
            leases=leases,
            pool=pool,
            limits=limits,
            wanted_workers=self._workers,
            stop=self._stop,
            progress=progress,
        )
        try:
            supervision.work(groups(plan.jobs, workers=self._workers, limits=limits))
        finally:
            self._peak_bytes = pool.peak_bytes
            found = supervision.tally.problems
            patiently(lambda: self._store.runs.add_problems(self._run_id, found))
        tally = supervision.tally
        tally.elsewhere = leases.done_elsewhere
        plan.left += len(plan.jobs) - tally.calls - len(tally.elsewhere)
        return tally

    def settle(self, plan: Plan, tally: Tally, leases: Leases) -> RunSummary:
        """What is done once all calls are stored: by the last run of a night, as far as it is for all."""
        store, run_id, settings = self._store, self._run_id, self._settings
        unkept: list[StoredProblem] = []
        stopped = tally.trouble is not None or bool(self._stop)
        another = store.work.another_at_work(leases.owner)
        if another is not None:
            store.voices.hand_over(run_id, another)
        elif not stopped:  # else the next run knows more
            settle_voices(store, settings, run_id=run_id, failed=unkept.append, moved=tally.move)
        keep_roles(store, settings, run_id=run_id, failed=unkept.append)
        self.keep_copies(plan)
        self.judge_list()
        found = self.look_at_others(tally)
        late = [*self.other_rules(plan, tally), *unkept]
        if another is None and not stopped:
            store.voices.finish(run_id, keep=settings.keep_voices)
        store.runs.add_problems(run_id, late)
        tally.problems += late
        tally.unreadable += found[Status.UNREADABLE]
        tally.incomplete += found[Status.PARTIAL]
        whole = self.sum_up(plan, tally)
        summary = set_apart(whole, store)
        tried = {one.call_id for one in (*tally.unreadable, *tally.incomplete)}
        store.failures.note_run(run_id, kept(whole, summary, tried))
        return summary

    def look_at_others(self, tally: Tally) -> dict[Status, list[NotRead]]:
        """What other runs could not read, or in part only: the night is not whole for anybody."""
        jobs = {job.call_id: job for job in tally.elsewhere}
        recordings = [job.recording for job in jobs.values()]
        found: dict[Status, list[NotRead]] = {status: [] for status in Status}
        for call_id, known in self._store.inspections.freshness(recordings, self._revisions).items():
            if known.status is not None:
                paths = jobs[call_id].recording.paths
                found[known.status].append(NotRead(call_id, paths, known.reason, known.reason_code))
        return found

    def keep_copies(self, plan: Plan) -> None:
        """Note where more of the sound of calls lies that are stored now and were not when we planned."""
        if plan.copies:
            known = self._store.identities.known(call_ids=[call_id for call_id, _, _ in plan.copies])
            keys = {(one.call_id, one.sha256): one.key for one in known}
            there = [(keys[found], paths) for *name, paths in plan.copies if (found := tuple(name)) in keys]
            self._store.identities.move_files(there=there, gone=[], run_id=self._run_id)

    def judge_list(self) -> None:
        """Judge the days of the call list that changed, once their calls are stored."""
        if self._list_rules and self._changed_days is not None:
            first, last = self._changed_days
            # What is told late of a day may clear what was found on the days that look back to it.
            ahead = max(rules.lookback_days for rules in self._list_rules)
            self._store.listed.judge(self._list_rules, first, last + timedelta(days=ahead))

    def other_rules(self, plan: Plan, tally: Tally) -> list[StoredProblem]:
        """That scores changed because this run judges by other rules: an option that was given once is gone
        the next time, and nobody would know why."""
        calls = plan.ruled_otherwise + tally.ruled_otherwise
        if not calls:
            return []
        rubric, lexicons = str(self._settings.rubric), str(self._settings.lexicons)
        notice = Message("batch.other-rules", count=calls, rubric=rubric, lexicons=lexicons)
        return [StoredProblem(OTHER_RULES, notice)]

    def sum_up(self, plan: Plan, tally: Tally) -> RunSummary:
        overview = self._store.calls.overview(plan.identified)
        again = plan.taken_up
        return RunSummary(
            run_id=self._run_id,
            found=plan.found,
            inspected=tally.statuses[Status.INSPECTED] + again[Status.INSPECTED],
            incomplete=(*plan.incomplete, *tally.incomplete),
            not_applicable=tally.statuses[Status.NOT_APPLICABLE] + again[Status.NOT_APPLICABLE],
            rejudged=tally.rejudged + sum(again.values()),
            up_to_date=plan.up_to_date,
            unreadable=(*plan.unreadable, *tally.unreadable),
            left=plan.left,
            elsewhere=len(tally.elsewhere),
            dropped=tally.dropped,
            renamed=tuple(plan.renamed),
            problems=(*plan.problems, *tally.problems),
            workers=self._workers,
            audio_seconds=tally.audio_seconds,
            wall_seconds=time.monotonic() - self._began,
            stopped=tally.trouble is not None or (bool(self._stop) and plan.left > 0),
            flagged=overview.flagged,
            alerts=overview.alerts,
            fatal=overview.fatal,
            scored=overview.scored,
            passed=overview.passed,
            may_pass=overview.may_pass,
            pending=overview.pending,
            mean_score=overview.mean_score,
            scores=overview.scores,
            severities=overview.severities,
            worker_peak_bytes=self._peak_bytes,
            trouble=tally.trouble,
            retried=plan.retried,
            stages=dict(tally.stages),
        )


def _as_json(summary: RunSummary) -> dict[str, object]:
    """What the store keeps of a summary; the problems have their own table."""
    values = asdict(summary)
    values["unreadable"] = len(summary.unreadable)
    values["partial"] = len(values.pop("incomplete"))
    values["problems"] = len(summary.problems)
    values |= {"accepted": len(summary.accepted), "waiting": summary.waiting}
    values["exit_status"] = summary.exit_status
    values["renamed"] = len(summary.renamed)
    values["trouble"] = None if summary.trouble is None else message_json(summary.trouble)
    return values
