"""The bar of a run: it moves while nothing ends yet, and says how many calls are in work."""

from __future__ import annotations

import io
import json
import sys

import pytest

from pipeline.batch.heartbeat import Pace
from pipeline.batch.summary import Progress
from pipeline.cli.commands.running import run_progress
from pipeline.cli.run_log import RunLog
from pipeline.cli.session import Shared, open_session
from pipeline.cli.words import Words


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_says_how_many_calls_are_in_work(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "120")
    with run_progress(open_session(Shared(lang="zh"))) as report:
        report(Progress("inspect", 0, 10, 0.0, 1.0, 2, calls_in_work=0))
        report(Progress("inspect", 0, 10, 0.0, 2.0, 2, calls_in_work=4))
        report(Progress("inspect", 1, 10, 36.0, 3.0, 2, calls_in_work=3))
    first, waiting, last = [line for line in terminal.getvalue().split("\r") if "/10" in line][-3:]
    assert "正在听" not in first
    assert "0/10" in waiting
    assert "正在听 4 通" in waiting
    assert "正在听 3 通；每小时处理 12 小时录音" in last


def test_a_log_has_a_line_for_each_hundredth_and_each_half_minute() -> None:
    clock, out = [0.0], io.StringIO()
    log = RunLog(out, Words("en"), "json", clock=lambda: clock[0])
    for second in range(91):
        clock[0] = float(second)
        log.report(Progress("inspect", second // 10, 1000, 36.0 * second, float(second), 2))
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(one["done"], one["percent"]) for one in lines] == [(0, 0), (3, 0), (6, 0), (9, 0)]
    assert (lines[-1]["left"], lines[-1]["calls_per_hour"], lines[-1]["times_real"]) == (991, 360.0, 36.0)
    clock[0] = 91.0
    log.report(Progress("inspect", 10, 1000, 3600.0, 91.0, 2))
    assert json.loads(out.getvalue().splitlines()[-1])["percent"] == 1


def test_the_pace_is_that_of_the_last_minutes() -> None:
    pace = Pace()
    for second in range(1201):  # a call a minute, then ten
        done = second // 60 if second <= 600 else 10 + (second - 600) // 6
        paced = pace.of(Progress("inspect", done, 210, 1.0, float(second), 1))
    assert paced.calls_per_hour == pytest.approx(600, rel=0.02)
    assert paced.left_seconds == pytest.approx(600, rel=0.02)
