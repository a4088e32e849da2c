"""How sure a share is that was counted on few cases.

SciPy does the sums. It is loaded when the first interval is asked for: that takes longer than most commands
take to run.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Proportion:
    """``count`` of ``total`` with the limits of an interval; None where there was nothing to count."""

    count: int
    total: int
    low: float | None
    high: float | None

    @property
    def value(self) -> float | None:
        return self.count / self.total if self.total else None


def wilson(count: int, total: int, *, confidence: float = CONFIDENCE) -> Proportion:
    """The score interval, good on average and short.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22
    (1927); without continuity correction, as method 3 of R. G. Newcombe, Statistics in Medicine 17 (1998).

    Raises:
        ValueError: not 0 <= count <= total.
    """
    return _proportion(count, total, confidence, "wilson")


def wilson_most(total: int, *, confidence: float = CONFIDENCE) -> float:
    """The lower limit of ``wilson(total, total)``, which no other count of as many cases exceeds.

    There the formula is so short that reading a score sheet, which each command does, need not load SciPy.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    return total / (total + z * z)


def clopper_pearson(count: int, total: int, *, confidence: float = CONFIDENCE) -> Proportion:
    """The exact interval: it holds the true share at least as often as it says, however rare the event.

    Source: C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case
    of the binomial", Biometrika 26 (1934).

    Raises:
        ValueError: not 0 <= count <= total.
    """
    return _proportion(count, total, confidence, "exact")


def differs(one: Proportion, other: Proportion) -> bool:
    """Whether two shares differ by more than chance: their 95 % intervals do not touch. That is stricter than
    a test at 5 % (N. Schenker and J. F. Gentleman, The American Statistician 55, 2001), as befits a sentence
    that people act on."""
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return False
    return one.low > other.high or one.high < other.low


def exact_limits(count: float, total: float, *, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The limits of the exact interval where events and cases are no whole numbers: quantiles of beta
    distributions, as E. L. Korn and B. I. Graubard, Survey Methodology 24 (1998), use them."""
    from scipy.stats import beta

    tail, rest = (1 - confidence) / 2, total - count
    low = float(beta.ppf(tail, count, rest + 1)) if count > 0 else 0.0
    high = float(beta.ppf(1 - tail, count + 1, rest)) if rest > 0 else 1.0
    return low, high


def _proportion(count: int, total: int, confidence: float, method: Literal["wilson", "exact"]) -> Proportion:
    if not 0 <= count <= total:
        raise ValueError(f"not a share: {count} of {total}")
    if not total:
        return Proportion(count, total, None, None)
    from scipy.stats import binomtest

    found = binomtest(count, total).proportion_ci(confidence, method=method)
    return Proportion(count, total, float(found.low), float(found.high))
