"""How sure a share is that was counted on few cases."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

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
    _check(count, total)
    if not total:
        return Proportion(count, total, None, None)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    middle = count + z * z / 2
    half = z * sqrt(count * (total - count) / total + z * z / 4)
    low, high = (middle - half) / (total + z * z), (middle + half) / (total + z * z)
    # At the ends the limit is exactly 0 or 1; the formula leaves a rounding error there.
    return Proportion(count, total, low if count else 0.0, high if count < total else 1.0)


def clopper_pearson(count: int, total: int, *, confidence: float = CONFIDENCE) -> Proportion:
    """The exact interval: it holds the true share at least as often as it says, however rare the event.

    Source: C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case
    of the binomial", Biometrika 26 (1934); the limits are quantiles of beta distributions.

    Raises:
        ValueError: not 0 <= count <= total.
    """
    _check(count, total)
    if not total:
        return Proportion(count, total, None, None)
    from scipy.special import betaincinv  # takes longer to load than most commands take to run

    tail = (1 - confidence) / 2
    low = float(betaincinv(count, total - count + 1, tail)) if count else 0.0
    high = float(betaincinv(count + 1, total - count, 1 - tail)) if count < total else 1.0
    return Proportion(count, total, low, high)


def _check(count: int, total: int) -> None:
    if not 0 <= count <= total:
        raise ValueError(f"not a share: {count} of {total}")
