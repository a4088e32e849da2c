"""Counts over the calls of a period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from pipeline.domain import Status
from pipeline.intervals import Proportion, wilson
from pipeline.reports.readable.asked import ChartStep, ReportQuery, before
from pipeline.store.period_calls import Codes, CriterionFacts, Flags, Numbers, PeriodCalls

CHART_DAYS = 30
"""A chart of a short period begins so many days before its end, so that there are points to compare."""
LONG_DAYS = 93
"""Of a longer period each point is a week."""
_JUDGED = [place for place, status in enumerate(Status) if status in (Status.INSPECTED, Status.PARTIAL)]


@dataclass(frozen=True)
class Period:
    """The calls that a report looks at: those of its days, of the days before, and of its charts."""

    query: ReportQuery
    first: date
    last: date
    facts: PeriodCalls
    """Everything from the period before on; of a group where one is compared with it."""
    own: Flags
    """Calls of whom the report is about, of whatever day."""

    @cached_property
    def judged(self) -> Flags:
        """Calls with a score sheet that applies."""
        found: Flags = np.isin(self.facts.status, _JUDGED)
        return found

    @property
    def violating(self) -> Flags:
        """Calls in which some violation still stands."""
        return (self.facts.worst >= 0) & self.judged

    @cached_property
    def now(self) -> Flags:
        return self.own & self.between(self.first, self.last)

    @cached_property
    def earlier(self) -> Flags:
        return self.own & self.between(*before(self.first, self.last))

    @cached_property
    def group(self) -> Flags:
        """The same days of everybody that was read."""
        return self.between(self.first, self.last)

    @property
    def compared(self) -> bool:
        """Whether there is a group beside those the report is about."""
        return not bool(self.own.all())

    @property
    def charted(self) -> tuple[date, date]:
        """First and last day of the charts: of a period that is not over, to the last day with calls."""
        last = max((day for day in self.facts.days if day <= self.last), default=self.last)
        return min(self.first, last - timedelta(days=CHART_DAYS - 1)), self.last

    @property
    def step(self) -> ChartStep:
        if self.query.step is not None:
            return self.query.step
        return ChartStep.WEEK if (self.last - self.first).days >= LONG_DAYS else ChartStep.DAY

    def between(self, first: date, last: date) -> Flags:
        inside = np.array([first <= day <= last for day in self.facts.days], bool)
        if not len(inside):
            return np.zeros(0, bool)
        found: Flags = inside[self.facts.day]
        return found

    @cached_property
    def steps(self) -> tuple[tuple[tuple[date, date], ...], Codes]:
        """First and last day of each step of the charts, and the step of every call (-1: before them)."""
        first, last = self.charted
        spans: list[tuple[date, date]] = []
        of_day = np.full(len(self.facts.days), -1, np.int32)
        for place, day in enumerate(self.facts.days):
            if not first <= day <= last:
                continue
            start = day if self.step is ChartStep.DAY else day - timedelta(days=day.weekday())
            end = day if self.step is ChartStep.DAY else start + timedelta(days=6)
            if not spans or spans[-1][0] != start:
                spans.append((start, end))
            of_day[place] = len(spans) - 1
        return tuple(spans), of_day[self.facts.day] if len(of_day) else np.zeros(0, np.int32)


def count(codes: Codes, size: int, where: Flags, weights: Numbers | None = None) -> Numbers:
    """For each code how many of these calls have it, or the sum of their weights."""
    chosen = where & (codes >= 0)
    of = None if weights is None else weights[chosen]
    found: Numbers = np.bincount(codes[chosen], of, minlength=size).astype(float)
    return found


def share(part: Flags, of: Flags) -> Proportion:
    """With its 95 % Wilson interval."""
    return wilson(int((part & of).sum()), int(of.sum()))


@dataclass(frozen=True, slots=True)
class Scores:
    """Mean scores of some calls; None where none has a score."""

    calls: int
    mean: float | None
    low: float | None
    """If everything that is not settled counts."""
    high: float | None
    pending: int


def scores(facts: PeriodCalls, where: Flags) -> Scores:
    scored = where & ~np.isnan(facts.score)
    many = int(scored.sum())
    if not many:
        return Scores(0, None, None, None, 0)
    return Scores(
        many,
        float(facts.score[scored].mean()),
        float(np.nanmean(facts.low[scored])) if not np.isnan(facts.low[scored]).all() else None,
        float(np.nanmean(facts.high[scored])) if not np.isnan(facts.high[scored]).all() else None,
        int((scored & ~facts.final).sum()),
    )


@dataclass(frozen=True, slots=True)
class CriterionTally:
    """One criterion over some calls."""

    facts: CriterionFacts
    share: Proportion
    """Calls with a violation as it stands, of those it was judged in."""
    lost: float
    """Points of a hundred of these calls that violations which still stand took."""
    confirmed: int
    overturned: int
    unsettled: int
    """Violations that nobody has reviewed, or about which people are still to speak."""


def tally(period: Period, one: CriterionFacts, where: Flags) -> CriterionTally:
    standing, failed = one.standing & where, one.failed & where
    judged = int((period.judged & where).sum())
    taken = float(-one.points[failed & ~one.overturned].sum())
    return CriterionTally(
        facts=one,
        share=wilson(int(standing.sum()), int((one.eligible & where).sum())),
        lost=100 * taken / judged if judged else 0.0,
        confirmed=int((one.confirmed & where).sum()),
        overturned=int((one.overturned & where).sum()),
        unsettled=int((failed & ~one.overturned & ~one.confirmed).sum()),
    )


def ranked(period: Period, where: Flags) -> tuple[CriterionTally, ...]:
    """Criteria that were violated: those that cost most points of a hundred calls first, then the most
    frequent."""
    every = (tally(period, one, where) for one in period.facts.criteria.values())
    hit = [one for one in every if one.share.count]
    return tuple(sorted(hit, key=lambda one: (-one.lost, -one.share.count, one.facts.criterion)))


def agents_of(facts: PeriodCalls, where: Flags) -> Sequence[int]:
    """Indexes of the agents who have such calls."""
    return [int(code) for code in np.unique(facts.agent[where]) if code >= 0]
