"""What could not be inspected: counted, accepted with its sound, tried again, on both databases."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.batch.operation import situation
from pipeline.batch.run import run
from pipeline.batch.summary import RunSummary
from pipeline.errors import Conflict, Missing, Refused
from pipeline.settings import CallListSettings, Settings
from pipeline.store import Store, open_store
from pipeline.store.repositories.failures import Failures
from tests.contract.worlds import LocalPool
from tests.unit.batch.tiny import REVISIONS, tiny


class Night:
    """A dump and a store; runs in this process."""

    def __init__(self, folder: Path, store: Store, url: str) -> None:
        self.dump, self.store = folder / "dump", store
        self.dump.mkdir()
        self.settings = Settings(store=url, workers=1, calls=CallListSettings(settle_seconds=0))

    def add(self, name: str, order: str) -> Path:
        path = self.dump / name
        path.write_text(f"{order}\n{name}\n")
        os.utime(path, (1_700_000_000, 1_700_000_000))
        return path

    def run(self, **given: bool) -> RunSummary:
        return run(
            self.dump, settings=self.settings, inspector=tiny, revisions=REVISIONS, pool=LocalPool, **given
        )

    @property
    def failures(self) -> Failures:
        return self.store.failures


@pytest.fixture
def night(tmp_path: Path, store: Store, url: str) -> Night:
    return Night(tmp_path, store, url)


def test_an_accepted_failure_ends_no_run_with_status_1_until_the_file_changes(night: Night) -> None:
    night.add("good.wav", "ok")
    night.add("bad.wav", "bad")
    night.add("cut.wav", "partial")
    assert night.run().exit_status == 1
    with pytest.raises(Refused, match="say why"):
        night.failures.accept(["bad"], reason=" ", request="r0")
    with pytest.raises(Missing):
        night.failures.accept(["bad", "good"], reason="noise", request="r1")
    assert night.run().exit_status == 1, "nothing of a refused request counts"

    night.failures.accept(["bad", "cut"], reason="the switch was down", request="r2")
    night.failures.accept(["bad", "cut"], reason="the switch was down", request="r2")  # sent twice
    done = night.run()
    assert (done.exit_status, len(done.unreadable), done.partial) == (0, 0, 0)
    assert sorted(one.call_id for one in done.accepted) == ["bad", "cut"]
    kept = {one.call_id: (one.kind, one.accepted, one.tried) for one in night.failures.of_run(done.run_id)}
    assert kept == {"bad": ("unreadable", True, False), "cut": ("partial", True, False)}
    acts = [row for row in night.store.audit.entries() if row.action == "failed-accept"]
    assert [(row.call_id, row.details["reason"]) for row in acts] == [
        ("cut", "the switch was down"),
        ("bad", "the switch was down"),
    ]
    with pytest.raises(Conflict, match="accepted already"):
        night.failures.accept(["bad"], reason="once more", request="r3")

    night.failures.accept(["cut"], undo=True, request="r4")
    assert night.run().exit_status == 1
    night.failures.accept(["cut"], reason="fine", request="r5")
    assert night.run().exit_status == 0
    night.add("bad.wav", "bad again")
    assert [one.call_id for one in night.run().unreadable] == ["bad"], "other bytes: nobody accepted them"
    (bad,) = [one for one in night.failures.all() if one.call_id == "bad"]
    assert (bad.acceptance, bad.tries) == (None, 1)


def test_a_retry_that_was_asked_for_is_tried_once(night: Night) -> None:
    night.add("bad.wav", "bad")
    night.add("worse.wav", "bad")
    first = night.run()
    night.failures.retry(["bad"], request="r1")
    assert night.failures.to_retry() == {"bad"}
    second = night.run()
    assert (second.retried, len(second.unreadable)) == (1, 2)
    assert night.failures.to_retry() == set()
    tries = {one.call_id: (one.tries, one.since) for one in night.failures.all()}
    assert (tries["bad"][0], tries["worse"][0]) == (2, 1)
    assert tries["bad"][1] < second_start(night, second)
    assert night.run().retried == 0
    assert night.run(retry=True).retried == 2
    assert {one.tried for one in night.failures.of_run(first.run_id)} == {True}


def second_start(night: Night, summary: RunSummary) -> object:
    found = night.store.runs.run(summary.run_id)
    assert found is not None
    return found.started_at


def test_a_copy_that_broke_off_is_a_failure_by_its_path(night: Night) -> None:
    night.add("good.wav", "ok")
    part = night.add("late.wav.part", "half")
    done = night.run()
    assert (done.exit_status, [one.kind for one in done.problems]) == (1, ["stale-copy"])
    night.failures.accept([str(part)], reason="the line broke", request="r1")
    done = night.run()
    assert (done.exit_status, [one.paths for one in done.accepted], done.problems) == (0, [(part,)], ())
    part.write_text("half\nand more\n")
    os.utime(part, (1_700_000_001, 1_700_000_001))
    assert night.run().exit_status == 1
    part.touch()
    fresh = night.run()
    assert (fresh.exit_status, fresh.waiting) == (0, 1), "a copy that is being made only waits"


def test_how_things_stand(night: Night) -> None:
    assert situation(night.store).exit_status == 0
    night.add("bad.wav", "bad")
    night.run()
    now = situation(night.store)
    assert (now.exit_status, now.open_failures, now.night_failures) == (1, 1, 1)
    night.failures.accept(["bad"], reason="x", request="r1")
    assert situation(night.store).exit_status == 0, "accepted since"
    night.store.runs.start(dump=night.dump)
    now = situation(night.store)
    assert (now.exit_status, [one.health for one in now.running]) == (0, ["running"])
    assert now.store.bytes
    with open_store(night.settings.store) as another, pytest.raises(Exception, match="another run"):
        another.runs.start()
