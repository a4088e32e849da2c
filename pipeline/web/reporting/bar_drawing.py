"""Lying bars as sizes and places."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.reports.readable.model import BarPlot, ReportBar, ReportFigure, Unit
from pipeline.reports.readable.plots import shown
from pipeline.web.render import rendered
from pipeline.web.reporting.axes import WIDTH

ROW, NAME_ROOM, VALUE_ROOM = 26.0, 190.0, 150.0


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


def bar_drawing(plot: BarPlot) -> BarDrawing:
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


def figured(figure: ReportFigure) -> str:
    """A number as it is written; a score that is not settled as its range."""
    if figure.value is None:
        return "–"
    if figure.unit is Unit.SCORE and figure.low is not None and figure.high is not None:
        low, high = shown(figure.low, figure.unit), shown(figure.high, figure.unit)
        return low if low == high else f"{low}–{high}"
    return shown(figure.value, figure.unit)
