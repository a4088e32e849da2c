"""How good the inspection itself is: of the machine, and of the people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from pipeline.domain import Scope
from pipeline.intervals import wilson
from pipeline.messages import Message, Text, title, verbatim
from pipeline.reports.readable.asked import ReportKind, ReportQuery
from pipeline.reports.readable.counting import Period, share
from pipeline.reports.readable.heads import heads
from pipeline.reports.readable.model import (
    BarPlot,
    Cell,
    Label,
    ReportBar,
    ReportFigure,
    ReportSection,
    Table,
    Unit,
)
from pipeline.reports.readable.parts import of_hundred
from pipeline.reports.readable.plots import agent_name, share_section, shown
from pipeline.reports.readable.source import ReportSource
from pipeline.review.agreement import fleiss_kappa, percent_agreement
from pipeline.store.period_calls import Flags
from pipeline.store.repositories.inspection_quality import DecidedAppeals, QualityFigures

FEWEST_DOUBLES = 18
"""With fewer findings that several people judged, no kappa is told: D. V. Cicchetti and J. L. Fleiss, Applied
Psychological Measurement 1 (1977), ask for 2 k² items, and people say one of k = 3 words."""
WIDEST = 0.5
"""Of appeals an interval (95 %, Wilson) wider than this says nothing about one person: some 4 decided ones
where all went one way, some 12 where half did."""


def sections(source: ReportSource, period: Period, scope: Scope) -> Iterator[ReportSection]:
    figures = source.store.inspection_quality.figures(period.query.calls(period.first, period.last), scope)
    yield _trust(period, figures)
    yield _drift(period)
    yield from _undetermined(period)
    yield _agreement(figures)
    yield _appeals(period, figures)
    yield from _appeals_of_agents(period, figures)
    yield _work(figures)


def _trust(period: Period, figures: QualityFigures) -> ReportSection:
    rows: list[tuple[Cell, ...]] = []
    bars: list[ReportBar] = []
    sums = [0, 0]
    for one in period.facts.criteria.values():
        confirmed = int((one.confirmed & one.failed & period.now).sum())
        overturned = int((one.overturned & period.now).sum())
        added = figures.missed.get(one.criterion, 0)
        if not (confirmed or overturned or added):
            continue
        precision = wilson(confirmed, confirmed + overturned)
        missed = wilson(min(added, figures.heard), figures.heard)
        undetermined = share(one.undetermined, one.asked & period.now)
        report = ReportQuery(ReportKind.CRITERION, period.first, period.last, criterion=one.criterion)
        behind = period.query.calls(period.first, period.last, criterion=one.criterion)
        rows.append(
            (
                Label(verbatim(one.severity.value), severity=one.severity),
                Label(one.title, report=report),
                ReportFigure(confirmed, calls=behind),
                ReportFigure(overturned, calls=behind if overturned else None),
                of_hundred(precision),
                of_hundred(missed),
                of_hundred(undetermined),
            )
        )
        bars.append(ReportBar(one.title, of_hundred(precision), severity=one.severity))
        sums = [sums[0] + confirmed, sums[1] + confirmed + overturned]
    if not rows:
        return ReportSection("trust", Message("report.trust"), (Message("report.nothing-settled"),))
    values = [2.0 if bar.figure.value is None else bar.figure.value for bar in bars]
    order = sorted(range(len(rows)), key=values.__getitem__)
    whole = wilson(*sums)
    # the one that is most surely low, not one that few findings make look so
    worst = min(bars, key=lambda bar: 2.0 if bar.figure.high is None else bar.figure.high)
    columns = ("class", "criterion", "confirmed", "overturned", "precision", "missed", "undetermined")
    return ReportSection(
        "trust",
        Message("report.trust"),
        says=(
            Message(
                "report.trust-says",
                share=shown(whole.value, Unit.SHARE),
                low=shown(whole.low, Unit.SHARE),
                high=shown(whole.high, Unit.SHARE),
                total=f"{whole.total:,}",
                criterion=title(str(worst.name)),
                worst=shown(worst.figure.value, Unit.SHARE),
            ),
        ),
        plots=(BarPlot(Unit.SHARE, tuple(bars[n] for n in order if bars[n].figure.value is not None)),),
        tables=(Table(heads(*columns), tuple(rows[n] for n in order)),),
        notes=(
            Message("report.precision-note"),
            Message("report.missed-note", count=figures.heard)
            if figures.heard
            else Message("report.missed-none"),
        ),
    )


def _every(period: Period, part: str) -> Flags:
    """Calls in which the word on some criterion is so."""
    found = np.zeros(len(period.facts), bool)
    for one in period.facts.criteria.values():
        found |= one.failed & getattr(one, part)
    return found


def _drift(period: Period) -> ReportSection:
    overturned = _every(period, "overturned")
    settled = overturned | _every(period, "confirmed")
    return share_section(
        period,
        overturned,
        settled & period.own,
        id="drift",
        title=Message("report.drift"),
        behind=lambda first, last: period.query.calls(first, last, flagged=True),
    )


def _undetermined(period: Period) -> Iterator[ReportSection]:
    found = np.zeros(len(period.facts), bool)
    for one in period.facts.criteria.values():
        found |= one.undetermined
    yield share_section(
        period,
        found,
        period.judged & period.own,
        id="undetermined",
        title=Message("report.control-undetermined-any"),
        behind=lambda first, last: period.query.calls(first, last),
    )


def _agreement(figures: QualityFigures) -> ReportSection:
    items = [tuple(one.said.values()) for one in figures.doubles]
    agreed = percent_agreement(items)
    kappa = fleiss_kappa(items) if len(items) >= FEWEST_DOUBLES else None
    if agreed is None:
        return ReportSection("agreement", Message("report.agreement"), (Message("report.no-doubles"),))
    same: dict[int, int] = defaultdict(int)
    pairs: dict[int, int] = defaultdict(int)
    for one in figures.doubles:
        for (a, said), (b, other) in combinations(one.said.items(), 2):
            for user in (a, b):
                pairs[user] += 1
                same[user] += said == other
    rows = tuple(
        (
            Label(verbatim(figures.reviewers[user])),
            ReportFigure(pairs[user]),
            of_hundred(wilson(same[user], pairs[user])),
        )
        for user in sorted(pairs, key=lambda user: figures.reviewers[user])
    )
    bars = tuple(ReportBar(row[0].text, row[2]) for row in rows)
    columns = ("reviewer", "pairs", "agreed")
    key = "report.agreement-says" if kappa is not None else "report.agreement-few"
    return ReportSection(
        "agreement",
        Message("report.agreement"),
        says=(
            Message(
                key,
                count=len(items),
                share=shown(agreed, Unit.SHARE),
                **({"kappa": shown(kappa, Unit.RATIO)} if kappa is not None else {"least": FEWEST_DOUBLES}),
            ),
        ),
        plots=(BarPlot(Unit.SHARE, bars),),
        tables=(Table(heads(*columns), rows),),
        notes=(Message("report.agreement-note"),),
    )


def _appeals(period: Period, figures: QualityFigures) -> ReportSection:
    upheld = sum(one.upheld for one in figures.by_agent)
    total = upheld + sum(one.rejected for one in figures.by_agent)
    if not total:
        return ReportSection("appeals", Message("report.appeals"), (Message("report.no-appeals"),))
    whole = wilson(upheld, total)
    reviewers = _decided(period, figures.by_reviewer, "reviewer")
    return ReportSection(
        "appeals",
        Message("report.appeals"),
        says=(
            Message(
                "report.appeals-say",
                count=total,
                upheld=upheld,
                share=shown(whole.value, Unit.SHARE),
                low=shown(whole.low, Unit.SHARE),
                high=shown(whole.high, Unit.SHARE),
            ),
        ),
        plots=(BarPlot(Unit.SHARE, bars),) if (bars := _known(reviewers)) else (),
        tables=(reviewers,),
        notes=(Message("report.appeals-note"),),
    )


def _known(table: Table) -> tuple[ReportBar, ...]:
    """Those of whom there is enough to say."""
    return tuple(
        ReportBar(row[0].text, row[3])
        for row in table.rows
        if isinstance(row[0], Label) and isinstance(row[3], ReportFigure)
    )


def _appeals_of_agents(period: Period, figures: QualityFigures) -> Iterator[ReportSection]:
    """Whose appeals were upheld: whom the inspection was unfair to, or who appeals well."""
    if not figures.by_agent:
        return
    table = _decided(period, figures.by_agent, "agent")
    bars = _known(table)
    facts = {"count": len(table.rows), "enough": len(bars)}
    yield ReportSection(
        "appeal-agents",
        Message("report.appeal-agents"),
        says=(Message("report.appeal-agents-say", **facts),),
        plots=(BarPlot(Unit.SHARE, bars),) if bars else (),
        tables=(table,),
        notes=(Message("report.appeal-agents-note"),),
    )


def _decided(period: Period, found: Sequence[DecidedAppeals], whose: str) -> Table:
    rows: list[tuple[Cell, ...]] = []
    few = Label(Message("report.too-few"))
    for one in found:
        name: Text
        report = None
        if whose == "agent":
            name = agent_name(one.key, one.name)
            if one.key is not None:
                report = ReportQuery(ReportKind.AGENT, period.first, period.last, agent=one.key)
        else:
            name = Message("report.machine") if one.key is None else verbatim(one.name or one.key)
        rate = wilson(one.upheld, one.upheld + one.rejected)
        rows.append(
            (
                Label(name, report=report),
                ReportFigure(one.upheld),
                ReportFigure(one.rejected),
                of_hundred(rate) if (rate.high or 0.0) - (rate.low or 0.0) <= WIDEST else few,
            )
        )
    columns = (whose, "upheld", "rejected", "upheld-share")
    return Table(
        heads(*columns),
        tuple(rows),
        Message(f"report.appeals-by.{whose}"),
    )


def _work(figures: QualityFigures) -> ReportSection:
    if not figures.work:
        return ReportSection("work", Message("report.work"), (Message("report.no-work"),))
    rows: list[tuple[Cell, ...]] = []
    bars: list[ReportBar] = []
    for one in figures.work:
        name: Text = Message("report.shell") if one.user is None else verbatim(one.name or str(one.user))
        rows.append(
            (
                Label(name),
                ReportFigure(one.days),
                ReportFigure(one.calls),
                ReportFigure(one.finished),
                ReportFigure(one.finished / one.days if one.days else None, Unit.SCORE),
                ReportFigure(one.verdicts),
                of_hundred(wilson(one.overturned, one.on_findings)),
                ReportFigure(one.unsure),
                ReportFigure(one.additions),
            )
        )
        bars.append(ReportBar(name, ReportFigure(one.verdicts)))
    columns = (
        "reviewer",
        "days",
        "looked",
        "finished",
        "a-day",
        "verdicts",
        "overturns",
        "unsure",
        "additions",
    )
    verdicts = sum(one.verdicts for one in figures.work)
    most = max(figures.work, key=lambda one: one.verdicts)
    return ReportSection(
        "work",
        Message("report.work"),
        says=(
            Message(
                "report.work-says",
                count=len(figures.work),
                verdicts=f"{verdicts:,}",
                finished=f"{sum(one.finished for one in figures.work):,}",
                part=shown(most.verdicts / verdicts if verdicts else None, Unit.SHARE),
            ),
        ),
        plots=(BarPlot(Unit.COUNT, tuple(bars)),),
        tables=(Table(heads(*columns), tuple(rows)),),
        notes=(Message("report.work-note"),),
    )
