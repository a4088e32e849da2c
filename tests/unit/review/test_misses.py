"""The machine's miss rate from calls drawn by lot."""

from __future__ import annotations

import pytest

from pipeline.review.misses import Heard, miss_rates


def test_all_and_each_stratum() -> None:
    calls = [Heard("A", 0), Heard("A", 2), Heard("A", None), Heard("B", 0)]
    everything, a, b = miss_rates(calls)
    assert (everything.stratum, everything.drawn, everything.calls.count, everything.calls.total) == (
        None, 4, 1, 3,
    )  # fmt: skip
    assert everything.misses == 2
    assert (a.stratum, a.calls.value) == ("A", 0.5)
    assert (b.stratum, b.calls.value, b.calls.high) == ("B", 0.0, pytest.approx(0.975))


def test_one_stratum_is_the_whole() -> None:
    assert len(miss_rates([Heard("A", 0)])) == 1


def test_nothing_heard_says_nothing() -> None:
    (line,) = miss_rates([Heard("A", None)])
    assert line.calls.value is None and line.calls.high is None and line.misses == 0
    assert miss_rates([])[0].drawn == 0
