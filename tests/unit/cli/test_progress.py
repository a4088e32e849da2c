"""The bar of a run: it moves while nothing ends yet, and says how many calls are in work."""

from __future__ import annotations

import io
import sys

import pytest

from pipeline.batch.summary import Progress
from pipeline.cli.commands.running import run_progress
from pipeline.cli.session import Shared, open_session


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
