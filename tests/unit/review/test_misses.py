"""The machine's miss rate from calls drawn by lot."""

from __future__ import annotations

import pytest

from pipeline.intervals import clopper_pearson
from pipeline.review.misses import SampleOutcome, miss_rates, overall_miss


def test_all_and_each_stratum() -> None:
    calls = [SampleOutcome("A", 0), SampleOutcome("A", 2), SampleOutcome("A", None), SampleOutcome("B", 0)]
    everything, a, b = miss_rates(calls)
    assert (everything.stratum, everything.drawn, everything.calls.count, everything.calls.total) == (
        None, 4, 1, 3,
    )  # fmt: skip
    assert everything.misses == 2
    assert (a.stratum, a.calls.value) == ("A", 0.5)
    assert (b.stratum, b.calls.value, b.calls.high) == ("B", 0.0, pytest.approx(0.975))


def test_one_stratum_is_the_whole() -> None:
    assert len(miss_rates([SampleOutcome("A", 0)])) == 1


def test_nothing_heard_says_nothing() -> None:
    (line,) = miss_rates([SampleOutcome("A", None)])
    assert line.calls.value is None and line.calls.high is None and line.misses == 0
    assert miss_rates([])[0].drawn == 0


def test_a_large_stratum_counts_for_its_calls() -> None:
    """By hand: 900 calls, 1 of 2 heard with a miss; 100 calls, 0 of 2. p = 0.9 x 0.5 = 0.45, not 1 of 4;
    n_eff = 1 / (0.81 / 2 + 0.01 / 2) = 2.439."""
    calls = [
        SampleOutcome("busy", 1),
        SampleOutcome("busy", 0),
        SampleOutcome("new", 0),
        SampleOutcome("new", 0),
    ]
    found = overall_miss(calls, {"busy": 900, "new": 100})
    assert (found.value, found.heard) == (pytest.approx(0.45), pytest.approx(1 / 0.41))
    assert found.low is not None and found.high is not None
    assert 0 < found.low < 0.45 < found.high < 1
    assert found.covered == 1


def test_no_miss_heard_is_no_proof_of_none() -> None:
    """Nothing in n_eff = 2.439 calls: the upper limit is 1 - 0.025 ** (1 / 2.439) = 0.7796."""
    calls = [
        SampleOutcome("busy", 0),
        SampleOutcome("busy", 0),
        SampleOutcome("new", 0),
        SampleOutcome("new", 0),
    ]
    found = overall_miss(calls, {"busy": 900, "new": 100})
    assert (found.value, found.low, found.high) == (0, 0, pytest.approx(0.7796, abs=1e-4))


def test_equal_strata_are_one_sample() -> None:
    calls = [SampleOutcome(name, int(number < 3)) for name in ("a", "b", "c") for number in range(8)]
    found, plain = overall_miss(calls, dict.fromkeys("abc", 40)), clopper_pearson(9, 24)
    assert (found.value, found.low, found.high) == (
        pytest.approx(plain.value), pytest.approx(plain.low), pytest.approx(plain.high),
    )  # fmt: skip


def test_what_nobody_heard_is_not_spoken_of() -> None:
    sizes = {"a": 30, "b": 70}
    found = overall_miss([SampleOutcome("a", 1), SampleOutcome("b", None)], sizes)
    assert (found.value, found.high, found.covered) == (1, 1, pytest.approx(0.3))
    assert overall_miss([SampleOutcome("a", None)], sizes).value is None
    with pytest.raises(ValueError, match="which has 1"):
        overall_miss([SampleOutcome("a", 0), SampleOutcome("a", 0)], {"a": 1})
