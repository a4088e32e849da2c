"""What the appeals' part of the desk hands out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pipeline.domain import Call, Severity
from pipeline.domain.people import User
from pipeline.domain.review import AppealState
from pipeline.review import appeals as rules
from pipeline.review.appeals import Opinion, Seat, Standing, Step
from pipeline.review.intervals import Share


@dataclass(frozen=True, slots=True)
class AppealEvent:
    """Something that happened to an appeal; never changed."""

    id: int
    kind: Step
    opinion: Opinion | None
    comment: str
    by: int | None
    """None: the shell, or (``expire``) time itself."""
    by_name: str | None
    seat: Seat | None
    at: datetime

    def blind(self, user: User) -> AppealEvent:
        """The event without what another member of the panel said."""
        if self.kind is not Step.OPINION or self.by == user.id:
            return self
        return replace(self, opinion=None, comment="")


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal with everything that happened to it."""

    id: int
    call: Call
    criterion: str
    title: str
    """What the sheet calls the criterion."""
    severity: Severity | None
    state: AppealState
    reason: str
    filed_by: int | None
    filed_by_name: str | None
    filed_at: datetime
    due_at: datetime | None
    """By when the next step is to be taken; None where nothing is to happen any more."""
    decided_at: datetime | None
    reviewer: int | None
    """Whose verdict is appealed; None: the machine's finding, which nobody had confirmed."""
    reviewer_name: str | None
    version: int
    standing: Standing
    events: tuple[AppealEvent, ...]
    """In the order they came."""

    @property
    def open(self) -> bool:
        return self.state in rules.OPEN

    @property
    def overdue(self) -> bool:
        return rules.overdue(self.state, self.due_at, datetime.now(UTC))

    def as_seen_by(self, user: User) -> Appeal:
        """The appeal without the opinions that this person may not know yet."""
        if rules.sees_opinions(self.standing, user):
            return self
        return replace(self, events=tuple(event.blind(user) for event in self.events))

    @property
    def opinions(self) -> tuple[AppealEvent, ...]:
        return tuple(event for event in self.events if event.kind is Step.OPINION)

    @property
    def decision(self) -> AppealEvent | None:
        return next((event for event in self.events if event.kind is Step.DECIDE), None)


@dataclass(frozen=True, slots=True)
class UpheldRate:
    """How many of the decided appeals were right."""

    criterion: str | None
    """None: all criteria."""
    title: str | None
    """What sheets call it."""
    reviewer: int | None
    reviewer_name: str | None
    upheld: Share
    """With the 95 % Wilson interval."""


@dataclass(frozen=True, slots=True)
class UpheldRates:
    overall: UpheldRate
    criteria: tuple[UpheldRate, ...]
    reviewers: tuple[UpheldRate, ...]
    """``reviewer`` None: findings of the machine that nobody had confirmed."""
