"""Teams, queues or agents beside each other, in the order of their names: nobody is ranked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.intervals import Proportion, differs, wilson
from pipeline.messages import Message, Text, verbatim
from pipeline.reports.readable.asked import NAMED, ReportKind, ReportQuery
from pipeline.reports.readable.counting import Period, count, scores, share
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
from pipeline.reports.readable.parts import BARS, of_hundred
from pipeline.reports.readable.plots import agent_name, shown
from pipeline.store.period_calls import Codes, Flags, PeriodCalls

ROWS = 300
"""Most rows of a table: a workbook of all is what exports are for."""


@dataclass(frozen=True, slots=True)
class ComparedGroup:
    """One of those that stand beside each other."""

    place: int
    name: Text
    calls: ReportQuery
    """Its calls among those that the report is about."""
    report: ReportQuery
    """The report about it alone."""
    rate: Proportion


def groups_of(
    period: Period, kind: ReportKind, part: Flags, of: Flags, *, criterion: str | None = None
) -> tuple[ComparedGroup, ...]:
    """Those with calls, each with the share of ``part`` in ``of``."""
    codes, names = coded(period.facts, kind)
    parts, totals = count(codes, len(names), part & of), count(codes, len(names), of)
    present = count(codes, len(names), period.now)
    found = []
    for place in map(int, np.flatnonzero(present if criterion is None else totals)):
        key, name = names[place]
        mine = {NAMED[kind]: key}
        found.append(
            ComparedGroup(
                place,
                name,
                replace(period.query, **mine),  # type: ignore[arg-type]
                ReportQuery(kind, period.first, period.last, criterion=criterion, **mine),  # type: ignore[arg-type]
                wilson(int(parts[place]), int(totals[place])),
            )
        )
    return tuple(found)


def coded(facts: PeriodCalls, kind: ReportKind) -> tuple[Codes, list[tuple[str, Text]]]:
    """Which of them each call is of, with the key and the name of each."""
    match kind:
        case ReportKind.TEAM:
            return facts.team, [(name, verbatim(name)) for name in facts.teams]
        case ReportKind.QUEUE:
            return facts.queue, [(name, verbatim(name)) for name in facts.queues]
        case _:
            return facts.agent, [(one.agent_id, agent_name(one.agent_id, one.name)) for one in facts.agents]


def groups_section(period: Period, kind: ReportKind) -> ReportSection | None:
    """How each did; None where there is nothing to compare."""
    facts, now = period.facts, period.now
    of = now & period.judged
    found = groups_of(period, kind, period.violating, of)
    if len(found) < 2:
        return None
    codes, names = coded(facts, kind)
    every = count(codes, len(names), now)
    flagged = count(codes, len(names), now & facts.flagged)
    scored = now & ~np.isnan(facts.score)
    many = count(codes, len(names), scored)
    means, lows, highs = (
        count(codes, len(names), scored, values) / np.maximum(1, many)
        for values in (facts.score, facts.low, facts.high)
    )
    rows: list[tuple[Cell, ...]] = []
    for one in found:
        at = one.place
        mean = ReportFigure(None, Unit.SCORE)
        if many[at]:
            mean = ReportFigure(float(means[at]), Unit.SCORE, _finite(lows[at]), _finite(highs[at]))
        waits = one.calls.calls(flagged=True) if flagged[at] else None
        rows.append(
            (
                Label(one.name, report=one.report),
                ReportFigure(every[at], calls=one.calls.calls()),
                mean,
                ReportFigure(flagged[at], calls=waits),
                of_hundred(one.rate, one.calls, violating=True),
            )
        )
    rows = [*rows[:ROWS], *_nobody(period, kind, codes)]
    bars = [ReportBar(one.name, of_hundred(one.rate, one.calls, violating=True)) for one in found]
    table = Table(heads(NAMED[kind], "calls", "mean", "flagged", "share"), tuple(rows))
    return compared(kind, found, share(period.violating, of), bars, table)


_WITHOUT = {
    ReportKind.TEAM: Message("report.without.team"),
    ReportKind.QUEUE: Message("report.without.queue"),
    ReportKind.AGENT: Message("report.without.agent"),
}


def _nobody(period: Period, kind: ReportKind, codes: Codes) -> Iterator[tuple[Cell, ...]]:
    """The row of calls of which nobody says whose they are: without it the table does not add up. No link
    leads to them, for no filter chooses them."""
    rest = period.now & (codes < 0)
    if not rest.any():
        return
    mine = scores(period.facts, rest)
    yield (
        Label(_WITHOUT[kind]),
        ReportFigure(int(rest.sum())),
        ReportFigure(mine.mean, Unit.SCORE, mine.low, mine.high),
        ReportFigure(int((rest & period.facts.flagged).sum())),
        of_hundred(share(period.violating, rest & period.judged)),
    )


def compared(
    kind: ReportKind,
    found: Sequence[ComparedGroup],
    whole: Proportion,
    bars: Sequence[ReportBar],
    table: Table,
) -> ReportSection:
    """The section of such a table: how many lie over all of them together by more than chance; drawn where
    they are few."""
    over = sum(differs(one.rate, whole) and (one.rate.value or 0) > (whole.value or 0) for one in found)
    notes: tuple[Message, ...] = (Message("report.interval-note"),)
    if len(found) > ROWS:
        notes = (*notes, Message("report.rows-cut", count=ROWS))
    return ReportSection(
        f"{kind}s",
        Message(f"report.groups.{kind}"),
        says=(
            Message(
                f"report.groups-say.{kind}",
                count=len(found),
                over=over,
                whole=shown(whole.value, Unit.SHARE),
            ),
        ),
        plots=(BarPlot(Unit.SHARE, tuple(bars)),) if len(bars) <= 2 * BARS else (),
        tables=(table,),
        notes=notes,
    )


def _finite(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
