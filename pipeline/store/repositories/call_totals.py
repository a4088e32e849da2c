"""Sums over calls, as the database adds them up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    and_,
    case,
    func,
)

from pipeline.domain import Status
from pipeline.store.filter import CURRENT
from pipeline.store.review_tables import cases
from pipeline.store.tables import calls, inspections


def number(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """A sum that is 0 where there is nothing to add."""
    return func.coalesce(func.sum(value), 0)


@dataclass(frozen=True, slots=True)
class CallTotals:
    """Sums over calls, with people's verdicts in them."""

    calls: int = 0
    judged: int = 0
    """Calls with a score sheet that applies."""
    scored: int = 0
    points: float = 0.0
    lows: float = 0.0
    """The points that are left if everything that is not settled counts."""
    highs: float = 0.0
    """The points that are left if none of it does."""
    pending: int = 0
    """Calls whose score is not final."""
    passing: int = 0
    """Calls that pass whatever comes of what is not settled."""
    may_pass: int = 0
    """Calls that pass if none of it counts."""
    flagged: int = 0
    violating: int = 0
    """Calls in which some violation still stands."""
    open: int = 0
    """Flagged calls that wait for a person."""
    seconds: float = 0.0

    @property
    def mean(self) -> float | None:
        return self.points / self.scored if self.scored else None

    @property
    def means(self) -> tuple[float, float] | None:
        """The least and the greatest mean that can come of it."""
        return (self.lows / self.scored, self.highs / self.scored) if self.scored else None

    @property
    def pass_shares(self) -> tuple[float, float] | None:
        """The least and the greatest share of scored calls that can come to pass."""
        return (self.passing / self.scored, self.may_pass / self.scored) if self.scored else None

    def __add__(self, other: CallTotals) -> CallTotals:
        return CallTotals(
            self.calls + other.calls,
            self.judged + other.judged,
            self.scored + other.scored,
            self.points + other.points,
            self.lows + other.lows,
            self.highs + other.highs,
            self.pending + other.pending,
            self.passing + other.passing,
            self.may_pass + other.may_pass,
            self.flagged + other.flagged,
            self.violating + other.violating,
            self.open + other.open,
            self.seconds + other.seconds,
        )


JOINED: FromClause = calls.join(cases, cases.c.call == calls.c.id).join(inspections, CURRENT)


def is_true(value: ColumnElement[Any]) -> ColumnElement[int]:
    return case((value, 1), else_=0)


TOTALS = (
    func.count().label("calls"),
    number(is_true(inspections.c.status.in_([Status.INSPECTED.value, Status.PARTIAL.value]))).label("judged"),
    func.count(cases.c.score).label("scored"),
    number(cases.c.score).label("points"),
    number(cases.c.score_low).label("lows"),
    number(cases.c.score_high).label("highs"),
    number(is_true(and_(cases.c.score.is_not(None), ~cases.c.final))).label("pending"),
    number(is_true(cases.c.passes_low)).label("passing"),
    number(is_true(cases.c.passes_high)).label("may_pass"),
    number(is_true(inspections.c.flagged)).label("flagged"),
    number(is_true(cases.c.worst.is_not(None))).label("violating"),
    number(is_true(cases.c.state == "open")).label("open"),
    number(inspections.c.duration).label("seconds"),
)
"""The columns of a :class:`Tally`, over :data:`JOINED`."""


def read_totals(row: Any) -> CallTotals:
    return CallTotals(**{name: row._mapping[name] for name in CallTotals.__dataclass_fields__})
