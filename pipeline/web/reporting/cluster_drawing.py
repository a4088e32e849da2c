"""Cluster charts as sizes and places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.control import Quadrant
from pipeline.reports.readable.model import ClusterPlot, ClusterPoint, Unit
from pipeline.web.render import rendered
from pipeline.web.reporting.axes import BOTTOM, LEFT, TOP, WIDTH, Tick, room, scale, ticks

HEIGHT = 380.0
NAMED = 24
"""Most names that are written into a cluster chart."""


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    point: ClusterPoint
    shape: str
    """Points of a polygon; empty for a circle."""
    name: str
    """Written beside it where there is room."""
    anchor: str


@dataclass(frozen=True, slots=True)
class Corner:
    x: float
    y: float
    anchor: str
    quadrant: Quadrant


@dataclass(frozen=True, slots=True)
class ClusterDrawing:
    kind: str
    size: tuple[float, float]
    level: float
    steadiness: float
    dots: tuple[Dot, ...]
    rows: tuple[Tick, ...]
    columns: tuple[Tick, ...]
    corners: tuple[Corner, ...]


_SHAPES = {
    Quadrant.STEADY_HIGH: (),
    Quadrant.UNSTEADY_HIGH: ((0, -5.5), (5.5, 4.5), (-5.5, 4.5)),
    Quadrant.STEADY_LOW: ((-4.5, -4.5), (4.5, -4.5), (4.5, 4.5), (-4.5, 4.5)),
    Quadrant.UNSTEADY_LOW: ((0, -6), (6, 0), (0, 6), (-6, 0)),
}


def cluster_drawing(plot: ClusterPlot) -> ClusterDrawing:
    height = HEIGHT
    means = [one.mean for one in plot.points] + [plot.level]
    spreads = [one.variation for one in plot.points] + [plot.steadiness]
    low, high = room(means, least=2.0, floor=None, ceiling=None)
    left, right = room(spreads, least=0.01, floor=0.0, ceiling=None)
    fy, oy = scale(low, high, height - BOTTOM - 14, TOP)
    fx, ox = scale(left, right, LEFT, WIDTH - 12)
    placed = [(round(one.variation * fx + ox, 1), round(one.mean * fy + oy, 1), one) for one in plot.points]
    names = _names(placed, (plot.steadiness * fx + ox, plot.level * fy + oy))
    dots = []
    for x, y, one in placed:
        shape = " ".join(f"{round(x + dx, 1)},{round(y + dy, 1)}" for dx, dy in _SHAPES[one.quadrant])
        name, anchor = names.get(id(one), ("", "start"))
        dots.append(Dot(x, y, one, shape, name, anchor))
    return ClusterDrawing(
        kind="cluster",
        size=(WIDTH, height),
        level=round(plot.level * fy + oy, 1),
        steadiness=round(plot.steadiness * fx + ox, 1),
        dots=tuple(dots),
        rows=tuple(Tick(round(v * fy + oy, 1), label) for v, label in ticks(low, high, Unit.SCORE)),
        columns=tuple(
            Tick(round(v * fx + ox, 1), label) for v, label in ticks(left, right, Unit.SHARE, most=7)
        ),
        corners=(
            Corner(LEFT + 6, TOP - 6, "start", Quadrant.STEADY_HIGH),
            Corner(WIDTH - 14, TOP - 6, "end", Quadrant.UNSTEADY_HIGH),
            Corner(LEFT + 6, height - BOTTOM - 18, "start", Quadrant.STEADY_LOW),
            Corner(WIDTH - 14, height - BOTTOM - 18, "end", Quadrant.UNSTEADY_LOW),
        ),
    )


def _names(
    placed: Sequence[tuple[float, float, ClusterPoint]], middle: tuple[float, float]
) -> dict[int, tuple[str, str]]:
    """Names beside the points farthest from the middle, where they touch neither each other nor a point."""
    found: dict[int, tuple[str, str]] = {}
    boxes: list[tuple[float, float, float, float]] = [(x - 6, y - 6, x + 6, y + 6) for x, y, _ in placed]
    far = sorted(placed, key=lambda one: -math.hypot(one[0] - middle[0], one[1] - middle[1]))
    for x, y, one in far[: 8 * NAMED]:
        if len(found) >= NAMED:
            break
        text = rendered(one.name)
        wide = sum(12.0 if ord(c) > 0x2E80 else 6.6 for c in text)
        end = x + 9 + wide > WIDTH - 4
        box = (x - 9 - wide, y - 7, x - 7, y + 7) if end else (x + 7, y - 7, x + 9 + wide, y + 7)
        if any(a < box[2] and box[0] < c and b < box[3] and box[1] < d for a, b, c, d in boxes):
            continue
        boxes.append(box)
        found[id(one)] = (text, "end" if end else "start")
    return found
