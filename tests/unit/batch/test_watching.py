"""A folder that never ends: looked through whole, and a run only where something came or was asked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.batch.watching import Look, Watch


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    folder = tmp_path / "dump"
    (folder / "21").mkdir(parents=True)
    return folder


def test_a_run_begins_where_something_came(dump: Path, tmp_path: Path) -> None:
    ran: list[int] = []
    answers = iter([1, 0, 3, 0, 0, 0, 0])
    wanted: list[bool] = []
    rows = tmp_path / "calls.csv"

    def run() -> int:
        ran.append(next(answers))
        return ran[-1]

    watch = Watch(dump, [rows], run=run, asked=lambda: bool(wanted) and wanted.pop())
    assert watch.look() == Look.EMPTY
    first = dump / "21" / "1.wav"
    first.write_bytes(b"a")
    assert [watch.look(), watch.look()] == [1, Look.UNCHANGED], (
        "what cannot be read is no reason to try again"
    )
    first.write_bytes(b"ab")
    assert [watch.look(), watch.look()] == [0, Look.UNCHANGED]
    first.rename(dump / "21" / "2.wav")
    assert [watch.look(), watch.look(), watch.look()] == [3, 0, Look.UNCHANGED], "stopped early: run again"
    rows.write_text("call_id\n")
    assert watch.look() == 0
    wanted.append(True)
    assert [watch.look(), watch.look()] == [0, Look.UNCHANGED]
    os.truncate(dump / "21" / "2.wav", 0)
    assert watch.look() == 0
    (dump / "21" / "2.wav").unlink()
    assert watch.look() == Look.EMPTY


def test_what_came_during_a_run_is_for_the_next(dump: Path) -> None:
    (dump / "1.wav").write_bytes(b"a")

    def run() -> int:
        ran.append(len(list(dump.glob("*.wav"))))
        (dump / f"{len(ran) + 1}.wav").write_bytes(b"a")
        return 0

    ran: list[int] = []
    watch = Watch(dump, [], run=run, asked=lambda: False)
    assert [watch.look(), watch.look()] == [0, 0]
    assert ran == [1, 2]
