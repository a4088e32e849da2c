"""One rescoring of a store, from the list of what is outdated to the summary."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field

from pipeline.batch.heartbeat import Heartbeat
from pipeline.batch.machine import cores
from pipeline.batch.rescoring.changes import Changes
from pipeline.batch.rescoring.judging import judged
from pipeline.batch.rulebooks import keep_rules
from pipeline.batch.stopping import StopRequest, stop_on_signals
from pipeline.batch.summary import Progress
from pipeline.errors import StoreError
from pipeline.inspection.program import judging_revision
from pipeline.inspection.rules import Rules, load_rules
from pipeline.rubric.trust import OPEN_GATE, TrustGate
from pipeline.settings import Settings
from pipeline.store import JUDGING, CallFilter, Store, StoredProblem, open_store

EVERYTHING = CallFilter()


@dataclass(frozen=True, slots=True)
class Rescore:
    """What a rescoring did, or (``dry_run``) would do. Numbers of calls."""

    dry_run: bool
    lexicons: str
    """Revision that judged."""
    rubric: str
    found: int
    """Stored calls that match the filter."""
    outdated: int
    """Of them: heard, and judged by other rules."""
    written: int
    """Of these: with a new revision in the store."""
    changes: Changes = field(repr=False)
    wall_seconds: float = 0.0
    workers: int = 1
    stopped: bool = False
    failed: tuple[StoredProblem, ...] = ()
    """Calls that the program failed on: they keep the judgement they had."""
    gate: TrustGate = OPEN_GATE
    """The criteria that only flag."""

    @property
    def left(self) -> int:
        return self.outdated - self.changes.judged - len(self.failed)

    @property
    def exit_status(self) -> int:
        """0 done; 1 done, but the program failed on some calls; 3 stopped early, safe to run again."""
        return 3 if self.stopped else 1 if self.failed else 0


def rescore(
    *,
    settings: Settings,
    wanted: CallFilter = EVERYTHING,
    dry_run: bool = False,
    report: Callable[[Progress], None] | None = None,
) -> Rescore:
    """Judge stored calls again by the lexicons and the rubric of ``settings``, without listening.

    New revisions are stored beside the old ones, some calls per transaction; safe to interrupt in any way and
    to run again: what is judged by these rules already is left alone. With ``dry_run`` nothing is written.

    Raises:
        UsageError: the lexicons or the rubric cannot be used.
        StoreError: the store refused, or another run is at work on it.
    """
    loaded = load_rules(settings)
    began = time.monotonic()
    with open_store(settings.store) as store, stop_on_signals() as stop:
        loaded = loaded.under(store.trust.foreseen(loaded.rubric))
        rules = loaded.revisions
        found = store.calls.count(wanted)
        work = _Work(store, settings, loaded, stop, report or (lambda _: None))
        keys = store.judgements.outdated(wanted, lexicons=rules.lexicons, rubric=rules.rubric)
        if not dry_run and (keys or store.trust.due(loaded.rubric)):
            run_id = store.runs.start(kind="rescore", settings=settings.fingerprint())
            beat = Heartbeat(store, run_id, report or (lambda _: None))
            try:  # decided and asked here, where no other run is at work
                loaded = loaded.under(store.trust.decide(loaded.rubric))
                rules = loaded.revisions
                work = _Work(store, settings, loaded, stop, beat.report)
                keys = store.judgements.outdated(wanted, lexicons=rules.lexicons, rubric=rules.rubric)
                keep_rules(store, settings, lexicons=rules.lexicons, rubric=rules.rubric)
                work.judge(keys, run_id=run_id)
                stored: dict[str, object] = {
                    "outdated": len(keys),
                    "written": work.written,
                    JUDGING: judging_revision(),
                }
                store.runs.add_problems(run_id, work.failed)
                done = work.changes.judged + len(work.failed) == len(keys)
                store.runs.finish(run_id, state="finished" if done else "stopped", summary=stored)
            except BaseException:
                with suppress(StoreError):
                    store.runs.finish(run_id, state="failed")
                raise
            finally:
                beat.stop()
        elif keys:
            work.judge(keys, run_id=None)
    return Rescore(
        dry_run=dry_run,
        lexicons=rules.lexicons,
        rubric=rules.rubric,
        found=found,
        outdated=len(keys),
        written=work.written,
        changes=work.changes,
        wall_seconds=time.monotonic() - began,
        workers=work.workers,
        stopped=work.changes.judged + len(work.failed) < len(keys),
        failed=tuple(work.failed),
        gate=loaded.gate,
    )


class _Work:
    """The steps of one rescoring and what they batch."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        rules: Rules,
        stop: StopRequest,
        report: Callable[[Progress], None],
    ) -> None:
        self._rules = rules
        self._store, self._settings, self._stop, self._report = store, settings, stop, report
        self.workers = settings.workers or cores()
        self.changes = Changes()
        self.written = 0
        self.failed: list[StoredProblem] = []

    def judge(self, keys: list[int], *, run_id: int | None) -> None:
        """Judge all keys, or as many as are done when somebody asks to stop; write where there is a run."""
        began = time.monotonic()
        self._report(Progress("rescore", 0, len(keys)))
        batches = judged(
            keys,
            store=self._store,
            settings=self._settings,
            wanted=self._rules.revisions,
            gate=self._rules.gate,
            workers=self.workers,
            write=run_id is not None,
        )
        with closing(batches):
            for batch in batches:
                if self._stop:
                    return
                if run_id is not None:
                    self.written += self._store.judgements.save(batch.judgements, run_id=run_id)
                for change in batch.changes:
                    self.changes.add(change)
                self.failed += batch.failed
                wall, done = time.monotonic() - began, self.changes.judged + len(self.failed)
                self._report(Progress("rescore", done, len(keys), 0.0, wall, self.workers))
