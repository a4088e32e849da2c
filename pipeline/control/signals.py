"""The rules 6-8-1-3-5: patterns in a control chart that chance alone hardly makes.

Chinese call centres read their charts by five rules: 6 points in a row rise or fall; 8 in a row lie on one
side of the centre line; 1 lies beyond 3 sigma; 2 of 3 beyond 2 sigma and 4 of 5 beyond 1 sigma, on the same
side. All but the first are the zone tests of the Western Electric Company, Statistical Quality Control
Handbook (1956), pp. 25-28; the first is test 3 of L. S. Nelson, "The Shewhart control chart: tests for
special causes", Journal of Quality Technology 16 (1984), who also took nine instead of eight for the second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Rule(StrEnum):
    """What a signal is called in the catalogues; in the order of the rules' usual name."""

    TREND = "trend"
    """6 points in a row rise, or fall."""
    SIDE = "side"
    """8 points in a row on one side of the centre line."""
    BEYOND = "beyond"
    """1 point beyond 3 sigma."""
    TWO_OF_THREE = "two-of-three"
    """2 of 3 points in a row beyond 2 sigma on the same side."""
    FOUR_OF_FIVE = "four-of-five"
    """4 of 5 points in a row beyond 1 sigma on the same side."""


class Side(StrEnum):
    """Where a signal points to: over the centre line or rising; under it or falling."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Signal:
    """A rule that fires, at the last of the points that make it fire."""

    at: int
    """Index of the point, from 0."""
    first: int
    """Index of the first point of the stretch that was looked at."""
    rule: Rule
    side: Side


TREND_POINTS, SIDE_POINTS = 6, 8
_ZONES = ((Rule.BEYOND, 1, 1, 3.0), (Rule.TWO_OF_THREE, 2, 3, 2.0), (Rule.FOUR_OF_FIVE, 4, 5, 1.0))
"""Rule, so many, of so many points in a row, beyond so many sigmas."""


def signals(values: Sequence[float], scores: Sequence[float]) -> tuple[Signal, ...]:
    """Every place where a rule fires, by point and rule.

    A rule about zones fires only at a point that lies in the zone itself, so that a stretch that has come
    back to the middle is not marked again.

    Args:
        values: the points in the order of time.
        scores: how many sigmas each lies over the centre line; with limits that change from point to point,
            each by its own. A point on the centre line (0) is on no side.
    """
    x, z = np.asarray(values, float), np.asarray(scores, float)
    found: list[Signal] = []
    for side, sign in ((Side.UP, 1.0), (Side.DOWN, -1.0)):
        moved = sign * np.diff(x) > 0
        found += _full(moved, Rule.TREND, side, TREND_POINTS - 1, shift=1)
        found += _full(sign * z > 0, Rule.SIDE, side, SIDE_POINTS)
        for rule, many, of, sigmas in _ZONES:
            found += _zone(sign * z > sigmas, rule, side, many, of)
    return tuple(sorted(found, key=lambda one: (one.at, list(Rule).index(one.rule), one.side)))


def _full(holds: NDArray[np.bool_], rule: Rule, side: Side, length: int, *, shift: int = 0) -> list[Signal]:
    """Where a condition held ``length`` times in a row; ``shift``: points that a condition lies behind."""
    if len(holds) < length:
        return []
    full = np.lib.stride_tricks.sliding_window_view(holds, length).all(axis=1)
    return [Signal(int(i) + length - 1 + shift, int(i), rule, side) for i in np.flatnonzero(full)]


def _zone(inside: NDArray[np.bool_], rule: Rule, side: Side, many: int, of: int) -> list[Signal]:
    # the first points have fewer before them: two of the first two are two of three
    padded = np.concatenate([np.zeros(of - 1, bool), inside])
    if not len(inside):
        return []
    counts = np.lib.stride_tricks.sliding_window_view(padded, of).sum(axis=1)
    fired = np.flatnonzero((counts >= many) & inside)
    return [Signal(int(i), max(0, int(i) - of + 1), rule, side) for i in fired]
