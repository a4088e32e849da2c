"""What the calibrations' part of the desk hands out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain import Call, Outcome, Severity


class CalibrationState(StrEnum):
    OPEN = "open"
    """Everybody scores blind."""
    CLOSED = "closed"
    """Compared; nobody scores any more."""


@dataclass(frozen=True, slots=True)
class Scorer:
    """Somebody who was invited, and how far they are."""

    user: int
    name: str
    calls: int
    """Calls they have scored."""


@dataclass(frozen=True, slots=True)
class CalibrationCall:
    call: Call
    duration: float | None
    place: int
    scored_by: frozenset[int]


@dataclass(frozen=True, slots=True)
class Calibration:
    id: int
    title: str
    state: CalibrationState
    expert: int | None
    opened_by: int | None
    opened_at: str
    closed_at: str | None
    calls: tuple[CalibrationCall, ...]
    scorers: tuple[Scorer, ...]
    """By name."""

    @property
    def open(self) -> bool:
        return self.state is CalibrationState.OPEN

    def invited(self, user: int | None) -> bool:
        return any(scorer.user == user for scorer in self.scorers)


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A criterion to score on a call, with the own score. What the machine says is left out on purpose."""

    criterion: str
    title: str
    section: str
    severity: Severity | None
    outcome: Outcome | None
    comment: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says about one criterion."""

    outcome: Outcome
    comment: str = ""
