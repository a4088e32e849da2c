"""What the store counts for a month: calls, working days and errors of each agent."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from pipeline.domain import Severity

LAST_YEAR = 9998
"""The day after a month must exist."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month."""

    year: int
    number: int

    @classmethod
    def read(cls, text: str) -> Month | None:
        """``2026-10``; None where it is no month."""
        found = re.fullmatch(r"(\d{4})-(\d{2})", text)
        if found is None or not 1 <= int(found[2]) <= 12 or not 1 <= int(found[1]) <= LAST_YEAR:
            return None
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    @property
    def before(self) -> Month | None:
        """None before the first month there is."""
        if self.number > 1:
            return Month(self.year, self.number - 1)
        return Month(self.year - 1, 12) if self.year > 1 else None

    @property
    def after(self) -> Month | None:
        """None after the last."""
        if self.number < 12:
            return Month(self.year, self.number + 1)
        return Month(self.year + 1, 1) if self.year < LAST_YEAR else None

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"


LIABILITIES = ("none", "light", "medium", "grave")
"""Verdicts of liability for a complaint, the gravest last, as alerts have them."""


class Standing(StrEnum):
    """How far an error is from being certain. Each error of a month has just one."""

    CONFIRMED = "confirmed"
    """People confirmed it, nobody is to speak about it any more, and no appeal about it is open."""
    APPEALED = "appealed"
    """An appeal about it is not decided yet, whatever stands so far."""
    OPEN = "open"
    """People spoke about it, and somebody is still to speak."""
    UNREVIEWED = "unreviewed"
    """The machine says so, and nobody has listened."""
    FLAGGED = "flagged"
    """Likewise, of a criterion that takes no points until a person confirms it (docs/trust.md)."""
    OVERTURNED = "overturned"
    """People said that it is none."""


@dataclass(frozen=True, slots=True)
class ErrorCount:
    """Errors of one agent against one criterion: the calls in which it is broken, by how certain that is."""

    criterion: str
    title: str
    severity: Severity
    confirmed: int = 0
    appealed: int = 0
    open: int = 0
    unreviewed: int = 0
    flagged: int = 0
    overturned: int = 0

    @property
    def pending(self) -> int:
        """Neither confirmed for good nor overturned."""
        return self.appealed + self.open + self.unreviewed + self.flagged


@dataclass(frozen=True, slots=True)
class AgentMonth:
    """A month of one agent; without ``agent_id`` the calls of which nobody knows whose they are."""

    agent_id: str | None
    agent_name: str | None
    team: str | None
    calls: int
    """Inspected ones: those that could be judged, wholly or in part."""
    days: int
    """Working days: days with such a call."""
    scored: int = 0
    points: float = 0.0
    """Sum of the scores, nothing that is not settled counted against the agent."""
    passing: int = 0
    """Calls that pass whatever comes of what is not settled."""
    may_pass: int = 0
    """Calls that pass if none of it counts."""
    errors: tuple[ErrorCount, ...] = ()
    liabilities: Mapping[str, int] = field(default_factory=dict)
    """Verdict -> complaints (calls) of which it is the gravest that is final: the alert is closed."""
    unclosed: int = 0
    """Complaints that somebody has judged and nobody has closed."""


@dataclass(frozen=True, slots=True)
class CountedFinding:
    """One error with the call that it is in: what a figure of the sheet leads to."""

    call_id: str
    day: date
    agent_id: str | None
    agent_name: str | None
    team: str | None
    criterion: str
    title: str
    severity: Severity
    standing: Standing
