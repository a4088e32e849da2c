"""Who is good, and who is steady."""

from __future__ import annotations

from statistics import mean, stdev

import pytest

from pipeline.control import FEWEST_CALLS, Quadrant, cluster

STEADY_HIGH = [95.0, 96.0, 97.0, 96.0] * 6
UNSTEADY_HIGH = [100.0, 100.0, 100.0, 86.0] * 6
STEADY_LOW = [80.0, 81.0, 82.0, 81.0] * 6
UNSTEADY_LOW = [100.0, 60.0, 90.0, 50.0] * 6


def of(*scores: list[float]) -> tuple[list[int], list[float], list[float]]:
    return [len(s) for s in scores], [sum(s) for s in scores], [sum(x * x for x in s) for s in scores]


def test_four_kinds_of_agents() -> None:
    everyone = (STEADY_HIGH, UNSTEADY_HIGH, STEADY_LOW, UNSTEADY_LOW)
    found = cluster("abcd", *of(*everyone))
    assert [one.quadrant for one in found.members] == [
        Quadrant.STEADY_HIGH,
        Quadrant.UNSTEADY_HIGH,
        Quadrant.STEADY_LOW,
        Quadrant.UNSTEADY_LOW,
    ]
    for one, scores in zip(found.members, everyone, strict=True):
        assert one.mean == pytest.approx(mean(scores))
        assert one.variation == pytest.approx(stdev(scores) / mean(scores))
    assert all(found.count(quadrant) == 1 for quadrant in Quadrant)


def test_few_calls_and_no_points_are_left_out() -> None:
    few = [90.0] * (FEWEST_CALLS - 1)
    found = cluster("abcdef", *of(STEADY_HIGH, UNSTEADY_HIGH, STEADY_LOW, UNSTEADY_LOW, few, [0.0] * 30))
    assert [one.who for one in found.members] == ["a", "b", "c", "d"]
    assert found.left_out == 2


def test_too_few_to_part() -> None:
    found = cluster("abc", *of(STEADY_HIGH, STEADY_LOW, UNSTEADY_LOW))
    assert (found.members, found.level, found.left_out) == ((), None, 3)
