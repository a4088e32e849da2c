"""How things stand with the runs over a store: what an operator, a monitor and a page ask for alike."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import psutil

from pipeline.batch.heartbeat import SILENT_SECONDS
from pipeline.batch.summary import TOO_FEW
from pipeline.store import RunRow, SignOfLife, Store
from pipeline.store.repositories.operation import StoreFacts

NIGHT = timedelta(hours=24)
"""Runs over several dumps that began within a day of the newest belong to one night."""


class RunHealth(StrEnum):
    """What became of a run, as far as can be seen from here."""

    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    """By somebody, or for lack of memory and the like."""
    FAILED = "failed"
    DEAD = "dead"
    """It says that it runs, and its process is gone; or another run found it so."""
    SILENT = "silent"
    """It says that it runs and has given no sign of life."""

    @property
    def to_run_again(self) -> bool:
        """Whether the run did not come to its end."""
        return self not in (RunHealth.RUNNING, RunHealth.FINISHED)


@dataclass(frozen=True, slots=True)
class WatchedRun:
    run: RunRow
    health: RunHealth
    sign: SignOfLife | None

    @property
    def failed_start(self) -> bool:
        return self.health is RunHealth.FAILED


@dataclass(frozen=True, slots=True)
class Situation:
    """What runs, what ran last, and what is left to do about it."""

    store: StoreFacts
    running: tuple[WatchedRun, ...]
    night: tuple[WatchedRun, ...]
    """The latest run over each dump, of those that do not run now: a day's, newest first."""
    open_failures: int
    """Over all runs."""
    accepted_failures: int
    night_failures: int
    """Recordings that the night left uninspected and that are open still."""
    too_few: bool
    """Fewer recordings came than were expected."""

    @property
    def exit_status(self) -> int:
        """0 fine; 1 the last run left failures that are open; 3 it was stopped or died: run it again."""
        if any(one.health.to_run_again for one in (*self.running, *self.night)):
            return 3
        return 1 if self.night_failures or self.too_few else 0


def health_of(run: RunRow, sign: SignOfLife | None, *, now: datetime) -> RunHealth:
    """What became of a run.

    A process of this machine is looked for; of another machine only signs of life tell.
    """
    match run.state:
        case "finished" | "stopped" | "failed":
            return RunHealth(run.state)
        case "running":
            last = max(run.started_at, sign.at if sign is not None else run.started_at)
            if run.host == socket.gethostname() and not _lives(run):
                return RunHealth.DEAD
            return RunHealth.SILENT if (now - last).total_seconds() > SILENT_SECONDS else RunHealth.RUNNING
        case _:
            return RunHealth.DEAD


def _lives(run: RunRow) -> bool:
    """Whether the run's process is there; one of the same number that began later is another."""
    try:
        began = psutil.Process(run.pid).create_time()
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True
    return bool(began <= run.started_at.timestamp() + 1.0)


def watched(store: Store, found: Iterable[RunRow]) -> tuple[WatchedRun, ...]:
    found, now = list(found), datetime.now(UTC)
    signs = store.runs.signs([run.id for run in found])
    return tuple(
        WatchedRun(run, health_of(run, signs.get(run.id), now=now), signs.get(run.id)) for run in found
    )


def situation(store: Store) -> Situation:
    """Reads the store, and nothing else; no lock is asked for."""
    last = watched(store, store.operation.last_runs())
    recent = watched(store, (one for one in store.runs.latest(limit=50) if one.state == "running"))
    running = tuple(one for one in recent if one.health is RunHealth.RUNNING)
    rest = [one for one in last if one.health is not RunHealth.RUNNING]
    newest = max((one.run.started_at for one in rest), default=None)
    night = tuple(one for one in rest if newest is not None and newest - one.run.started_at < NIGHT)
    failures = store.failures.all()
    open_ = {one.name for one in failures if one.acceptance is None}
    ids = [one.run.id for one in night]
    left = store.operation.left_by(ids) if ids else []
    return Situation(
        store=store.operation.facts(),
        running=running,
        night=night,
        open_failures=len(open_),
        accepted_failures=len(failures) - len(open_),
        night_failures=sum(name in open_ for name in left),
        too_few=any(p.kind == TOO_FEW for key in ids for p in store.runs.problems(key)),
    )


def has_news(store: Store, run: RunRow) -> bool:
    """Whether a run that left failures left one that the run before it had not left, or too few came: what
    somebody was told of yesterday, or five minutes ago, is no news."""
    earlier = store.operation.before(run)
    known = set(store.operation.left_by([earlier])) if earlier is not None else set()
    if set(store.operation.left_by([run.id])) - known:
        return True
    return any(one.kind == TOO_FEW for one in store.runs.problems(run.id))


def told(run: RunRow, name: str) -> int:
    """A number of a run's summary; 0 where it has none."""
    return number_of(run.summary, name)


def number_of(summary: Mapping[str, object] | None, name: str) -> int:
    found = (summary or {}).get(name)
    return found if isinstance(found, int) else 0
