"""Charts of reports as sizes and places: the templates draw them as SVG, of classes and attributes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.control import Quadrant, Rule
from pipeline.messages import Message
from pipeline.reports.readable.model import (
    BarPlot,
    ClusterPlot,
    ClusterPoint,
    ControlPlot,
    ControlPoint,
    Plot,
    ReportBar,
    ReportFigure,
    Unit,
)
from pipeline.reports.readable.plots import shown
from pipeline.web.render import rendered
from pipeline.web.reporting.links import room_links

WIDTH, CONTROL_HEIGHT, CLUSTER_HEIGHT = 760.0, 240.0, 380.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 46.0, 22.0, 28.0
"""Room around what is drawn: for the axis, for the names of lines, for marks, for days."""
ROW, NAME_ROOM, VALUE_ROOM = 26.0, 190.0, 150.0
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
NAMED = 24
"""Most names that are written into a cluster chart."""


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: str


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


@dataclass(frozen=True, slots=True)
class BarRow:
    bar: ReportBar
    name: str
    y: float
    width: float
    low: float | None
    high: float | None
    other: float | None
    value: str
    value_x: float


@dataclass(frozen=True, slots=True)
class BarDrawing:
    kind: str
    size: tuple[float, float]
    start: float
    row: float
    plot: BarPlot
    rows: tuple[BarRow, ...]


PlotDrawing = ControlDrawing | ClusterDrawing | BarDrawing


def drawing(plot: Plot) -> PlotDrawing:
    match plot:
        case ControlPlot():
            return _control(plot)
        case ClusterPlot():
            return _cluster(plot)
        case BarPlot():
            return _bars(plot)


def figured(figure: ReportFigure) -> str:
    """A number as it is written; a score that is not settled as its range."""
    if figure.value is None:
        return "–"
    if figure.unit is Unit.SCORE and figure.low is not None and figure.high is not None:
        low, high = shown(figure.low, figure.unit), shown(figure.high, figure.unit)
        return low if low == high else f"{low}–{high}"
    return shown(figure.value, figure.unit)


def interval(figure: ReportFigure) -> str:
    """The ends of the interval of a share; empty where there is none."""
    if figure.unit is not Unit.SHARE or figure.low is None or figure.high is None:
        return ""
    return f"{100 * figure.low:.1f}–{100 * figure.high:.1f}"


def point_words(point: ControlPoint, unit: Unit) -> str:
    """What a point of a control chart says when it is pointed at."""
    days = f"{point.first}" if point.first == point.last else f"{point.first} – {point.last}"
    fired = [rendered(Message(f"report.rule.{rule}-{side}")) for rule, side in point.fired]
    of = rendered(Message("report.of-calls", count=point.of))
    return " · ".join([days, shown(point.value, unit), of, *fired])


def _scale(low: float, high: float, start: float, end: float) -> tuple[float, float]:
    """Factor and offset: value -> place."""
    factor = (end - start) / (high - low)
    return factor, start - low * factor


def _ticks(low: float, high: float, unit: Unit, *, most: int = 5) -> list[tuple[float, str]]:
    """Round numbers between two values."""
    hundred = 100 if unit is Unit.SHARE else 1
    span = (high - low) * hundred
    rough = span / most
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * part for part in (1, 2, 2.5, 5, 10) if size * part >= rough)
    digits = max(
        0,
        -math.floor(math.log10(step) + 1e-9) + (1 if step / 10 ** math.floor(math.log10(step)) == 2.5 else 0),
    )
    first = math.ceil(low * hundred / step - 1e-9)
    last = math.floor(high * hundred / step + 1e-9)
    sign = "%" if unit is Unit.SHARE else ""
    return [(n * step / hundred, f"{n * step:.{digits}f}{sign}") for n in range(first, last + 1)]


def _room(
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


def _control(plot: ControlPlot) -> ControlDrawing:
    points = plot.points
    share = plot.unit is Unit.SHARE
    values = [point.value for point in points] + [limit for point in points for limit in point.limits]
    low, high = _room(
        values or [0.0, 1.0],
        least=0.02 if share else 1.0,
        floor=0.0 if share else None,
        ceiling=1.0 if share else None,
    )
    factor, offset = _scale(low, high, CONTROL_HEIGHT - BOTTOM, TOP)
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
        size=(WIDTH, CONTROL_HEIGHT),
        plot=plot,
        path=" ".join(f"{mark.x},{mark.y}" for mark in marks),
        marks=marks,
        lines=_lines(plot, wide, y),
        rows=tuple(Tick(y(value), label) for value, label in _ticks(low, high, plot.unit)),
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


_SHAPES = {
    Quadrant.STEADY_HIGH: (),
    Quadrant.UNSTEADY_HIGH: ((0, -5.5), (5.5, 4.5), (-5.5, 4.5)),
    Quadrant.STEADY_LOW: ((-4.5, -4.5), (4.5, -4.5), (4.5, 4.5), (-4.5, 4.5)),
    Quadrant.UNSTEADY_LOW: ((0, -6), (6, 0), (0, 6), (-6, 0)),
}


def _cluster(plot: ClusterPlot) -> ClusterDrawing:
    height = CLUSTER_HEIGHT
    means = [one.mean for one in plot.points] + [plot.level]
    spreads = [one.variation for one in plot.points] + [plot.steadiness]
    low, high = _room(means, least=2.0, floor=None, ceiling=None)
    left, right = _room(spreads, least=0.01, floor=0.0, ceiling=None)
    fy, oy = _scale(low, high, height - BOTTOM - 14, TOP)
    fx, ox = _scale(left, right, LEFT, WIDTH - 12)
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
        rows=tuple(Tick(round(v * fy + oy, 1), label) for v, label in _ticks(low, high, Unit.SCORE)),
        columns=tuple(
            Tick(round(v * fx + ox, 1), label) for v, label in _ticks(left, right, Unit.SHARE, most=7)
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


def _bars(plot: BarPlot) -> BarDrawing:
    space = WIDTH - NAME_ROOM - VALUE_ROOM
    tops = [
        value
        for bar in plot.bars
        for value in (bar.figure.value, bar.figure.high, bar.other)
        if value is not None
    ]
    top = max([*tops, 0.0]) or 1.0
    if plot.unit is Unit.SHARE and top > 0.5:
        top = 1.0

    def x(value: float | None) -> float | None:
        return None if value is None else round(NAME_ROOM + space * min(value, top) / top, 1)

    rows = []
    for place, bar in enumerate(plot.bars):
        end = x(bar.figure.value) or NAME_ROOM
        far = max(filter(None, (end, x(bar.figure.high), x(bar.other))))
        rows.append(
            BarRow(
                bar=bar,
                name=_short(rendered(bar.name)),
                y=place * ROW,
                width=round(end - NAME_ROOM, 1),
                low=x(bar.figure.low),
                high=x(bar.figure.high),
                other=x(bar.other),
                value=figured(bar.figure),
                value_x=far + 8,
            )
        )
    return BarDrawing("bars", (WIDTH, ROW * len(plot.bars)), NAME_ROOM, ROW, plot, tuple(rows))


def _short(text: str) -> str:
    """As much of a name as has room beside its bar."""
    room, found = NAME_ROOM - 16, ""
    for each in text:
        room -= 13.0 if ord(each) > 0x2E80 else 7.0
        if room < 0:
            return found.rstrip() + "…"
        found += each
    return found


TOOLS: dict[str, Any] = {
    "drawing": drawing,
    "figured": figured,
    "interval": interval,
    "number": shown,
    "point_words": point_words,
    "room_links": room_links(),
}
"""What the templates of reports have beside what all have."""
