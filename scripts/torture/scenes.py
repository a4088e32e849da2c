"""What happens to runs, and what must be so after each: every call once, whole, and nothing left to do."""

from __future__ import annotations

import random
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.store import open_store
from pipeline.store.repositories.rulebook_rows import Rulebook
from scripts.torture.night import BOUNDARIES, Fate, Night, Runner
from scripts.torture.quick import write_recordings
from scripts.torture.server import restart


@dataclass(slots=True)
class Outcome:
    """One row of the table."""

    scene: str
    store: str
    calls: int
    blows: int = 0
    """Kills, stops or restarts."""
    lost: int = 0
    """Calls without an inspection, or with one that says that it could not be read."""
    doubled: int = 0
    """Inspections beyond one of each call, and calls that two runs both took for theirs."""
    torn: int = 0
    """Inspections without their parts, and items of work that nobody will take up."""
    dropped: int = 0
    """Results that were refused: somebody else had taken the call over."""
    sound: bool = True
    """Whether the database says that it is in order."""
    seconds: float = 0.0
    remarks: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return self.sound and not (self.lost or self.doubled or self.torn or self.remarks)


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of it."""

    calls: int
    kills: int
    stops: int
    restarts: int
    rounds: int = 1
    """Of the kills at each step."""
    milliseconds: int = 4
    moment_seconds: float = 0.5
    """A run is killed within this time."""
    lease_seconds: float = 1.5


class Stage:
    """A night for one scene."""

    def __init__(self, name: str, folder: Path, url: str, scale: Scale) -> None:
        self.scale, self.url, self.random = scale, url, random.Random(name)  # noqa: S311 - chance, no secret
        self.on_server = url.startswith("postgresql")
        self.calls = scale.calls
        shutil.rmtree(folder, ignore_errors=True)
        self._milliseconds = scale.milliseconds * SLOWER.get(name, 1)
        write_recordings(folder / "dump", range(self.calls), milliseconds=self._milliseconds)
        (folder / "results").mkdir()
        if not self.on_server:
            self.url = f"sqlite:///{folder / 'store.db'}"
        with open_store(self.url) as store:  # else each run would read the lexicons to keep them
            store.rulebooks.keep([Rulebook("r", "rubric", ""), Rulebook("l", "lexicons", "{}")])
        self.night = Night(folder / "dump", self.url, folder / "results", scale.lease_seconds)
        self.runners: list[Runner] = []
        self.outcome = Outcome(name, "postgresql" if self.on_server else "sqlite", self.calls)
        self._began = time.monotonic()

    def start(self, fate: Fate | None = None) -> Runner:
        self.runners.append(Runner(self.night, fate))
        return self.runners[-1]

    def begun(self) -> bool:
        """Whether a run has opened the store: before, it says that there is none and ends."""
        with open_store(self.url) as store:
            return bool(store.runs.latest())

    def deliver(self, count: int) -> None:
        """More recordings come."""
        numbers = range(self.calls, self.calls + count)
        write_recordings(self.night.dump, numbers, milliseconds=self._milliseconds)
        self.calls += count
        self.outcome.calls = self.calls

    def blow(self) -> None:
        self.outcome.blows += 1

    def finish(self, *, seconds: float = 3600.0) -> None:
        """A run to the end, where none is left that does it."""
        last = self.start()
        if not last.join(seconds):
            self.outcome.remarks.append("the last run did not end")
            last.kill()
        elif last.summary is None or last.summary["exit_status"] or last.summary["left"]:
            self.outcome.remarks.append(f"the last run ended with {last.summary}")

    def checked(self) -> Outcome:
        out = self.outcome
        out.seconds = time.monotonic() - self._began
        said = [runner.summary for runner in self.runners if runner.summary is not None]
        out.dropped = sum(one["dropped"] for one in said)
        with open_store(self.url) as store, store._read() as connection:

            def count(query: str) -> int:
                return int(connection.exec_driver_sql(query).scalar_one())

            good = count(
                "SELECT count(DISTINCT call) FROM inspections WHERE current AND status = 'inspected'"
            )
            every = count("SELECT count(*) FROM inspections")
            out.lost = self.calls - good
            out.doubled = every - count("SELECT count(DISTINCT call) FROM inspections")
            # Runs that were killed said nothing, so fewer may have been counted than there are: never more.
            out.doubled += max(0, sum(one["inspected"] for one in said) - self.calls)
            whole = count("SELECT count(*) FROM findings JOIN inspections ON id = inspection")
            heard = count("SELECT count(*) FROM utterances JOIN hearings ON id = hearing")
            out.torn = abs(every - whole) + abs(every - heard)
            out.torn += count("SELECT count(*) FROM work_items WHERE state <> 'done'")
            if not self.on_server:
                out.sound = connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        return out


def kills(stage: Stage) -> None:
    """A run is killed at any moment, and started again, and again."""
    while stage.outcome.blows < stage.scale.kills:
        runner = stage.start()
        if runner.join(stage.random.uniform(0.02, stage.scale.moment_seconds)):
            stage.deliver(24)
            continue
        runner.kill()
        stage.blow()
    stage.finish()


def boundaries(stage: Stage) -> None:
    """A run kills itself at each step of a call."""
    for boundary in BOUNDARIES:
        for passes in range(1, 2 * stage.scale.rounds, 2):
            if stage.start(Fate(boundary, passes)).join(60):
                stage.blow()
    stage.finish()


def stops(stage: Stage) -> None:
    """A run is stopped until its lease has run out and, where others may, another one has done its calls."""
    for number in range(stage.scale.stops):
        if number:
            stage.deliver(24)
        step = ("recognise", "decode", "claim")[number % 3]
        paused = stage.start(Fate(step, 1 + number % 5, signal.SIGSTOP))
        while paused.alive and not paused.stopped:
            time.sleep(0.02)
        stage.blow()
        other = stage.start()
        if not stage.on_server:
            if not other.join(60) or not other.refusal:
                stage.outcome.remarks.append("a second run was let in on SQLite")
        elif number % 2:
            time.sleep(stage.scale.lease_seconds * 1.5)  # woken while the other is at it
        else:
            other.join(60)  # woken when all is done
        paused.signal(signal.SIGCONT)
        for runner in (other, paused):
            if not runner.join(120):
                stage.outcome.remarks.append("a run that was woken did not end")
                runner.kill()
    stage.finish()


def restarts(stage: Stage) -> None:
    """The server is restarted under a run, which goes on."""
    runner = stage.start()
    while runner.alive and not stage.begun():
        time.sleep(0.02)
    while runner.alive and stage.outcome.blows < stage.scale.restarts:
        time.sleep(stage.random.uniform(0.1, 0.6))
        restart(stage.url)
        stage.blow()
    runner.join(1800)
    if runner.summary is None or runner.summary["exit_status"]:
        stage.outcome.remarks.append(f"the run did not outlive the restarts: {runner.refusal}")
    stage.finish()


def together(stage: Stage) -> None:
    """Four runs at once, one of them killed half-way."""
    runners = [stage.start(Fate("recognise", max(1, stage.calls // 8)))]
    runners += [stage.start() for _ in range(3)]
    for runner in runners[1:]:
        if not runner.join(1800):
            stage.outcome.remarks.append("a run did not end")
            runner.kill()
        elif runner.summary is None or runner.summary["exit_status"] or runner.summary["left"]:
            stage.outcome.remarks.append(f"a run left something: {runner.summary} {runner.refusal}")
    if runners[0].join(60) and runners[0].summary is None:
        stage.blow()
    stage.finish()


SCENES: dict[str, tuple[Callable[[Stage], None], bool]] = {
    "kills": (kills, True),
    "boundaries": (boundaries, True),
    "stops": (stops, True),
    "together": (together, False),
    "restarts": (restarts, False),
}
"""Name -> what happens, and whether SQLite has it too."""
SLOWER = {"restarts": 20, "together": 5}
"""Scenes in which a call takes so many times as long: what happens must find the run at work."""
