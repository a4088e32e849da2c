"""Against the table of Newcombe, Statistics in Medicine 17 (1998), 857-872."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.intervals import Proportion, clopper_pearson, wilson, wilson_most

NEWCOMBE = [
    (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
    (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
    (0, 20, (0.0, 0.1611), (0.0, 0.1684)),
    (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
]


@pytest.mark.parametrize(("count", "total", "score", "exact"), NEWCOMBE)
def test_the_published_limits(
    count: int, total: int, score: tuple[float, float], exact: tuple[float, float]
) -> None:
    found = wilson(count, total)
    assert (found.low, found.high) == pytest.approx(score, abs=0.00006)
    found = clopper_pearson(count, total)
    assert (found.low, found.high) == pytest.approx(exact, abs=0.00006)


@pytest.mark.parametrize("interval", [wilson, clopper_pearson])
def test_ends_and_nothing(interval: Callable[..., Proportion]) -> None:
    assert interval(0, 0).value is None and interval(0, 0).low is None
    assert interval(0, 5).low == 0.0 and interval(5, 5).high == 1.0
    assert interval(0, 5).high == pytest.approx(1 - interval(5, 5).low)
    with pytest.raises(ValueError, match="3 of 2"):
        interval(3, 2)


@pytest.mark.parametrize("total", [1, 5, 20, 200])
def test_the_highest_lower_limit_of_so_many_cases(total: int) -> None:
    assert wilson_most(total) == pytest.approx(wilson(total, total).low, abs=1e-12)
    assert wilson_most(total, confidence=0.8) == pytest.approx(wilson(total, total, confidence=0.8).low)
