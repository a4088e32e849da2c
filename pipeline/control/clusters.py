"""The cluster chart (分群图): who is good, and who is steady.

Each one by the mean of their scores (y) and their coefficient of variation, the standard deviation over the
mean (x). Lines through the medians part four quadrants: half of all are over each line, however scores are
distributed, and one who is far off does not move them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Generic, TypeVar

T = TypeVar("T")

FEWEST_CALLS = 20
"""With fewer scored calls somebody is left out: the standard error of a standard deviation from n values is
about 1 / sqrt(2 (n - 1)) of it (S. Ahn and J. A. Fessler, "Standard errors of mean, variance, and standard
deviation estimators", University of Michigan 2003), 16 % at 20."""
FEWEST_MEMBERS = 4
"""With fewer there is no group to compare with."""


class Quadrant(StrEnum):
    """High or low mean, steady or not."""

    STEADY_HIGH = "steady-high"
    UNSTEADY_HIGH = "unsteady-high"
    STEADY_LOW = "steady-low"
    UNSTEADY_LOW = "unsteady-low"


@dataclass(frozen=True, slots=True)
class ClusterMember(Generic[T]):
    who: T
    mean: float
    variation: float
    """Coefficient of variation."""
    calls: int
    quadrant: Quadrant


@dataclass(frozen=True, slots=True)
class Cluster(Generic[T]):
    members: tuple[ClusterMember[T], ...]
    level: float | None
    """Median of the means; None where there are too few to part."""
    steadiness: float | None
    """Median of the coefficients of variation."""
    left_out: int
    """Those with too few calls."""

    def count(self, quadrant: Quadrant) -> int:
        return sum(one.quadrant is quadrant for one in self.members)


def cluster(
    who: Sequence[T], counts: Sequence[int], sums: Sequence[float], squares: Sequence[float]
) -> Cluster[T]:
    """Everybody with enough calls, in the order given.

    Args:
        counts: scored calls of each. sums: of their scores. squares: of the squares of their scores.
    """
    known = [
        (one, total / n, _variation(n, total, square), n)
        for one, n, total, square in zip(who, counts, sums, squares, strict=True)
        if n >= FEWEST_CALLS and total > 0
    ]
    left_out = len(who) - len(known)
    if len(known) < FEWEST_MEMBERS:
        return Cluster((), None, None, len(who))
    level, steadiness = median(k[1] for k in known), median(k[2] for k in known)
    members = tuple(
        ClusterMember(one, mean, variation, n, _quadrant(mean >= level, variation <= steadiness))
        for one, mean, variation, n in known
    )
    return Cluster(members, level, steadiness, left_out)


def _variation(n: int, total: float, square: float) -> float:
    """The sample standard deviation over the mean."""
    mean = total / n
    variance = max(0.0, square - n * mean * mean) / (n - 1)
    return float(variance**0.5) / mean


def _quadrant(high: bool, steady: bool) -> Quadrant:
    if high:
        return Quadrant.STEADY_HIGH if steady else Quadrant.UNSTEADY_HIGH
    return Quadrant.STEADY_LOW if steady else Quadrant.UNSTEADY_LOW
