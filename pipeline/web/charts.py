"""Sizes of what charts draw. The templates draw it as SVG, with classes and attributes and no style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChartColumn:
    """A bar in a chart, in its units."""

    label: str
    value: int
    href: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class BarPart:
    """A part of a horizontal bar, in hundredths of the widest bar."""

    kind: str
    value: int
    x: float
    width: float


def columns(
    values: Sequence[int], labels: Sequence[str], hrefs: Sequence[str], *, width: float, height: float
) -> list[ChartColumn]:
    """Upright bars side by side; the highest fills the height, and what is not nothing shows."""
    top = max([*values, 1])
    step = width / len(values)
    bars = []
    for place, (value, label, href) in enumerate(zip(values, labels, hrefs, strict=True)):
        tall = max(height * value / top, 1.5) if value else 0.0
        bars.append(
            ChartColumn(
                label,
                value,
                href,
                round(place * step + 2, 2),
                round(height - tall, 2),
                round(step - 4, 2),
                round(tall, 2),
            )
        )
    return bars


def stacked(parts: Sequence[tuple[str, int]], *, top: int) -> list[BarPart]:
    """A lying bar made of parts; ``top`` is what fills its hundred units."""
    found, at = [], 0.0
    for kind, value in parts:
        wide = 100 * value / top if top else 0.0
        if value:
            found.append(BarPart(kind, value, round(at, 3), round(wide, 3)))
        at += wide
    return found


def axis_top(values: Sequence[float]) -> float:
    """A round number that nothing exceeds: 1, 2 or 5 times a power of ten."""
    highest = max([*values, 0.0])
    if highest <= 0:
        return 1.0
    size = 1.0
    while size < highest:
        size *= 10
    return next((size * part / 10 for part in (1, 2, 2.5, 4, 5, 6, 8) if size * part / 10 >= highest), size)
