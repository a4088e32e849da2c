"""An agent disagrees: who may do what, and by when.

::

    filed ──accept──> accepted ──decide──> upheld | rejected
      │                  ↑
      ├──(days pass)──> expired ──accept/return by the supervisor
      ├──return───> returned      (the agent may file again while the time to file runs)
      └──withdraw─> withdrawn     (from filed, expired and accepted; also where the call turns out to be
                                   another agent's, who may file then)

A lead who lets the deadline pass loses the say: the appeal goes up to the supervisor (``expired``) and stays
open; it never dies of silence. The deadline of the panel only reminds: the screens show it as overdue.
Whose verdict is appealed neither gives an opinion nor decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from pipeline.domain import CallHeader, Severity
from pipeline.domain.people import User
from pipeline.domain.review import AppealState
from pipeline.intervals import Proportion


class Step(StrEnum):
    """What can happen to an appeal; each is an event."""

    FILE = "file"
    ACCEPT = "accept"
    RETURN = "return"
    OPINION = "opinion"
    DECIDE = "decide"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    REASSIGN = "reassign"
    """The call list says that the call is another agent's."""
    COMMENT = "comment"


class Opinion(StrEnum):
    """What a member of the panel, and in the end the supervisor, says."""

    UPHOLD = "uphold"
    REJECT = "reject"


class Seat(StrEnum):
    """The three parties of the panel."""

    REVIEWER = "reviewer"
    LEAD = "lead"
    SUPERVISOR = "supervisor"


OPEN = frozenset({AppealState.FILED, AppealState.EXPIRED, AppealState.ACCEPTED})
"""States in which something is still to happen."""

FROM: Mapping[Step, frozenset[AppealState]] = {
    Step.ACCEPT: frozenset({AppealState.FILED, AppealState.EXPIRED}),
    Step.RETURN: frozenset({AppealState.FILED, AppealState.EXPIRED}),
    Step.OPINION: frozenset({AppealState.ACCEPTED}),
    Step.DECIDE: frozenset({AppealState.ACCEPTED}),
    Step.WITHDRAW: OPEN,
    Step.EXPIRE: frozenset({AppealState.FILED}),
    Step.REASSIGN: OPEN,
    Step.COMMENT: frozenset(AppealState),
}
"""In which states a step can be taken."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How long everybody has, in days of 24 hours."""

    file_days: float = 7
    """To file, from the inspection or the verdict that is appealed, whichever came last."""
    lead_days: float = 3
    """For the team lead, from the filing."""
    panel_days: float = 5
    """For the panel and the decision, from the acceptance."""

    def file_by(self, *since: datetime | None) -> datetime:
        """The last moment to file, given when it was inspected, confirmed, returned (None: it was not)."""
        return max(moment for moment in since if moment is not None) + timedelta(days=self.file_days)

    def lead_by(self, filed_at: datetime) -> datetime:
        return filed_at + timedelta(days=self.lead_days)

    def panel_by(self, accepted_at: datetime) -> datetime:
        return accepted_at + timedelta(days=self.panel_days)


@dataclass(frozen=True, slots=True)
class AppealStanding:
    """What the rules look at in an appeal."""

    state: AppealState
    agent_id: str | None
    team: str | None
    excluded: frozenset[int] = frozenset()
    """Whose verdict is appealed (and who filed it)."""
    seats: frozenset[Seat] = frozenset()
    """Parties of the panel that were heard."""
    heard: frozenset[int] = frozenset()
    """People who gave an opinion."""


def overdue(state: AppealState, due_at: datetime | None, now: datetime) -> bool:
    return state in OPEN and due_at is not None and now >= due_at


def sees_opinions(appeal: AppealStanding, user: User | None) -> bool:
    """Members hear each other only after they spoke; everybody else (and the agent) after the decision."""
    return user is None or appeal.state not in OPEN or user.id in appeal.heard


@dataclass(frozen=True, slots=True)
class AppealEvent:
    """Something that happened to an appeal; never changed."""

    id: int
    kind: Step
    opinion: Opinion | None
    comment: str
    by: int | None
    """None: the shell, time itself (``expire``), or the call list (``reassign``)."""
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
    call: CallHeader
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
    standing: AppealStanding
    events: tuple[AppealEvent, ...]
    """In the order they came."""

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def overdue(self) -> bool:
        return overdue(self.state, self.due_at, datetime.now(UTC))

    def as_seen_by(self, user: User) -> Appeal:
        """The appeal without the opinions that this person may not know yet."""
        if sees_opinions(self.standing, user):
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
    upheld: Proportion
    """With the 95 % Wilson interval."""


@dataclass(frozen=True, slots=True)
class UpheldRates:
    overall: UpheldRate
    criteria: tuple[UpheldRate, ...]
    reviewers: tuple[UpheldRate, ...]
    """``reviewer`` None: findings of the machine that nobody had confirmed."""
