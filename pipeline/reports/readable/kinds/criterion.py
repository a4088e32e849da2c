"""A report about one criterion: how often it is broken, by whom, and how far the machine can be trusted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipeline.domain import Scope
from pipeline.intervals import wilson
from pipeline.messages import Message, Text, title, verbatim
from pipeline.reports.readable.asked import ReportKind, ReportQuery
from pipeline.reports.readable.clips import examples
from pipeline.reports.readable.counting import Period, count, differs, share, tally
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
from pipeline.reports.readable.parts import BARS, ROWS, of_hundred
from pipeline.reports.readable.plots import agent_name, share_section, shown
from pipeline.reports.readable.source import ReportSource
from pipeline.store.period_calls import Codes, CriterionFacts


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
    facts = period.facts
    codes: Codes
    names: list[tuple[str, Text]]
    if kind is ReportKind.TEAM:
        codes, names = facts.team, [(name, verbatim(name)) for name in facts.teams]
    else:
        codes = facts.agent
        names = [(each.agent_id, agent_name(each.agent_id, each.name)) for each in facts.agents]
    of = count(codes, len(names), one.eligible & period.now)
    bad = count(codes, len(names), one.standing & period.now)
    whole = share(one.standing, one.eligible & period.now)
    present = [int(place) for place in np.flatnonzero(of)]
    if len(present) < 2:
        return None
    rows: list[tuple[Cell, ...]] = []
    bars: list[ReportBar] = []
    over = 0
    for place in present:
        key, name = names[place]
        rate = wilson(int(bad[place]), int(of[place]))
        over += differs(rate, whole) and (rate.value or 0) > (whole.value or 0)
        mine = {"team" if kind is ReportKind.TEAM else "agent": key}
        theirs = ReportQuery(kind, period.first, period.last, criterion=one.criterion, **mine)  # type: ignore[arg-type]
        figure = of_hundred(rate, theirs, criterion=one.criterion, stands=True)
        rows.append(
            (
                Label(name, report=theirs),
                ReportFigure(of[place]),
                ReportFigure(bad[place], calls=figure.calls),
                figure,
            )
        )
        bars.append(ReportBar(name, figure))
    columns = (str(kind), "eligible", "with", "share")
    return ReportSection(
        f"{kind}s",
        Message(f"report.groups.{kind}"),
        says=(
            Message(
                f"report.groups-say.{kind}", count=len(rows), over=over, whole=shown(whole.value, Unit.SHARE)
            ),
        ),
        plots=(BarPlot(Unit.SHARE, tuple(bars)),) if len(bars) <= 2 * BARS else (),
        tables=(Table(heads(*columns), tuple(rows[:ROWS])),),
        notes=(Message("report.interval-note"),),
    )
