"""How much the machine misses, from calls that people heard by lot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.review.intervals import Share, clopper_pearson


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of one drawn call; ``misses`` is None until somebody heard it."""

    stratum: str
    misses: int | None


@dataclass(frozen=True, slots=True)
class MissRate:
    """Of the calls heard, those with a violation that the machine missed."""

    stratum: str | None
    """None: all strata together."""
    drawn: int
    calls: Share
    """Calls with at least one miss, of those heard, with the exact 95 % interval: misses are rare."""
    misses: int
    """Violations missed in all."""


def miss_rates(calls: Sequence[Heard]) -> tuple[MissRate, ...]:
    """All strata together first, then each in order.

    The first line counts every heard call alike. Where the strata differ in size (a busy agent and a new one,
    two calls each) it is the rate of the average stratum, not of the average call.
    """
    names = sorted({call.stratum for call in calls})
    lines = [_rate(None, calls)]
    if len(names) > 1:
        lines += [_rate(name, [c for c in calls if c.stratum == name]) for name in names]
    return tuple(lines)


def _rate(stratum: str | None, calls: Sequence[Heard]) -> MissRate:
    heard = [call.misses for call in calls if call.misses is not None]
    missed = sum(misses > 0 for misses in heard)
    return MissRate(stratum, len(calls), clopper_pearson(missed, len(heard)), sum(heard))
