"""How reviewers get on: what they finish, how long a call takes, what is open, and how they agree.

In the order of their names, never by speed: a fast reviewer is no better one. A reviewer reads about
themselves alone, those who lead about everybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import combinations

from pipeline.domain import Scope
from pipeline.intervals import wilson
from pipeline.messages import Message, verbatim
from pipeline.reports.readable.counting import Period
from pipeline.reports.readable.heads import heads
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
from pipeline.store.repositories.inspection_quality import QualityFigures
from pipeline.store.repositories.reviewer_pace import ReviewerPace

FEWEST_TIMED = 5
"""With fewer timed calls a median says nothing of how somebody works."""
MOST_BARS = 31
"""Days that are drawn one by one."""


def sections(source: ReportSource, period: Period, scope: Scope) -> Iterator[ReportSection]:
    paces = source.store.reviewer_paces.of(period.first, period.last, scope, user=source.reader)
    figures = source.store.inspection_quality.figures(period.query.calls(period.first, period.last), scope)
    yield _pace(period, paces)
    yield _minutes(paces)
    yield _agreement(figures, source.reader)
    yield _appeals(figures, source.reader)


def _pace(period: Period, paces: Sequence[ReviewerPace]) -> ReportSection:
    days: Counter[date] = Counter()
    for one in paces:
        days.update(one.finished)
    every = sorted(minute for one in paces for minute in one.minutes)
    whole = ReviewerPace(0, "", dict(days), tuple(every), sum(one.open for one in paces))
    title = Message("report.pace")
    if not paces:
        return ReportSection("pace", title, (Message("report.pace-none"),))
    headlines = (
        Headline(Message("report.column.finished"), ReportFigure(days.total())),
        Headline(Message("report.column.minutes"), ReportFigure(_told(whole), Unit.SCORE)),
        Headline(Message("report.column.open-now"), ReportFigure(whole.open)),
    )
    said = Message("report.pace-says", count=len(paces), finished=f"{days.total():,}", days=len(days))
    bars = _by_day(period, days)
    return ReportSection(
        "pace",
        title,
        says=(said,),
        plots=(BarPlot(Unit.COUNT, bars),) if bars else (),
        headlines=headlines,
        tables=(Table(heads("reviewer", "days", "finished", "a-day", "open-now"), tuple(map(_row, paces))),),
        notes=(Message("report.pace-note"),),
    )


def _by_day(period: Period, days: Counter[date]) -> tuple[ReportBar, ...]:
    """Every day from the first to the last with a finished call; none where they are too many."""
    if not days or (max(days) - min(days)).days >= MOST_BARS:
        return ()
    every = (min(days) + timedelta(days=n) for n in range((max(days) - min(days)).days + 1))
    return tuple(ReportBar(verbatim(day.isoformat()), ReportFigure(days[day])) for day in every)


def _row(one: ReviewerPace) -> tuple[Cell, ...]:
    finished = sum(one.finished.values())
    worked = len(one.finished)
    return (
        Label(verbatim(one.name)),
        ReportFigure(worked),
        ReportFigure(finished),
        ReportFigure(finished / worked if worked else None, Unit.SCORE),
        ReportFigure(one.open),
    )


def _told(one: ReviewerPace) -> float | None:
    return one.median if len(one.minutes) >= FEWEST_TIMED else None


def _minutes(paces: Sequence[ReviewerPace]) -> ReportSection:
    """The middle one of the times from taking a call to finishing it."""
    title = Message("report.minutes")
    timed = [one for one in paces if one.minutes]
    if not timed:
        return ReportSection("minutes", title, (Message("report.minutes-none"),))
    few = Label(Message("report.too-few"))
    rows: list[tuple[Cell, ...]] = []
    bars: list[ReportBar] = []
    for one in timed:
        figure = ReportFigure(_told(one), Unit.SCORE)
        known = figure.value is not None
        rows.append((Label(verbatim(one.name)), ReportFigure(len(one.minutes)), figure if known else few))
        if known:
            bars.append(ReportBar(verbatim(one.name), figure))
    says = Message("report.minutes-say", count=sum(len(one.minutes) for one in timed), enough=len(bars))
    return ReportSection(
        "minutes",
        title,
        says=(says,),
        plots=(BarPlot(Unit.SCORE, tuple(bars)),) if bars else (),
        tables=(Table(heads("reviewer", "timed", "minutes"), tuple(rows)),),
        notes=(Message("report.minutes-note", fewest=FEWEST_TIMED),),
    )


def _agreement(figures: QualityFigures, reader: int | None) -> ReportSection:
    pairs: Counter[int] = Counter()
    same: Counter[int] = Counter()
    for one in figures.doubles:
        for (first, said), (second, other) in combinations(one.said.items(), 2):
            for user in (first, second):
                pairs[user] += 1
                same[user] += said == other
    those = [user for user in pairs if reader in (None, user)]
    if not those:
        return ReportSection("agreement", Message("report.agreement"), (Message("report.no-doubles"),))
    rows: list[tuple[Cell, ...]] = []
    bars: list[ReportBar] = []
    for user in sorted(those, key=lambda user: figures.reviewers[user]):
        name, rate = verbatim(figures.reviewers[user]), of_hundred(wilson(same[user], pairs[user]))
        rows.append((Label(name), ReportFigure(pairs[user]), rate))
        bars.append(ReportBar(name, rate))
    whole = wilson(sum(same[one] for one in those), sum(pairs[one] for one in those))
    told = Message("report.reviewers-agree", share=shown(whole.value, Unit.SHARE), count=whole.total)
    return ReportSection(
        "agreement",
        Message("report.agreement"),
        says=(told,),
        plots=(BarPlot(Unit.SHARE, tuple(bars)),),
        tables=(Table(heads("reviewer", "pairs", "agreed"), tuple(rows)),),
        notes=(Message("report.agreement-note"),),
    )


def _appeals(figures: QualityFigures, reader: int | None) -> ReportSection:
    """Of reviewers alone: what was decided about findings that nobody had confirmed is the machine's."""
    found = [one for one in figures.by_reviewer if one.key is not None and reader in (None, int(one.key))]
    title = Message("report.appeals")
    if not found:
        return ReportSection("appeals", title, (Message("report.no-appeals"),))
    rows: list[tuple[Cell, ...]] = []
    for one in found:
        rate = of_hundred(wilson(one.upheld, one.upheld + one.rejected))
        name = verbatim(one.name or one.key or "")
        rows.append((Label(name), ReportFigure(one.upheld), ReportFigure(one.rejected), rate))
    total = sum(one.upheld + one.rejected for one in found)
    upheld = sum(one.upheld for one in found)
    bars = tuple(
        ReportBar(row[0].text, row[3])
        for row in rows
        if isinstance(row[0], Label) and isinstance(row[3], ReportFigure)
    )
    return ReportSection(
        "appeals",
        title,
        says=(Message("report.reviewer-appeals", count=total, upheld=upheld),),
        plots=(BarPlot(Unit.SHARE, bars),),
        tables=(Table(heads("reviewer", "upheld", "rejected", "upheld-share"), tuple(rows)),),
        notes=(Message("report.appeals-note"),),
    )
