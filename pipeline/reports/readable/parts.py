"""Sections that several reports have."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.domain import Status
from pipeline.intervals import Proportion, differs
from pipeline.messages import Message, title, verbatim
from pipeline.reports.readable.asked import ReportKind, ReportQuery
from pipeline.reports.readable.counting import (
    CriterionTally,
    Period,
    ranked,
    scores,
    share,
    tally,
)
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
from pipeline.reports.readable.plots import score_section, share_section, shown
from pipeline.store.period_calls import Flags

BARS = 10
"""Criteria that are drawn; the table has all."""


def of_hundred(one: Proportion, query: ReportQuery | None = None, **behind: object) -> ReportFigure:
    """A share with its interval, and the calls behind it."""
    calls = query.calls(**behind) if query is not None and one.count else None  # type: ignore[arg-type]
    return ReportFigure(one.value, Unit.SHARE, one.low, one.high, calls)


def headline_section(period: Period) -> ReportSection:
    """The figures that stand first, each beside the period before and the group."""
    query, facts = period.query, period.facts
    now, earlier = period.now, period.earlier
    judged, violating = period.judged, period.violating
    behind = query.calls()

    def counted(part: Flags, name: str, **calls: object) -> Headline:
        many = int((part & now).sum())
        return Headline(
            Message(name),
            ReportFigure(many, calls=query.calls(**calls) if many else None),  # type: ignore[arg-type]
            ReportFigure(int((part & earlier).sum())),
        )

    mine, past = scores(facts, now), scores(facts, earlier)
    group = scores(facts, period.group)
    rate, before = share(violating, judged & now), share(violating, judged & earlier)
    compared = period.compared
    items = (
        counted(np.ones(len(facts), bool), "report.calls"),
        Headline(
            Message("report.coverage"),
            of_hundred(share(judged, now)),
            of_hundred(share(judged, earlier)),
        ),
        Headline(
            Message("report.mean"),
            ReportFigure(mine.mean, Unit.SCORE, mine.low, mine.high, behind if mine.calls else None),
            ReportFigure(past.mean, Unit.SCORE),
            ReportFigure(group.mean, Unit.SCORE) if compared else None,
        ),
        Headline(
            Message("report.passing"),
            of_hundred(share(facts.passes, ~np.isnan(facts.score) & now)),
            of_hundred(share(facts.passes, ~np.isnan(facts.score) & earlier)),
            of_hundred(share(facts.passes, ~np.isnan(facts.score) & period.group)) if compared else None,
        ),
        Headline(
            Message("report.violating"),
            of_hundred(rate, query, violating=True),
            of_hundred(before),
            of_hundred(share(violating, judged & period.group)) if compared else None,
        ),
        counted(facts.flagged, "report.flagged", flagged=True),
        counted(facts.alerted, "report.alerted", alert="any"),
    )
    return ReportSection(
        "figures",
        Message("report.figures"),
        says=_said_of(period, mine.mean, past.mean, rate, before),
        headlines=items,
        notes=_unsettled(period, mine.pending),
    )


def _unsettled(period: Period, pending: int) -> tuple[Message, ...]:
    """What the scores and the share that passes are, while people are still to speak."""
    if not pending:
        return ()
    scored = ~np.isnan(period.facts.score) & period.now
    sure, most = share(period.facts.passes, scored), share(period.facts.may_pass, scored)
    return (
        Message("report.pending-note", count=pending),
        Message(
            "report.passing-note", sure=shown(sure.value, Unit.SHARE), most=shown(most.value, Unit.SHARE)
        ),
    )


def _said_of(
    period: Period, mean: float | None, past: float | None, rate: Proportion, before: Proportion
) -> tuple[Message, ...]:
    many = int(period.now.sum())
    if not many:
        return (Message("report.none"),)
    facts = {
        "calls": f"{many:,}",
        "mean": shown(mean, Unit.SCORE),
        "rate": shown(rate.value, Unit.SHARE),
    }
    if before.value is None or rate.value is None:
        return (Message("report.says.first", **facts),)
    change = "more" if rate.value > before.value else "less"
    if not differs(rate, before):
        change = "same"
    return (
        Message(
            f"report.says.{change}",
            **facts,
            before=shown(before.value, Unit.SHARE),
            past=shown(past, Unit.SCORE),
        ),
    )


def control_sections(period: Period) -> tuple[ReportSection, ReportSection]:
    """Calls with a violation, and mean scores, over days or weeks."""
    query = period.query
    return (
        share_section(
            period,
            period.violating,
            period.judged & period.own,
            id="violating",
            title=Message("report.control-violating"),
            behind=lambda first, last: query.calls(first, last, violating=True),
        ),
        score_section(
            period,
            period.own,
            id="scores",
            title=Message("report.control-scores"),
            behind=lambda first, last: query.calls(first, last),
        ),
    )


def criteria_section(period: Period) -> ReportSection:
    """Which criteria were violated, beside the period before, and beside the group where there is one."""
    query = period.query
    found = ranked(period, period.now)
    if not found:
        return ReportSection("criteria", Message("report.criteria"), (Message("report.no-violations"),))
    past = {one.facts.criterion: tally(period, one.facts, period.earlier) for one in found}
    group = {one.facts.criterion: tally(period, one.facts, period.group) for one in found}
    compared = period.compared
    other = group if compared else past
    columns = ["class", "criterion", "eligible", "with", "share", "before"]
    columns += ["group"] if compared else []
    columns += ["lost", "confirmed", "overturned", "unsettled"]
    rows = tuple(_criterion_row(query, one, past, group if compared else None) for one in found)
    bars = tuple(
        ReportBar(
            one.facts.title,
            of_hundred(one.share, query, criterion=one.facts.criterion, stands=True),
            other[one.facts.criterion].share.value,
            one.facts.severity,
        )
        for one in found[:BARS]
    )
    plot = BarPlot(Unit.SHARE, bars, Message("report.group-mark" if compared else "report.before-mark"))
    return ReportSection(
        "criteria",
        Message("report.criteria"),
        says=_said_of_criteria(found, other, compared=compared),
        plots=(plot,),
        tables=(Table(heads(*columns), rows),),
        notes=(Message("report.criteria-note"),),
    )


def _criterion_row(
    query: ReportQuery,
    one: CriterionTally,
    past: dict[str, CriterionTally],
    group: dict[str, CriterionTally] | None,
) -> tuple[Cell, ...]:
    of = one.facts.criterion
    report = ReportQuery(ReportKind.CRITERION, query.first, query.last, criterion=of)
    return (
        Label(verbatim(one.facts.severity.value), severity=one.facts.severity),
        Label(one.facts.title, report=report),
        ReportFigure(one.share.total),
        ReportFigure(one.share.count, calls=query.calls(criterion=of, stands=True)),
        of_hundred(one.share),
        ReportFigure(past[of].share.value, Unit.SHARE),
        *((ReportFigure(group[of].share.value, Unit.SHARE),) if group is not None else ()),
        ReportFigure(one.lost, Unit.POINTS),
        ReportFigure(one.confirmed),
        ReportFigure(one.overturned),
        ReportFigure(one.unsettled),
    )


def _said_of_criteria(
    found: Sequence[CriterionTally], other: dict[str, CriterionTally], *, compared: bool
) -> tuple[Message, ...]:
    first = found[0]
    says = [
        Message(
            "report.costliest",
            criterion=title(first.facts.title),
            share=shown(first.share.value, Unit.SHARE),
            lost=shown(first.lost, Unit.POINTS),
        )
    ]
    changed = [one for one in found if differs(one.share, other[one.facts.criterion].share)]
    risen = [one for one in changed if (one.share.value or 0) > (other[one.facts.criterion].share.value or 0)]
    key = "group" if compared else "before"
    if not changed:
        says.append(Message(f"report.difference.none-{key}"))
    elif risen:
        most = max(
            risen, key=lambda one: (one.share.value or 0) - (other[one.facts.criterion].share.value or 0)
        )
        says.append(
            Message(
                f"report.difference.worse-{key}",
                criterion=title(most.facts.title),
                share=shown(most.share.value, Unit.SHARE),
                other=shown(other[most.facts.criterion].share.value, Unit.SHARE),
                count=len(risen),
            )
        )
    else:
        says.append(Message(f"report.difference.better-{key}", count=len(changed)))
    return tuple(says)


def coverage_section(period: Period) -> ReportSection:
    """What could be inspected, and what not."""
    query, now = period.query, period.now
    total = int(now.sum())
    rows: list[tuple[Cell, ...]] = []
    for place, status in enumerate(Status):
        many = int(((period.facts.status == place) & now).sum())
        if many:
            rows.append(
                (
                    Label(Message(f"board.status.{status}")),
                    ReportFigure(many, calls=query.calls(status=status)),
                    ReportFigure(many / total, Unit.SHARE),
                )
            )
    judged = int((period.judged & now).sum())
    hours = float(period.facts.seconds[now].sum()) / 3600
    return ReportSection(
        "coverage",
        Message("report.coverage-title"),
        says=(
            Message(
                "report.coverage-says",
                share=shown(judged / total if total else None, Unit.SHARE),
                calls=f"{judged:,}",
                total=f"{total:,}",
                hours=f"{hours:,.1f}",
            ),
        ),
        tables=(
            Table(
                (head("status"), head("calls"), head("of")),
                tuple(rows),
            ),
        )
        if rows
        else (),
    )
