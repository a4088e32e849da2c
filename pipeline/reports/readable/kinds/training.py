"""What to train: the few criteria that cost most, who needs it, and places to listen to together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pipeline.domain import Scope
from pipeline.intervals import differs
from pipeline.messages import Message, title
from pipeline.reports.readable.asked import ReportKind
from pipeline.reports.readable.clips import examples
from pipeline.reports.readable.counting import CriterionTally, Period, ranked, share, tally
from pipeline.reports.readable.groups import groups_of
from pipeline.reports.readable.heads import head, heads
from pipeline.reports.readable.model import (
    BarPlot,
    Cell,
    Headline,
    Label,
    ReportBar,
    ReportFigure,
    ReportSection,
    Table,
    Unit,
)
from pipeline.reports.readable.parts import of_hundred
from pipeline.reports.readable.plots import shown
from pipeline.reports.readable.source import ReportSource

TRAINED = 3
"""Criteria: one or two behaviours at a time can be trained, and a third for choice."""
MOST_AGENTS = 10


def sections(source: ReportSource, period: Period, scope: Scope) -> Iterator[ReportSection]:
    found = ranked(period, period.now)
    if not found:
        key = "report.no-violations" if period.now.any() else "report.none"
        yield ReportSection("needs", Message("report.needs"), (Message(key),))
        return
    yield _needs(period, found)
    for place, one in enumerate(found[:TRAINED], start=1):
        yield _need(source, period, scope, one, place)


def _needs(period: Period, found: tuple[CriterionTally, ...]) -> ReportSection:
    lost = sum(one.lost for one in found)
    part = sum(one.lost for one in found[:TRAINED])
    bars = tuple(
        ReportBar(
            one.facts.title,
            ReportFigure(
                one.lost, Unit.POINTS, calls=period.query.calls(criterion=one.facts.criterion, stands=True)
            ),
            tally(period, one.facts, period.group if period.compared else period.earlier).lost,
            one.facts.severity,
        )
        for one in found
    )
    mark = "report.group-mark" if period.compared else "report.before-mark"
    return ReportSection(
        "needs",
        Message("report.needs"),
        says=(
            Message(
                "report.needs-say",
                count=min(TRAINED, len(found)),
                of=len(found),
                part=shown(part / lost if lost else None, Unit.SHARE),
                names=Message("join.list", parts=tuple(title(one.facts.title) for one in found[:TRAINED])),
            ),
        ),
        plots=(BarPlot(Unit.POINTS, bars, Message(mark)),),
        notes=(Message("report.lost-note"),),
    )


def _need(
    source: ReportSource, period: Period, scope: Scope, one: CriterionTally, place: int
) -> ReportSection:
    of, query = one.facts, period.query
    past, group = tally(period, of, period.earlier), tally(period, of, period.group)
    other, key = (group, "group") if period.compared else (past, "before")
    change = "same"
    if differs(one.share, other.share):
        change = "worse" if (one.share.value or 0) > (other.share.value or 0) else "better"
    chinese, english = source.advice(of.criterion)
    says = [
        Message(
            f"report.need.{change}-{key}",
            share=shown(one.share.value, Unit.SHARE),
            other=shown(other.share.value, Unit.SHARE),
            many=f"{one.share.count:,}",
        )
    ]
    if chinese:
        says.append(Message("report.advice", text=title(chinese, english)))
    agents = _agents(period, one)
    return ReportSection(
        f"need-{of.criterion}",
        Message("report.need-title", number=place, criterion=title(of.title)),
        says=tuple(says),
        headlines=(
            Headline(
                head("share"),
                of_hundred(one.share, query, criterion=of.criterion, stands=True),
                of_hundred(past.share),
                of_hundred(group.share) if period.compared else None,
            ),
            Headline(
                head("lost"),
                ReportFigure(one.lost, Unit.POINTS),
                ReportFigure(past.lost, Unit.POINTS),
                ReportFigure(group.lost, Unit.POINTS) if period.compared else None,
            ),
            Headline(head("confirmed"), ReportFigure(one.confirmed)),
            Headline(head("unsettled"), ReportFigure(one.unsettled)),
        ),
        tables=agents,
        examples=examples(source, period, scope, of.criterion),
        breaks=True,
    )


def _agents(period: Period, one: CriterionTally) -> tuple[Table, ...]:
    """Agents whose share lies over that of all by more than chance, the surest first."""
    of = one.facts
    if period.query.agent is not None:
        return ()
    eligible = of.eligible & period.now
    whole = share(of.standing, eligible)
    rows: list[tuple[float, tuple[Cell, ...]]] = []
    for each in groups_of(period, ReportKind.AGENT, of.standing, eligible, criterion=of.criterion):
        if not differs(each.rate, whole) or (each.rate.value or 0) < (whole.value or 0):
            continue
        figure = of_hundred(each.rate, each.calls, criterion=of.criterion, stands=True)
        broken = ReportFigure(each.rate.count, calls=figure.calls)
        report = replace(each.report, kind=ReportKind.TRAINING, criterion=None)
        rows.append((each.rate.low or 0.0, (Label(each.name, report=report), broken, figure)))
    rows.sort(key=lambda row: -row[0])
    if not rows:
        return ()
    columns = ("agent", "with", "share")
    return (
        Table(
            heads(*columns),
            tuple(row for _, row in rows[:MOST_AGENTS]),
            Message("report.who", count=len(rows), whole=shown(whole.value, Unit.SHARE)),
        ),
    )
