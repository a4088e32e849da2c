"""Worked examples of the books that the formulas come from."""

from __future__ import annotations

import pytest

from pipeline.control import (
    FEWEST_POINTS,
    ChartKind,
    Rule,
    Side,
    Unsaid,
    individuals_chart,
    laney_chart,
    p_chart,
    share_chart,
    signals,
    why_unsaid,
)

# D. C. Montgomery, Introduction to Statistical Quality Control, example 7.1: cans of frozen orange juice that
# leak, in 30 samples of 50
LEAKING = [
    12,
    15,
    8,
    10,
    4,
    7,
    16,
    9,
    14,
    10,
    5,
    6,
    17,
    12,
    22,
    8,
    10,
    5,
    13,
    11,
    20,
    18,
    24,
    15,
    9,
    12,
    7,
    13,
    9,
    6,
]
# example 6.5: weekly costs of processing mortgage loans
COSTS = [310, 288, 297, 298, 307, 303, 294, 297, 308, 306, 294, 299, 297, 299, 314, 295, 293, 306, 301, 304]


def test_a_p_chart_as_montgomery_draws_it() -> None:
    chart = p_chart(LEAKING, [50] * 30)
    assert chart.centre == pytest.approx(0.2313, abs=5e-5)
    low, high = chart.limits(3)[0]
    assert (low, high) == (pytest.approx(0.0524, abs=1e-4), pytest.approx(0.4102, abs=1e-4))
    beyond = [one.at for one in chart.signals if one.rule is Rule.BEYOND]
    assert beyond == [14, 22]  # samples 15 and 23


def test_individuals_as_montgomery_draws_them() -> None:
    chart = individuals_chart(COSTS)
    assert chart.centre == pytest.approx(300.5)
    low, high = chart.limits(3)[0]
    assert (low, high) == (pytest.approx(279.78, abs=0.02), pytest.approx(321.22, abs=0.02))
    assert not [one for one in chart.signals if one.rule is Rule.BEYOND]
    assert not chart.provisional and chart.spread is None


def test_with_many_cases_every_swing_is_a_signal_but_to_laney() -> None:
    """The case that Laney's paper is about: thousands of cases and shares that swing from day to day."""
    counts = [1000 + 120 * ((3 * n) % 5 - 2) for n in range(25)]
    plain, wide = p_chart(counts, [10_000] * 25), laney_chart(counts, [10_000] * 25)
    assert [one for one in plain.signals if one.rule is Rule.BEYOND]
    assert not [one for one in wide.signals if one.rule is Rule.BEYOND]
    assert share_chart(counts, [10_000] * 25) == wide and wide.kind is ChartKind.LANEY
    assert wide.spread is not None and wide.spread > 2


@pytest.mark.parametrize(
    ("z", "expected"),
    [
        ([0.5, 0.6, 0.7, 0.8, 0.9, 0.95], [(5, Rule.TREND)]),
        ([0.5, 0.4, 0.5, 0.4, 0.5, 0.4, 0.5, 0.4], [(7, Rule.SIDE)]),
        ([0.0, 3.1, 0.0], [(1, Rule.BEYOND)]),
        ([2.1, -0.5, 2.1, 0.2], [(2, Rule.TWO_OF_THREE)]),
        ([2.1, -2.1, 0.5], []),
        ([1.1, 1.2, 0.1, 1.1, 1.3, 0.2], [(4, Rule.FOUR_OF_FIVE)]),
        ([1.1, -1.2, 1.1, -1.1, 1.3], []),
        ([0.5, 0.5, 0.5, 0.0, 0.5, 0.5, 0.5, 0.5], []),
    ],
)
def test_each_rule(z: list[float], expected: list[tuple[int, Rule]]) -> None:
    assert [(one.at, one.rule) for one in signals(z, z)] == expected
    down = [-one for one in z]
    assert [(one.at, one.rule) for one in signals(down, down)] == expected
    assert all(one.side is Side.DOWN for one in signals(down, down))


def test_what_never_changes_has_no_signals() -> None:
    assert not individuals_chart([95.0] * 40).signals
    assert not p_chart([0] * 40, [10] * 40).signals
    assert not p_chart([10] * 40, [10] * 40).signals
    assert individuals_chart([80.0]).sigmas == (0.0,)


def test_too_little_is_named() -> None:
    assert why_unsaid(FEWEST_POINTS - 1) is Unsaid.FEW_POINTS
    assert why_unsaid(FEWEST_POINTS) is None
    assert why_unsaid(30, events=89) is Unsaid.RARE
    assert why_unsaid(30, events=90) is None


@pytest.mark.parametrize(("counts", "totals"), [([], []), ([1], [0]), ([2], [1]), ([-1], [3]), ([1], [1, 1])])
def test_what_is_no_share_is_refused(counts: list[int], totals: list[int]) -> None:
    with pytest.raises(ValueError, match="cases"):
        p_chart(counts, totals)
    with pytest.raises(ValueError, match="point"):
        individuals_chart([])
