"""A report as JSON: every text in words, every figure as a number with the address of its calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipeline.messages import Text
from pipeline.reports.fields import rounded
from pipeline.reports.readable.links import ReportLinks
from pipeline.reports.readable.model import (
    BarPlot,
    Cell,
    Clipping,
    ClusterPlot,
    ControlPlot,
    Headline,
    Plot,
    Report,
    ReportFigure,
    ReportSection,
    Table,
)

Say = Callable[[Text], str]
"""A text in the reader's language."""


def as_json(report: Report, say: Say, links: ReportLinks) -> dict[str, Any]:
    query = report.query
    return {
        "kind": query.kind.value,
        "title": say(report.title),
        "about": None if report.about is None else say(report.about),
        "from": report.first.isoformat(),
        "to": report.last.isoformat(),
        "before": {"from": report.before[0].isoformat(), "to": report.before[1].isoformat()},
        "agent": query.agent,
        "team": query.team,
        "queue": query.queue,
        "criterion": query.criterion,
        "made_at": report.made_at.isoformat(timespec="seconds"),
        "sections": [_section(one, say, links) for one in report.sections],
    }


def _section(one: ReportSection, say: Say, links: ReportLinks) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": one.id,
        "title": say(one.title),
        "says": [{"text": say(text), "code": text.code} for text in one.says],
        "headlines": [_headline(each, say, links) for each in one.headlines],
        "charts": [_plot(each, say, links) for each in one.plots],
        "tables": [_table(each, say, links) for each in one.tables],
        "notes": [say(text) for text in one.notes],
    }
    if one.examples is not None:
        found["examples"] = {
            "bad": [_clipping(each, say, links) for each in one.examples.bad],
            "good": [_clipping(each, say, links) for each in one.examples.good],
        }
    return found


def _figure(one: ReportFigure, links: ReportLinks) -> dict[str, Any]:
    found: dict[str, Any] = {"value": rounded(one.value, 4), "unit": one.unit.value}
    if one.low is not None or one.high is not None:
        found |= {"low": rounded(one.low, 4), "high": rounded(one.high, 4)}
    if one.calls is not None:
        found["calls"] = links.calls(one.calls)
    return found


def _headline(one: Headline, say: Say, links: ReportLinks) -> dict[str, Any]:
    found = {"title": say(one.title), **_figure(one.figure, links)}
    if one.before is not None:
        found["before"] = rounded(one.before.value, 4)
    if one.group is not None:
        found["group"] = rounded(one.group.value, 4)
    return found


def _cell(one: Cell, say: Say, links: ReportLinks) -> dict[str, Any]:
    if isinstance(one, ReportFigure):
        return _figure(one, links)
    found: dict[str, Any] = {"text": say(one.text)}
    if one.calls is not None:
        found["calls"] = links.calls(one.calls)
    if one.report is not None:
        found["report"] = links.report(one.report)
    return found


def _table(one: Table, say: Say, links: ReportLinks) -> dict[str, Any]:
    return {
        "title": None if one.title is None else say(one.title),
        "columns": [say(name) for name in one.columns],
        "rows": [[_cell(cell, say, links) for cell in row] for row in one.rows],
    }


def _clipping(one: Clipping, say: Say, links: ReportLinks) -> dict[str, Any]:
    return {
        "call_id": one.place.call_id,
        "starts": rounded(one.place.starts),
        "who": say(one.who),
        "started_at": one.when,
        "quote": one.quote,
        "confirmed": one.confirmed,
        "listen": links.place(one.place),
    }


def _plot(one: Plot, say: Say, links: ReportLinks) -> dict[str, Any]:
    match one:
        case ControlPlot():
            return {
                "chart": "control",
                "formula": None if one.kind is None else one.kind.value,
                "unit": one.unit.value,
                "step": one.step.value,
                "centre": rounded(one.centre, 6),
                "unsaid": None if one.unsaid is None else one.unsaid.value,
                "provisional": one.provisional,
                "points": [
                    {
                        "from": point.first.isoformat(),
                        "to": point.last.isoformat(),
                        "value": rounded(point.value, 6),
                        "of": point.of,
                        "limits": [rounded(limit, 6) for limit in point.limits],
                        "signals": [f"{rule}-{side}" for rule, side in point.fired],
                        "calls": links.calls(point.calls),
                    }
                    for point in one.points
                ],
            }
        case ClusterPlot():
            return {
                "chart": "cluster",
                "level": rounded(one.level),
                "steadiness": rounded(one.steadiness, 4),
                "points": [
                    {
                        "name": say(point.name),
                        "mean": rounded(point.mean),
                        "variation": rounded(point.variation, 4),
                        "of": point.of,
                        "quadrant": point.quadrant.value,
                        "report": links.report(point.report),
                    }
                    for point in one.points
                ],
            }
        case BarPlot():
            return {
                "chart": "bars",
                "unit": one.unit.value,
                "other": None if one.other is None else say(one.other),
                "bars": [
                    {
                        "name": say(bar.name),
                        **_figure(bar.figure, links),
                        **({} if bar.other is None else {"other": rounded(bar.other, 4)}),
                    }
                    for bar in one.bars
                ],
            }
