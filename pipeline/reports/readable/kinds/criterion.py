"""A report about one criterion: how often it is broken, by whom, and how far the machine can be trusted."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.domain import Scope
from pipeline.intervals import differs, wilson
from pipeline.messages import Message, title
from pipeline.reports.readable.asked import ReportKind
from pipeline.reports.readable.clips import examples
from pipeline.reports.readable.counting import Period, share, tally
from pipeline.reports.readable.groups import ROWS, compared, groups_of
from pipeline.reports.readable.heads import head, heads
from pipeline.reports.readable.model import (
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
from pipeline.reports.readable.plots import share_section, shown
from pipeline.reports.readable.source import ReportSource
from pipeline.store.period_calls import CriterionFacts


def sections(source: ReportSource, period: Period, scope: Scope) -> Iterator[ReportSection]:
    name = period.query.criterion
    one = period.facts.criteria.get(name or "")
    if one is None or not (one.asked & period.now).any():
        yield ReportSection("figures", Message("report.figures"), (Message("report.none"),))
        return
    yield _headline(period, one)
    yield share_section(
        period,
        one.standing,
        one.eligible & period.own,
        id="violating",
        title=Message("report.control-criterion", criterion=title(one.title)),
        behind=lambda first, last: period.query.calls(first, last, criterion=one.criterion, stands=True),
    )
    yield share_section(
        period,
        one.undetermined,
        one.asked & period.own,
        id="undetermined",
        title=Message("report.control-undetermined", criterion=title(one.title)),
        behind=lambda first, last: period.query.calls(first, last),
    )
    yield from filter(None, (_groups(period, one, kind) for kind in (ReportKind.TEAM, ReportKind.AGENT)))
    yield ReportSection(
        "examples",
        Message("report.examples"),
        says=(Message("report.examples-say"),),
        examples=examples(source, period, scope, one.criterion),
    )


def _headline(period: Period, one: CriterionFacts) -> ReportSection:
    now, past = tally(period, one, period.now), tally(period, one, period.earlier)
    query = period.query
    settled = wilson(now.confirmed, now.confirmed + now.overturned)
    change = "same"
    if differs(now.share, past.share):
        change = "more" if (now.share.value or 0) > (past.share.value or 0) else "less"
    if past.share.value is None:
        change = "first"
    return ReportSection(
        "figures",
        Message("report.figures"),
        says=(
            Message(
                f"report.criterion.{change}",
                criterion=title(one.title),
                share=shown(now.share.value, Unit.SHARE),
                many=f"{now.share.count:,}",
                of=f"{now.share.total:,}",
                before=shown(past.share.value, Unit.SHARE),
            ),
        ),
        headlines=(
            Headline(
                head("with"),
                ReportFigure(now.share.count, calls=query.calls(criterion=one.criterion, stands=True)),
                ReportFigure(past.share.count),
            ),
            Headline(head("share"), of_hundred(now.share), of_hundred(past.share)),
            Headline(head("lost"), ReportFigure(now.lost, Unit.POINTS), ReportFigure(past.lost, Unit.POINTS)),
            Headline(Message("report.precision"), of_hundred(settled)),
            Headline(head("unsettled"), ReportFigure(now.unsettled)),
            Headline(
                Message("report.undetermined"), of_hundred(share(one.undetermined, one.asked & period.now))
            ),
        ),
        notes=(Message("report.precision-note"),),
    )


def _groups(period: Period, one: CriterionFacts, kind: ReportKind) -> ReportSection | None:
    of = one.eligible & period.now
    found = groups_of(period, kind, one.standing, of, criterion=one.criterion)
    if len(found) < 2:
        return None
    rows: list[tuple[Cell, ...]] = []
    bars: list[ReportBar] = []
    for each in found:
        figure = of_hundred(each.rate, each.calls, criterion=one.criterion, stands=True)
        broken = ReportFigure(each.rate.count, calls=figure.calls)
        label = Label(each.name, report=each.report)
        rows.append((label, ReportFigure(each.rate.total), broken, figure))
        bars.append(ReportBar(each.name, figure))
    table = Table(heads(str(kind), "eligible", "with", "share"), tuple(rows[:ROWS]))
    return compared(kind, found, share(one.standing, of), bars, table)
