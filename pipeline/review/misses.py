"""How much the machine misses, from calls that people heard by lot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.intervals import CONFIDENCE, Proportion, clopper_pearson, exact_limits


@dataclass(frozen=True, slots=True)
class SampleOutcome:
    """What is known of one drawn call; ``misses`` is None until somebody heard it."""

    stratum: str
    misses: int | None


@dataclass(frozen=True, slots=True)
class MissRate:
    """Of the calls heard, those with a violation that the machine missed."""

    stratum: str | None
    """None: all strata together."""
    drawn: int
    calls: Proportion
    """Calls with at least one miss, of those heard, with the exact 95 % interval: misses are rare."""
    misses: int
    """Violations missed in all."""


def miss_rates(calls: Sequence[SampleOutcome]) -> tuple[MissRate, ...]:
    """All strata together first, then each in order.

    The first line counts every heard call alike. Where the strata differ in size (a busy agent and a new one,
    two calls each) it is the rate of the average stratum, not of the average call:
    :func:`overall_miss` is that one.
    """
    names = sorted({call.stratum for call in calls})
    lines = [_rate(None, calls)]
    if len(names) > 1:
        lines += [_rate(name, [c for c in calls if c.stratum == name]) for name in names]
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class OverallMiss:
    """Share of all calls that the rule covers on which the machine missed something."""

    value: float | None
    low: float | None
    high: float | None
    covered: float
    """Share of these calls in strata of which at least one was heard: the estimate speaks of those only."""
    heard: float
    """As how many calls drawn from all alike those heard count (Kish's effective size)."""


def overall_miss(
    calls: Sequence[SampleOutcome], sizes: Mapping[str, int], *, confidence: float = CONFIDENCE
) -> OverallMiss:
    """The rate of the average call, where strata differ in size: each stratum counts by its calls.

    With N_h calls in stratum h, n_h of them heard and x_h with a miss, W_h = N_h / sum N::

        p     = sum W_h x_h / n_h
        n_eff = 1 / sum (W_h^2 / n_h)

    p is the stratified estimator (W. G. Cochran, Sampling Techniques, 3rd ed. 1977, eq. 5.1); n_eff is what
    unequal weights leave of the sample (L. Kish, Survey Sampling, 1965, section 11.7). The interval is the
    exact one for p n_eff misses of n_eff calls (E. L. Korn and B. I. Graubard, Survey Methodology 24, 1998,
    with Kish's n_eff): it stays honest where no miss was heard at all, when a variance would be 0. Strata
    that are equally large and equally heard give the plain exact interval. That few calls of small strata
    were all heard is not used; it would only narrow the interval.

    Args:
        sizes: calls in each stratum of the population; every drawn stratum is there.

    Raises:
        KeyError: a stratum without a size.
        ValueError: more calls heard than the stratum has.
    """
    heard: dict[str, list[bool]] = defaultdict(list)
    for call in calls:
        if call.misses is not None:
            heard[call.stratum].append(call.misses > 0)
    for name, found in heard.items():
        if len(found) > sizes[name]:
            raise ValueError(f"{len(found)} calls were heard of {name!r}, which has {sizes[name]}")
    whole, known = sum(sizes.values()), sum(sizes[name] for name in heard)
    if not known:
        return OverallMiss(None, None, None, 0.0, 0.0)
    weights = {name: sizes[name] / known for name in heard}
    value = sum(weights[name] * sum(found) / len(found) for name, found in heard.items())
    count = 1 / sum(weights[name] ** 2 / len(found) for name, found in heard.items())
    low, high = exact_limits(value * count, count, confidence=confidence)
    return OverallMiss(value, low, high, known / whole, count)


def _rate(stratum: str | None, calls: Sequence[SampleOutcome]) -> MissRate:
    heard = [call.misses for call in calls if call.misses is not None]
    missed = sum(misses > 0 for misses in heard)
    return MissRate(stratum, len(calls), clopper_pearson(missed, len(heard)), sum(heard))
