"""Control charts as sizes and places."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.control import Rule
from pipeline.reports.readable.model import ControlPlot, ControlPoint, Unit
from pipeline.web.reporting.axes import BOTTOM, LEFT, TOP, WIDTH, Tick, room, scale, ticks

HEIGHT, RIGHT = 240.0, 46.0
"""The names of the lines stand to the right."""
DIGITS = {
    Rule.TREND: "6",
    Rule.SIDE: "8",
    Rule.BEYOND: "1",
    Rule.TWO_OF_THREE: "3",
    Rule.FOUR_OF_FIVE: "5",
}
"""The rules by the numbers that they are known by: 6-8-1-3-5."""
LABELS = 12
"""Most days that are written under a chart."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of a control chart."""

    x: float
    y: float
    point: ControlPoint
    digits: str
    """The rules that fire here; empty where none does."""
    label_y: float
    left: float
    width: float
    """Of the strip that can be touched."""


@dataclass(frozen=True, slots=True)
class Line:
    kind: str
    """``centre``, ``sigma-1``, ``sigma-2``, ``sigma-3``."""
    points: str
    label: str
    label_y: float


@dataclass(frozen=True, slots=True)
class ControlDrawing:
    kind: str
    size: tuple[float, float]
    plot: ControlPlot
    path: str
    marks: tuple[Mark, ...]
    lines: tuple[Line, ...]
    rows: tuple[Tick, ...]
    columns: tuple[Tick, ...]


def control_drawing(plot: ControlPlot) -> ControlDrawing:
    points = plot.points
    share = plot.unit is Unit.SHARE
    values = [point.value for point in points] + [limit for point in points for limit in point.limits]
    low, high = room(
        values or [0.0, 1.0],
        least=0.02 if share else 1.0,
        floor=0.0 if share else None,
        ceiling=1.0 if share else None,
    )
    factor, offset = scale(low, high, HEIGHT - BOTTOM, TOP)
    inner = WIDTH - LEFT - RIGHT
    wide = inner / max(1, len(points))

    def x(place: int) -> float:
        return round(LEFT + wide * (place + 0.5), 1)

    def y(value: float) -> float:
        return round(value * factor + offset, 1)

    marks = tuple(
        Mark(
            x=x(place),
            y=y(point.value),
            point=point,
            digits="".join(dict.fromkeys(DIGITS[rule] for rule, _ in point.fired)),
            label_y=y(point.value) + (-10 if plot.centre is None or point.value >= plot.centre else 19),
            left=round(LEFT + wide * place, 1),
            width=round(wide, 1),
        )
        for place, point in enumerate(points)
    )
    return ControlDrawing(
        kind="control",
        size=(WIDTH, HEIGHT),
        plot=plot,
        path=" ".join(f"{mark.x},{mark.y}" for mark in marks),
        marks=marks,
        lines=_lines(plot, wide, y),
        rows=tuple(Tick(y(value), label) for value, label in ticks(low, high, plot.unit)),
        columns=_days(points, x),
    )


def _lines(plot: ControlPlot, wide: float, y: Callable[[float], float]) -> tuple[Line, ...]:
    """Each limit as steps, for it may change from point to point; named at its right end."""
    if plot.centre is None:
        return ()
    found = [Line("centre", f"{LEFT},{y(plot.centre)} {WIDTH - RIGHT},{y(plot.centre)}", "x̄", y(plot.centre))]
    names = ("sigma-3", "sigma-2", "sigma-1", "sigma-1", "sigma-2", "sigma-3")
    labels = ("−3σ", "−2σ", "−1σ", "+1σ", "+2σ", "+3σ")
    for place, (name, label) in enumerate(zip(names, labels, strict=True)):
        limits = [point.limits[place] for point in plot.points]
        if plot.unit is Unit.SHARE and max(limits) <= 0:
            continue  # a share cannot be less
        steps = [
            f"{round(LEFT + wide * n, 1)},{y(limit)} {round(LEFT + wide * (n + 1), 1)},{y(limit)}"
            for n, limit in enumerate(limits)
        ]
        found.append(Line(name, " ".join(steps), label, y(limits[-1])))
    return tuple(_apart(found))


def _apart(lines: Sequence[Line], least: float = 11.0) -> list[Line]:
    """The grave limits keep their names; another that would touch one of them is left without."""
    taken: list[float] = []
    found: list[Line] = []
    order = {"sigma-3": 0, "centre": 1, "sigma-2": 2, "sigma-1": 3}
    for line in sorted(lines, key=lambda one: order[one.kind]):
        free = all(abs(line.label_y - other) >= least for other in taken)
        if free:
            taken.append(line.label_y)
        found.append(line if free else Line(line.kind, line.points, "", line.label_y))
    return found


def _days(points: Sequence[ControlPoint], x: Callable[[int], float]) -> tuple[Tick, ...]:
    every = max(1, math.ceil(len(points) / LABELS))
    return tuple(
        Tick(x(place), _month_day(point.first)) for place, point in enumerate(points) if place % every == 0
    )


def _month_day(day: date) -> str:
    return day.strftime("%m-%d")
