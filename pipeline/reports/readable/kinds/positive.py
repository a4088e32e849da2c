"""Who did well: several lists, each by a rule that stands above it, and never one ranking of everybody.

A name stands on a list only where its interval is narrow enough to say anything, and only where the agent did
no worse than all of them together: nobody is shown as the last of a list. The order is by the end of the
interval that is sure, so a lucky week of few calls does not come before a good month of many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from pipeline.domain import Scope
from pipeline.intervals import Proportion, differs, wilson
from pipeline.messages import Message
from pipeline.reports.readable.asked import ReportKind, before
from pipeline.reports.readable.counting import Period
from pipeline.reports.readable.groups import ComparedGroup, groups_of
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
from pipeline.reports.readable.plots import shown
from pipeline.reports.readable.source import ReportSource
from pipeline.rubric import Rubric
from pipeline.store.period_calls import Flags

LISTS = ("improved", "fewest", "praised", "comforting", "rated")
MOST_NAMES = 10
WIDEST = 0.2
"""An interval (95 %, Wilson) wider than this says too little to name anybody: ten points to either side. A
share of 5 % needs some 25 calls for it, one of 50 % some 90."""
PRAISE, COMFORT = "praise", "empathy"
"""Phrase codes of the lexicons by which a sheet's bonus and item are found."""


@dataclass(frozen=True, slots=True)
class ListedAgent:
    """Somebody who may stand on a list."""

    who: ComparedGroup
    calls: ReportFigure
    """How many calls it rests on, with their address."""
    sure: float
    """What the list is ordered by, rounded as it is shown: greater is better."""
    past: Proportion | None = None
    """The period before, with its calls."""
    past_calls: ReportFigure | None = None


def sections(source: ReportSource, period: Period, scope: Scope) -> Iterator[ReportSection]:
    judged = period.judged
    now = groups_of(period, ReportKind.AGENT, period.violating, period.now & judged)
    yield _improved(period, now)
    yield _fewest(now)
    yield _praised(source, period, scope, now)
    yield _comforting(source, period)
    yield _rated(source, period, scope, now)


def _improved(period: Period, now: Sequence[ComparedGroup]) -> ReportSection:
    first, last = before(period.first, period.last)
    past = {
        one.place: one.rate
        for one in groups_of(period, ReportKind.AGENT, period.violating, period.earlier & period.judged)
    }
    sure = [one for one in now if _enough(one.rate) and _enough(past[one.place])]
    better = []
    for one in sure:
        was = past[one.place]
        fell = (was.value or 0.0) - (one.rate.value or 0.0)
        if fell > 0 and differs(one.rate, was):
            behind = one.calls.calls(first, last, violating=True)
            cell = replace(of_hundred(was), calls=behind)
            better.append(ListedAgent(one, _behind(one, violating=True), _rounded(fell), was, cell))
    both = sum(bool(one.rate.total and past[one.place].total) for one in now)
    return _list("improved", better, both, both - len(sure), other=True)


def _fewest(now: Sequence[ComparedGroup]) -> ReportSection:
    found = [one for one in now if one.rate.total]
    whole = _whole(found)
    sure = [one for one in found if _enough(one.rate)]
    listed = [
        ListedAgent(one, _behind(one, violating=True), _rounded(1.0 - (one.rate.high or 0.0)))
        for one in sure
        if (one.rate.value or 0.0) <= whole
    ]
    return _list("fewest", listed, len(found), len(found) - len(sure))


def _praised(
    source: ReportSource, period: Period, scope: Scope, now: Sequence[ComparedGroup]
) -> ReportSection:
    bonus = _bonus(source.rubric)
    if bonus is None:
        return _none("praised", Message("report.positive.no-praise"))
    earned = source.earned(period.query.calls(), bonus, scope)
    counts = {agent: (many, 0) for agent, many in earned.items()}
    groups = [replace(one, rate=_of(counts, one, one.rate.total)) for one in now if one.rate.total]
    return _most("praised", groups, criterion=bonus, stands=False)


def _comforting(source: ReportSource, period: Period) -> ReportSection:
    facts = period.facts.criteria
    found = next((facts[name] for name in _comforts(source.rubric) if name in facts), None)
    if found is None:
        return _none("comforting", Message("report.positive.no-comfort"))
    groups = groups_of(
        period,
        ReportKind.AGENT,
        _given(found.eligible, found.standing),
        found.eligible & period.now,
        criterion=found.criterion,
    )
    return _most("comforting", groups, criterion=found.criterion, stands=False)


def _rated(source: ReportSource, period: Period, scope: Scope, now: Sequence[ComparedGroup]) -> ReportSection:
    ratings = source.rated(period.query.calls(), scope)
    groups = [replace(one, rate=_of(ratings, one)) for one in now]
    groups = [one for one in groups if one.rate.total]
    return _most("rated", groups, pleased=True)


def _most(name: str, found: Sequence[ComparedGroup], **behind: object) -> ReportSection:
    """A list of those with the greatest share."""
    whole = _whole(found)
    sure = [one for one in found if _enough(one.rate)]
    listed = [
        ListedAgent(one, _behind(one, **behind), _rounded(one.rate.low or 0.0))
        for one in sure
        if one.rate.count and (one.rate.value or 0.0) >= whole
    ]
    return _list(name, listed, len(found), len(found) - len(sure))


def _list(
    name: str, listed: Sequence[ListedAgent], every: int, few: int, *, other: bool = False
) -> ReportSection:
    """The list as it is shown. Ties stand on one place; a tie that does not fit in is left out whole."""
    title, rule = Message(f"report.positive.list.{name}"), _rule(name)
    notes = (Message("report.positive.few", count=few, of=every),) if few else ()
    if not listed:
        said = Message("report.positive.nobody")
        if few == every:
            said = Message("report.positive.all-few" if every else "report.positive.none")
        return ReportSection(name, title, (rule, said), notes=notes)
    placed, left = _places(listed)
    if not placed:
        tie = Message("report.positive.tie", count=left, most=MOST_NAMES)
        return ReportSection(name, title, (rule, tie), notes=notes)
    best = [one for place, one in placed if place == 1]
    names = Message("join.list", parts=tuple(one.who.name for one in best))
    share = shown(best[0].who.rate.value, Unit.SHARE)
    if left:
        notes = (*notes, Message("report.positive.left", count=left, most=MOST_NAMES))
    columns = ("agent", "place", "counted", "found", "of", *(("before",) if other else ()))
    rows: list[tuple[Cell, ...]] = []
    bars = []
    for place, one in placed:
        figure = replace(of_hundred(one.who.rate), calls=one.calls.calls)
        row = (
            Label(one.who.name, report=one.who.report),
            ReportFigure(place),
            ReportFigure(one.who.rate.total),
            one.calls,
            figure,
        )
        rows.append((*row, one.past_calls) if one.past_calls is not None else row)
        bars.append(ReportBar(one.who.name, figure, one.past.value if one.past else None))
    return ReportSection(
        name,
        title,
        says=(rule, Message("report.positive.first", names=names, share=share)),
        plots=(BarPlot(Unit.SHARE, tuple(bars), Message("report.before-mark") if other else None),),
        tables=(Table(heads(*columns), tuple(rows)),),
        notes=notes,
    )


def _places(listed: Sequence[ListedAgent]) -> tuple[list[tuple[int, ListedAgent]], int]:
    """Who stands on which place, and how many are left out."""
    ordered = sorted(listed, key=lambda one: (-one.sure, one.who.report.agent or ""))
    placed: list[tuple[int, ListedAgent]] = []
    for _, tied in groupby(ordered, key=lambda one: one.sure):
        same = list(tied)
        if len(placed) + len(same) > MOST_NAMES:
            break
        place = len(placed) + 1
        placed += [(place, one) for one in same]
    return placed, len(ordered) - len(placed)


def _none(name: str, why: Message) -> ReportSection:
    return ReportSection(name, Message(f"report.positive.list.{name}"), (_rule(name), why))


def _rule(name: str) -> Message:
    return Message(f"report.positive.rule.{name}")


def _enough(one: Proportion) -> bool:
    return one.low is not None and one.high is not None and one.high - one.low <= WIDEST


def _whole(found: Sequence[ComparedGroup]) -> float:
    total = sum(one.rate.total for one in found)
    return sum(one.rate.count for one in found) / total if total else 0.0


def _rounded(value: float) -> float:
    """As it is shown, tenths of a percent: what looks alike is a tie."""
    return round(value, 3)


def _behind(one: ComparedGroup, **conditions: object) -> ReportFigure:
    """How many calls it is, with their address."""
    many = one.rate.count
    return ReportFigure(many, calls=one.calls.calls(**conditions) if many else None)  # type: ignore[arg-type]


def _of(counts: Mapping[str, tuple[int, int]], one: ComparedGroup, total: int | None = None) -> Proportion:
    many, of = counts.get(one.report.agent or "", (0, 0))
    return wilson(many, of if total is None else max(many, total))


def _given(eligible: Flags, standing: Flags) -> Flags:
    found: Flags = eligible & ~standing
    return found


def _bonus(rubric: Rubric | None) -> str | None:
    """The bonus for praise by the customer."""
    for one in rubric.bonus if rubric is not None else ():
        if PRAISE in getattr(one.earned.options, "codes", ()):
            return one.id
    return None


def _comforts(rubric: Rubric | None) -> tuple[str, ...]:
    """Items that ask for words of comfort."""
    items = rubric.items if rubric is not None else ()
    return tuple(
        one.id for one in items if one.check and one.check.kind == "required-phrase" and COMFORT in one.codes
    )
