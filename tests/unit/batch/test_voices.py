"""Whole runs with real workers: who heard which call first, or died on the way, does not matter to roles."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from pipeline.batch.run import run
from pipeline.batch.summary import RunSummary
from pipeline.domain import Inspection, Role
from pipeline.settings import Settings
from pipeline.store import open_store
from tests.unit.batch.voiced import revisions, voiced

SETTLED = 1_700_000_000
WORDS = (6.0, -1.4, -7.0)


class Night:
    """Nine calls of one agent, whose words are right, weak and wrong in turn."""

    def __init__(self, folder: Path, *, order: Iterable[int] = range(9)) -> None:
        self.folder = folder
        self.dump = folder / "dump"
        self.dump.mkdir(parents=True)
        self.lines = ["call_id,file,agent_id"]
        for number in order:
            self.add(number)

    def add(self, number: int, *more: str) -> None:
        path = self.dump / f"c{number}.wav"
        path.write_text("\n".join([f"1 {50 + number} {WORDS[number % 3]}", *more]) + "\n")
        os.utime(path, (SETTLED, SETTLED))
        if f"c{number},c{number}.wav,8001" not in self.lines:
            self.lines.append(f"c{number},c{number}.wav,8001")

    def run(self, *, workers: int = 1, limit: int | None = None) -> RunSummary:
        settings = Settings(store=f"sqlite:///{self.folder / 'store.db'}", workers=workers)
        listed = self.folder / "calls.csv"
        listed.write_text("\n".join(self.lines) + "\n")
        return run(
            self.dump,
            settings=settings,
            inspector=voiced,
            revisions=revisions(settings),
            calls=listed,
            limit=limit,
        )

    def calls(self) -> list[Inspection]:
        with open_store(f"sqlite:///{self.folder / 'store.db'}") as store:
            assert store.voices.all() == []
            return sorted(store.inspections.all(), key=lambda one: one.recording.call.call_id)


def what_counts(calls: Iterable[Inspection]) -> list[object]:
    return [(one.transcript, one.role_evidence, one.hits, one.scorecard) for one in calls]


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """A night that one worker has heard in the order of the list."""
    night = Night(tmp_path_factory.mktemp("alone"))
    night.run()
    return night


@pytest.fixture(scope="module")
def alone(settled: Night) -> list[Inspection]:
    return settled.calls()


def test_the_agent_is_the_voice_that_returns(alone: list[Inspection]) -> None:
    weak = [one for number, one in enumerate(alone) if WORDS[number % 3] == -1.4]
    assert all(one.transcript.utterances[0].role is Role.AGENT for one in weak)
    assert [one.role_evidence.doubtful for one in alone] == [WORDS[n % 3] == -7.0 for n in range(9)]


def test_two_workers_another_order_and_a_death_come_to_the_same(
    alone: list[Inspection], tmp_path: Path
) -> None:
    night = Night(tmp_path, order=reversed(range(9)))
    night.add(4, f"die-once {tmp_path / 'died'}")
    summary = night.run(workers=2)
    assert (tmp_path / "died").exists()
    assert (summary.inspected, summary.problems, summary.trouble) == (9, (), None)
    assert what_counts(night.calls()) == what_counts(alone)


def test_a_second_run_changes_nothing(settled: Night, alone: list[Inspection]) -> None:
    summary = settled.run()
    assert (summary.up_to_date, summary.inspected) == (9, 0)
    assert what_counts(settled.calls()) == what_counts(alone)
