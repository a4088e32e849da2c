"""Control charts over 1,000 random series agree with formulas and rules written out once more, naively.

No library that is at hand draws control charts, so the oracle is: scipy's binomial distribution for the
sigma of a share, its half-normal distribution for d2, and plain loops over windows for everything else.
"""

from __future__ import annotations

import math
import random
from itertools import pairwise
from statistics import mean

import pytest
from scipy.stats import binom, halfnorm

from pipeline.control import ControlChart, Rule, individuals_chart, laney_chart, p_chart, share_chart, signals

SERIES = 1_000
D2 = halfnorm.mean(scale=math.sqrt(2))
"""The difference of two standard normal values is normal with variance 2; its size is half-normal."""
NAMES = {
    "trend": Rule.TREND,
    "side": Rule.SIDE,
    "one": Rule.BEYOND,
    "two": Rule.TWO_OF_THREE,
    "four": Rule.FOUR_OF_FIVE,
}


def shares(number: int) -> tuple[list[int], list[int]]:
    """A series with jumps, drifts, days without events and days of few cases."""
    chance = random.Random(f"share {number}")
    level, counts, totals = chance.uniform(0.01, 0.6), [], []
    for _ in range(chance.randrange(2, 60)):
        level = min(
            0.99, max(0.001, level + chance.choice((0, 0, 0, 0.02, -0.02, chance.uniform(-0.2, 0.2))))
        )
        cases = chance.choice((1, 5, 40, 300, 2000))
        totals.append(cases)
        counts.append(sum(chance.random() < level for _ in range(cases)))
    return counts, totals


def scores(number: int) -> list[float]:
    chance = random.Random(f"score {number}")
    level, found = 90.0, []
    for _ in range(chance.randrange(1, 60)):
        level += chance.choice((0, 0, 0.8, -0.8, chance.uniform(-6, 6)))
        found.append(round(level + chance.choice((0, 1)) * chance.gauss(0, 2), chance.choice((0, 2))))
    return found


def naive(values: list[float], z: list[float]) -> set[tuple[int, Rule, int]]:
    """Every window, every rule, as the sentences say it."""
    found = set()
    for i in range(len(values)):
        for sign in (1, -1):
            run = values[max(0, i - 5) : i + 1]
            rising = all(sign * (b - a) > 0 for a, b in pairwise(run))
            fired = {
                "trend": len(run) == 6 and rising,
                "side": i >= 7 and all(sign * one > 0 for one in z[i - 7 : i + 1]),
                "one": sign * z[i] > 3,
                "two": sign * z[i] > 2 and len([1 for one in z[max(0, i - 2) : i + 1] if sign * one > 2]) > 1,
                "four": sign * z[i] > 1
                and len([1 for one in z[max(0, i - 4) : i + 1] if sign * one > 1]) > 3,
            }
            found |= {(i, NAMES[name], sign) for name, holds in fired.items() if holds}
    return found


def fired(chart: ControlChart) -> set[tuple[int, Rule, int]]:
    return {(one.at, one.rule, 1 if one.side == "up" else -1) for one in chart.signals}


def z_of(chart: ControlChart) -> list[float]:
    return [
        (value - chart.centre) / sigma if sigma > 1e-12 else 0.0
        for value, sigma in zip(chart.values, chart.sigmas, strict=True)
    ]


def test_shares() -> None:
    seen: dict[Rule, int] = dict.fromkeys(Rule, 0)
    wide = 0
    for number in range(SERIES):
        counts, totals = shares(number)
        share = [c / n for c, n in zip(counts, totals, strict=True)]
        centre = sum(counts) / sum(totals)
        sigma = [float(binom.std(n, centre)) / n for n in totals]
        plain = p_chart(counts, totals)
        assert plain.centre == pytest.approx(centre)
        assert plain.sigmas == pytest.approx(sigma)
        assert fired(plain) == naive(share, z_of(plain))
        if 0 < centre < 1:
            z = [(p - centre) / s for p, s in zip(share, sigma, strict=True)]
            spread = mean(abs(b - a) for a, b in pairwise(z)) / D2
            laney = laney_chart(counts, totals)
            assert laney.spread == pytest.approx(spread)
            assert laney.sigmas == pytest.approx([s * spread for s in sigma])
            assert fired(laney) == naive(share, z_of(laney))
            chosen = share_chart(counts, totals)
            assert chosen == (laney if spread > 1 else plain)
            assert all(a >= b for a, b in zip(chosen.sigmas, plain.sigmas, strict=True))
            wide += spread > 1
        for low, high in plain.limits(3):
            assert 0 <= low <= centre <= high <= 1
        for one in plain.signals:
            seen[one.rule] += 1
    assert min(seen.values()) > 50, "a rule that hardly fires is not tested"
    assert 50 < wide < SERIES - 50


def test_scores() -> None:
    seen: dict[Rule, int] = dict.fromkeys(Rule, 0)
    for number in range(SERIES):
        values = scores(number)
        chart = individuals_chart(values)
        assert chart.centre == pytest.approx(mean(values))
        moves = [abs(b - a) for a, b in pairwise(values)]
        sigma = mean(moves) / D2 if moves else 0.0
        assert chart.sigmas == pytest.approx([sigma] * len(values))
        assert fired(chart) == naive(values, z_of(chart))
        for one in chart.signals:
            seen[one.rule] += 1
    assert min(seen.values()) > 50


def test_a_series_read_backwards_or_upside_down_has_its_signals_there() -> None:
    """Rules that need no order stay where they are, and what went up goes down."""
    for number in range(100):
        values = scores(number)
        z = z_of(individuals_chart(values))
        turned = signals([-v for v in values], [-one for one in z])
        flip = {"up": "down", "down": "up"}
        assert {(s.at, s.rule, flip[s.side]) for s in turned} == {
            (s.at, s.rule, s.side.value) for s in signals(values, z)
        }
