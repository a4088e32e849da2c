"""Which report is asked for: its kind, its days, and whose calls."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from pipeline.store.filter import CallFilter

MOST_DAYS = 366
"""A report is about no more days than this."""
EARLIEST, LATEST = date(1990, 1, 1), date(9990, 12, 31)
"""Days around which there are others to compare with."""


class ReportKind(StrEnum):
    """Name of a report on the command line and in addresses."""

    NIGHT = "night"
    """The latest night that was inspected: all calls of its day."""
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    AGENT = "agent"
    TEAM = "team"
    QUEUE = "queue"
    CRITERION = "criterion"
    TRAINING = "training"
    POSITIVE = "positive"
    """Who did well: several lists, each by its own rule."""
    QUALITY = "quality"
    REVIEWERS = "reviewers"
    """How those who review get on; of a reviewer, their own figures."""


class ChartStep(StrEnum):
    """What a point of a chart stands for."""

    DAY = "day"
    WEEK = "week"


NAMED = {
    ReportKind.AGENT: "agent",
    ReportKind.TEAM: "team",
    ReportKind.QUEUE: "queue",
    ReportKind.CRITERION: "criterion",
}
"""Kinds that are about one thing, and the field that says which."""


@dataclass(frozen=True, slots=True)
class ReportQuery:
    kind: ReportKind
    first: date | None = None
    last: date | None = None
    agent: str | None = None
    team: str | None = None
    queue: str | None = None
    criterion: str | None = None
    step: ChartStep | None = None
    """What a point of a chart is; None: a day, in a long period a week."""

    def calls(self, first: date | None = None, last: date | None = None, **more: object) -> CallFilter:
        """The calls it is about, of other days where they are given."""
        return CallFilter(
            agent=self.agent,
            team=self.team,
            queue=self.queue,
            date_from=first or self.first,
            date_to=last or self.last,
            **more,  # type: ignore[arg-type]
        )


def period_of(
    kind: ReportKind, latest: date, first: date | None = None, last: date | None = None
) -> tuple[date, date]:
    """The days of a report where they are not given: up to the latest day with calls.

    Night and day: that day. Week: its Monday to Sunday. Month: its calendar month; everything else too, for
    fewer days say little about one agent.
    """
    if first is not None or last is not None:
        start = min(max(first or last or latest, EARLIEST), LATEST)
        end = min(max(last or latest, start), LATEST)
        return max(start, end - timedelta(days=MOST_DAYS - 1)), end
    match kind:
        case ReportKind.NIGHT | ReportKind.DAY:
            return latest, latest
        case ReportKind.WEEK:
            return week_of(latest)
        case _:
            return month_of(latest)


def week_of(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def month_of(day: date) -> tuple[date, date]:
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def before(first: date, last: date) -> tuple[date, date]:
    """The period to compare with: the calendar month before a whole month, else as many days before."""
    if (first, last) == month_of(first):
        return month_of(first - timedelta(days=1))
    length = last - first + timedelta(days=1)
    return first - length, first - timedelta(days=1)
