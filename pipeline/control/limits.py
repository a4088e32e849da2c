"""Centre lines and limits of control charts.

Sources: D. C. Montgomery, Introduction to Statistical Quality Control (7th edition, Wiley 2012), chapters 6.4
(individuals and moving ranges) and 7.2 (fraction nonconforming); D. B. Laney, "Improved control charts for
attributes", Quality Engineering 14 (2002).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pipeline.control.signals import Signal, signals

FEWEST_POINTS = 12
"""With fewer points no limits are drawn: L. P. Provost and S. K. Murray, The Health Care Data Guide
(Jossey-Bass 2011), chapter 4, take twelve as the least for trial limits."""
FIRM_POINTS = 20
"""With fewer the limits are called provisional: Montgomery, chapter 6.2, asks for 20 to 25 samples."""
FEWEST_EXPECTED = 3.0
"""A share needs points of so many events on average: Montgomery, chapter 7.2.1, chooses samples so large that
one holds at least one event with 95 % probability, which is 1 - exp(-3) where events are rare. With less, a
single event lies beyond the limits."""
D2 = 2 / math.sqrt(math.pi)
"""Mean range of two values of a normal distribution, in sigmas: 1.128 (Montgomery, appendix VI)."""


class ChartKind(StrEnum):
    """By which formula the limits were made."""

    P = "p"
    LANEY = "laney"
    INDIVIDUALS = "individuals"


class Unsaid(StrEnum):
    """Why a chart has no limits."""

    FEW_POINTS = "few-points"
    RARE = "rare"


@dataclass(frozen=True, slots=True)
class ControlChart:
    """A series with its centre line and the sigma of each point."""

    kind: ChartKind
    values: tuple[float, ...]
    centre: float
    sigmas: tuple[float, ...]
    """Of each point: with samples of different sizes they differ."""
    spread: float | None
    """Laney's sigma of z: 1 where the points scatter as by chance alone; None for individuals."""
    signals: tuple[Signal, ...]

    @property
    def provisional(self) -> bool:
        return len(self.values) < FIRM_POINTS

    def limits(self, sigmas: float) -> tuple[tuple[float, float], ...]:
        """Lower and upper limit of each point; those of a share never leave 0..1."""
        pairs = ((self.centre - sigmas * s, self.centre + sigmas * s) for s in self.sigmas)
        if self.kind is ChartKind.INDIVIDUALS:
            return tuple(pairs)
        return tuple((max(0.0, low), min(1.0, high)) for low, high in pairs)


def why_unsaid(points: int, *, events: float | None = None) -> Unsaid | None:
    """Whether there is too little to draw limits from, and what; None where there is enough.

    Args:
        events: for a share, all its events together.
    """
    if points < FEWEST_POINTS:
        return Unsaid.FEW_POINTS
    if events is not None and events < FEWEST_EXPECTED * points:
        return Unsaid.RARE
    return None


def p_chart(counts: Sequence[float], totals: Sequence[float]) -> ControlChart:
    """The chart of a share: sigma of point i is sqrt(p (1 - p) / n_i), p the share over all points.

    Args:
        counts: events of each point. totals: cases of each point, at least 1.

    Raises:
        ValueError: no point, a point without cases, or more events than cases.
    """
    share, centre, sigmas = _binomial(counts, totals)
    return _chart(ChartKind.P, share, centre, sigmas, spread=_spread(share, centre, sigmas))


def laney_chart(counts: Sequence[float], totals: Sequence[float]) -> ControlChart:
    """Laney's p' chart: the sigmas of the p chart times sigma of z, which is the mean moving range of
    z_i = (p_i - p) / sigma_i over d2. With many cases the p chart takes every common swing from day to day
    for a signal; this takes the swing into account.

    Raises:
        ValueError: as :func:`p_chart`.
    """
    share, centre, sigmas = _binomial(counts, totals)
    spread = _spread(share, centre, sigmas)
    return _chart(ChartKind.LANEY, share, centre, sigmas * spread, spread=spread)


def share_chart(counts: Sequence[float], totals: Sequence[float]) -> ControlChart:
    """Laney's chart where the points scatter more than chance alone would have them, else the p chart: the
    limits are never narrower than chance makes them.

    Raises:
        ValueError: as :func:`p_chart`.
    """
    wide = laney_chart(counts, totals)
    return wide if wide.spread is not None and wide.spread > 1 else p_chart(counts, totals)


def individuals_chart(values: Sequence[float]) -> ControlChart:
    """The chart of single values: sigma is the mean moving range over d2.

    Raises:
        ValueError: no point.
    """
    x = np.asarray(values, float)
    if not len(x):
        raise ValueError("a chart needs a point")
    sigma = float(np.abs(np.diff(x)).mean()) / D2 if len(x) > 1 else 0.0
    return _chart(ChartKind.INDIVIDUALS, x, float(x.mean()), np.full(len(x), sigma), spread=None)


def _binomial(
    counts: Sequence[float], totals: Sequence[float]
) -> tuple[NDArray[np.float64], float, NDArray[np.float64]]:
    found, of = np.asarray(counts, float), np.asarray(totals, float)
    if not len(found) or len(found) != len(of) or (of < 1).any() or (found < 0).any() or (found > of).any():
        raise ValueError("every point needs cases, and no more events than cases")
    centre = float(found.sum() / of.sum())
    return found / of, centre, np.sqrt(centre * (1 - centre) / of)


def _spread(share: NDArray[np.float64], centre: float, sigmas: NDArray[np.float64]) -> float:
    """Laney's sigma of z; 1 where there is nothing to measure it by."""
    if len(share) < 2 or not sigmas.all():
        return 1.0
    return float(np.abs(np.diff((share - centre) / sigmas)).mean()) / D2


def _chart(
    kind: ChartKind,
    values: NDArray[np.float64],
    centre: float,
    sigmas: NDArray[np.float64],
    *,
    spread: float | None,
) -> ControlChart:
    away = values - centre
    # without scatter nothing lies beyond a limit: what differs by rounding is no signal
    scores = np.divide(away, sigmas, out=np.zeros_like(away), where=sigmas > 1e-12)
    return ControlChart(
        kind=kind,
        values=tuple(map(float, values)),
        centre=centre,
        sigmas=tuple(map(float, sigmas)),
        spread=spread,
        signals=signals(values.tolist(), scores.tolist()),
    )
