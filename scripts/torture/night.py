"""One run as a process of its own, forked from one that has loaded everything: it starts in no time."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, update

from pipeline.batch.leases import Leases
from pipeline.batch.run import run
from pipeline.batch.work import Limits
from pipeline.errors import CallinspectError
from pipeline.settings import CallListSettings, load_settings
from pipeline.store import work_rows
from pipeline.store.repositories.inspections import Inspections
from pipeline.store.repositories.work_items import WorkItems
from pipeline.store.run_tables import work_items
from scripts.torture.quick import REVISIONS, QuickInspector, ThreadPool

BOUNDARIES = ("claim", "decode", "recognise", "before-commit", "after-commit")
_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True, slots=True)
class Night:
    """A folder of recordings and the store that they go into."""

    dump: Path
    store: str
    results: Path
    lease_seconds: float = 120.0
    workers: int = 2


@dataclass(frozen=True, slots=True)
class Fate:
    """Where a run kills or stops itself, and at which time that it comes by."""

    boundary: str
    passes: int
    signal: int = signal.SIGKILL


class Runner:
    """A run at work."""

    _count = 0

    def __init__(self, night: Night, fate: Fate | None = None) -> None:
        Runner._count += 1
        self.told = night.results / f"{Runner._count}.json"
        self._process = _FORK.Process(target=_run, args=(night, fate, self.told))
        self._process.start()

    def signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._process.pid or 0, number)

    def kill(self) -> None:
        """As the system does for lack of memory, or a power cut."""
        self.signal(signal.SIGKILL)
        self._process.join()

    def join(self, seconds: float | None = None) -> bool:
        """Wait for its end; False where it has not come in time."""
        self._process.join(seconds)
        return not self.alive

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    @property
    def stopped(self) -> bool:
        try:
            return Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T"
        except OSError:
            return False

    @property
    def summary(self) -> dict[str, Any] | None:
        """What it said at its end; None where it was killed."""
        return json.loads(self.told.read_text()) if self.told.is_file() else None

    @property
    def refusal(self) -> str:
        """What it said where it ended with an error."""
        said = self.told.with_suffix(".refused")
        return said.read_text() if said.is_file() else ""


def _run(night: Night, fate: Fate | None, told: Path) -> None:
    at: Callable[[str], None] = _Fated(fate) if fate is not None else lambda _step: None
    if fate is not None:
        _pass_by(at)
    own = {"store": night.store, "workers": night.workers, "calls": CallListSettings(settle_seconds=0)}
    settings = load_settings(None).model_copy(update=own)
    try:
        summary = run(
            night.dump,
            settings=settings,
            inspector=lambda _settings: QuickInspector(at),
            revisions=REVISIONS,
            limits=Limits(group_calls=4, lease_seconds=night.lease_seconds),
            pool=ThreadPool,
        )
    except CallinspectError as error:
        told.with_suffix(".refused").write_text(str(error))
        sys.exit(3)
    names = ("inspected", "elsewhere", "dropped", "up_to_date", "left", "exit_status", "wall_seconds")
    passing = told.with_suffix(".part")
    passing.write_text(json.dumps({name: getattr(summary, name) for name in names}))
    passing.rename(told)
    sys.exit(summary.exit_status)


class _Fated:
    def __init__(self, fate: Fate) -> None:
        self._boundary, self._left, self._signal = fate.boundary, fate.passes, fate.signal

    def __call__(self, step: str) -> None:
        if step == self._boundary:
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), self._signal)


def _pass_by(at: Callable[[str], None]) -> None:
    """Tell ``at`` when a claim is made, and before and after a result is committed."""

    def behind(owner: Any, name: str, step: str) -> None:
        own = getattr(owner, name)

        def and_tell(*given: Any, **named: Any) -> Any:
            out = own(*given, **named)
            at(step)
            return out

        setattr(owner, name, and_tell)

    behind(WorkItems, "claim", "claim")
    behind(work_rows, "close", "before-commit")
    behind(Inspections, "save", "after-commit")


def without_fence() -> None:
    """Let runs not notice that they lost what they held, and store it: to see that the checks would tell."""
    work_rows._CLOSE = update(work_items).where(work_items.c.id == bindparam("of_item"))
    Leases.renew = lambda self: None  # type: ignore[method-assign]
