"""Axes of charts: round numbers, and the places of values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.reports.readable.model import Unit

WIDTH = 760.0
LEFT, TOP, BOTTOM = 52.0, 22.0, 28.0
"""Room around what is drawn: for the axis, for marks, for days."""


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: str


def scale(low: float, high: float, start: float, end: float) -> tuple[float, float]:
    """Factor and offset: value -> place."""
    factor = (end - start) / (high - low)
    return factor, start - low * factor


def ticks(low: float, high: float, unit: Unit, *, most: int = 5) -> list[tuple[float, str]]:
    """Round numbers between two values."""
    hundred = 100 if unit is Unit.SHARE else 1
    span = (high - low) * hundred
    rough = span / most
    size = 10 ** math.floor(math.log10(rough))
    parts = (1, 2, 2.5, 5, 10) if size >= 1 else (1, 2, 5, 10)  # 100.00% is wider than the room there is
    step = next(size * part for part in parts if size * part >= rough)
    digits = max(
        0,
        -math.floor(math.log10(step) + 1e-9) + (1 if step / 10 ** math.floor(math.log10(step)) == 2.5 else 0),
    )
    first = math.ceil(low * hundred / step - 1e-9)
    last = math.floor(high * hundred / step + 1e-9)
    sign = "%" if unit is Unit.SHARE else ""
    return [(n * step / hundred, f"{n * step:.{digits}f}{sign}") for n in range(first, last + 1)]


def room(
    values: Sequence[float], *, least: float, floor: float | None, ceiling: float | None
) -> tuple[float, float]:
    """Ends of an axis: what differs by next to nothing must not look like a fall."""
    low, high = min(values), max(values)
    space = max((high - low) * 0.08, (least - (high - low)) / 2)
    low, high = low - space, high + space
    if floor is not None and low < floor:
        low = floor
    if ceiling is not None and high > ceiling:
        high = ceiling
    return (low, high) if high > low else (low, low + least)
