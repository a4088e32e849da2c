"""Charts of reports for the templates as sizes and places, drawn as SVG of classes and attributes."""

from __future__ import annotations

from typing import Any

from pipeline.messages import Message
from pipeline.reports.readable.model import (
    BarPlot,
    ClusterPlot,
    ControlPlot,
    ControlPoint,
    Plot,
    ReportFigure,
    Unit,
)
from pipeline.reports.readable.plots import shown
from pipeline.web.render import rendered
from pipeline.web.reporting.bar_drawing import BarDrawing, bar_drawing, figured
from pipeline.web.reporting.cluster_drawing import ClusterDrawing, cluster_drawing
from pipeline.web.reporting.control_drawing import ControlDrawing, control_drawing

PlotDrawing = ControlDrawing | ClusterDrawing | BarDrawing


def drawing(plot: Plot) -> PlotDrawing:
    match plot:
        case ControlPlot():
            return control_drawing(plot)
        case ClusterPlot():
            return cluster_drawing(plot)
        case BarPlot():
            return bar_drawing(plot)


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


TOOLS: dict[str, Any] = {
    "drawing": drawing,
    "figured": figured,
    "interval": interval,
    "number": shown,
    "point_words": point_words,
}
"""What the templates of reports have beside what all have."""
