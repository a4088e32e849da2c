"""Charts of a report, each with the sentence that says what it shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np

from pipeline.control import (
    FEWEST_CALLS,
    FEWEST_EXPECTED,
    FEWEST_POINTS,
    ChartKind,
    ControlChart,
    Quadrant,
    Unsaid,
    cluster,
    individuals_chart,
    share_chart,
    why_unsaid,
)
from pipeline.messages import Message, Text, verbatim
from pipeline.reports.readable.asked import ChartStep, ReportKind, ReportQuery
from pipeline.reports.readable.counting import Period, agents_of, count
from pipeline.reports.readable.model import (
    ClusterPlot,
    ClusterPoint,
    ControlPlot,
    ControlPoint,
    ReportSection,
    Unit,
)
from pipeline.store.filter import CallFilter
from pipeline.store.period_calls import Flags

Behind = Callable[[date, date], CallFilter]
"""First and last day of a point -> the calls behind it."""
SIGMAS = (3, 2, 1)


def share_section(
    period: Period, part: Flags, of: Flags, *, id: str, title: Text, behind: Behind
) -> ReportSection:
    """A control chart of a share: a p chart, or Laney's where the points scatter more than by chance."""
    spans, codes = period.steps
    parts, totals = count(codes, len(spans), part & of), count(codes, len(spans), of)
    kept = [place for place in range(len(spans)) if totals[place]]
    values = [float(parts[place] / totals[place]) for place in kept]
    unsaid = why_unsaid(len(kept), events=float(parts.sum()))
    chart = None if unsaid else share_chart([parts[p] for p in kept], [totals[p] for p in kept])
    plot = _plot(
        chart,
        unsaid,
        Unit.SHARE,
        period.step,
        [(*spans[p], value, int(totals[p])) for p, value in zip(kept, values, strict=True)],
        behind,
    )
    many = float(parts.sum())
    return ReportSection(
        id=id,
        title=title,
        says=_said(plot, chart, events=many / len(kept) if kept else 0.0),
        plots=(plot,),
        notes=_notes(chart, period.step),
    )


def score_section(period: Period, own: Flags, *, id: str, title: Text, behind: Behind) -> ReportSection:
    """A control chart of single values: the mean score of each day or week."""
    spans, codes = period.steps
    scored = own & ~np.isnan(period.facts.score)
    totals = count(codes, len(spans), scored)
    sums = count(codes, len(spans), scored, period.facts.score)
    kept = [place for place in range(len(spans)) if totals[place]]
    values = [float(sums[place] / totals[place]) for place in kept]
    unsaid = why_unsaid(len(kept))
    chart = None if unsaid else individuals_chart(values)
    rows = [(*spans[p], value, int(totals[p])) for p, value in zip(kept, values, strict=True)]
    plot = _plot(chart, unsaid, Unit.SCORE, period.step, rows, behind)
    return ReportSection(
        id=id, title=title, says=_said(plot, chart), plots=(plot,), notes=_notes(chart, period.step)
    )


def _plot(
    chart: ControlChart | None,
    unsaid: Unsaid | None,
    unit: Unit,
    step: ChartStep,
    rows: Sequence[tuple[date, date, float, int]],
    behind: Behind,
) -> ControlPlot:
    bands = [chart.limits(sigmas) for sigmas in SIGMAS] if chart else []
    points = []
    for place, (first, last, value, of) in enumerate(rows):
        low = tuple(band[place][0] for band in bands)
        high = tuple(band[place][1] for band in reversed(bands))
        fired = tuple((s.rule, s.side) for s in chart.signals if s.at == place) if chart else ()
        points.append(ControlPoint(first, last, value, of, behind(first, last), (*low, *high), fired))
    return ControlPlot(
        unit=unit,
        step=step,
        points=tuple(points),
        centre=chart.centre if chart else None,
        kind=chart.kind if chart else None,
        unsaid=unsaid,
        provisional=chart is not None and chart.provisional,
    )


def shown(value: float | None, unit: Unit) -> str:
    """A number inside a sentence: the same in every language."""
    if value is None:
        return "–"
    match unit:
        case Unit.SHARE:
            return f"{100 * value:.1f}%"
        case Unit.COUNT:
            return f"{value:,.0f}"
        case Unit.RATIO:
            return f"{value:.2f}"
        case _:
            return f"{value:.1f}"


def _said(plot: ControlPlot, chart: ControlChart | None, *, events: float = 0.0) -> tuple[Message, ...]:
    points = len(plot.points)
    if not points:
        return (Message("report.none"),)
    if plot.unsaid is Unsaid.FEW_POINTS:
        return (Message("report.few-points", count=points, least=FEWEST_POINTS),)
    if plot.unsaid is Unsaid.RARE:
        return (Message("report.rare", events=f"{events:.1f}", least=f"{FEWEST_EXPECTED:g}"),)
    assert chart is not None
    centre = shown(plot.centre, plot.unit)
    fired = [point for point in plot.points if point.fired]
    if not fired:
        return (Message("report.calm", count=points, centre=centre),)
    latest = fired[-1]
    rule, side = latest.fired[0]
    return (
        Message(
            "report.signals",
            count=len(fired),
            points=points,
            when=latest.first.isoformat(),
            what=Message(f"report.rule.{rule}-{side}"),
            centre=centre,
        ),
    )


def _notes(chart: ControlChart | None, step: ChartStep) -> tuple[Message, ...]:
    if chart is None:
        return ()
    found = [Message(f"report.chart.{chart.kind}", step=Message(f"report.step.{step}"))]
    if chart.kind is ChartKind.LANEY and chart.spread is not None:
        found.append(Message("report.spread", times=f"{chart.spread:.1f}"))
    if chart.provisional:
        found.append(Message("report.provisional", count=len(chart.values)))
    return tuple(found)


def cluster_section(period: Period) -> ReportSection:
    """Agents by their mean score and its steadiness."""
    facts = period.facts
    scored = period.now & ~np.isnan(facts.score)
    who = agents_of(facts, scored)
    size = len(facts.agents)
    totals = count(facts.agent, size, scored)
    sums = count(facts.agent, size, scored, facts.score)
    squares = count(facts.agent, size, scored, facts.score**2)
    found = cluster(who, [int(totals[n]) for n in who], [sums[n] for n in who], [squares[n] for n in who])
    notes = (Message("report.cluster-note", least=FEWEST_CALLS, count=found.left_out),)
    if found.level is None or found.steadiness is None:
        return ReportSection(
            "cluster", Message("report.cluster"), (Message("report.cluster-few"),), notes=notes
        )
    points = tuple(
        ClusterPoint(
            name=agent_name(facts.agents[one.who].agent_id, facts.agents[one.who].name),
            mean=one.mean,
            variation=one.variation,
            of=one.calls,
            quadrant=one.quadrant,
            report=ReportQuery(
                ReportKind.AGENT, period.first, period.last, agent=facts.agents[one.who].agent_id
            ),
        )
        for one in found.members
    )
    says = Message(
        "report.cluster-says",
        count=len(points),
        **{one.value.replace("-", "_"): found.count(one) for one in Quadrant},
    )
    plot = ClusterPlot(points, found.level, found.steadiness)
    return ReportSection("cluster", Message("report.cluster"), (says,), (plot,), notes=notes)


def agent_name(agent_id: str | None, name: str | None) -> Message:
    if agent_id is None:
        return Message("report.no-agent")
    return verbatim(f"{name} {agent_id}" if name else agent_id)
