"""An agent disagrees: who may do what, and by when.

::

    filed ──accept──> accepted ──decide──> upheld | rejected
      │                  ↑
      ├──(days pass)──> expired ──accept/return by the supervisor
      ├──return───> returned      (the agent may file again while the time to file runs)
      └──withdraw─> withdrawn     (from filed, expired and accepted)

A lead who lets the deadline pass loses the say: the appeal goes up to the supervisor (``expired``) and stays
open; it never dies of silence. The deadline of the panel only reminds: the screens show it as overdue.
Whose verdict is appealed neither gives an opinion nor decides.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from pipeline.domain import Call, Severity
from pipeline.domain.people import User, UserRole, scope_of
from pipeline.domain.review import AppealState
from pipeline.errors import Refused
from pipeline.review import appeals as rules
from pipeline.review.intervals import Proportion


class Step(StrEnum):
    """What can happen to an appeal; each is an event."""

    FILE = "file"
    ACCEPT = "accept"
    RETURN = "return"
    OPINION = "opinion"
    DECIDE = "decide"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
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
class AppealStatus:
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


def seat_of(user: User) -> Seat | None:
    match user.role:
        case UserRole.REVIEWER:
            return Seat.REVIEWER
        case UserRole.LEAD:
            return Seat.LEAD
        case UserRole.SUPERVISOR | UserRole.ADMINISTRATOR:
            return Seat.SUPERVISOR
        case UserRole.AGENT:
            return None


def missing_seats(seats: Collection[Seat]) -> tuple[Seat, ...]:
    """Parties of the panel that were not heard yet."""
    return tuple(seat for seat in Seat if seat not in seats)


def overdue(state: AppealState, due_at: datetime | None, now: datetime) -> bool:
    return state in OPEN and due_at is not None and now >= due_at


def check_step(step: Step, appeal: AppealStatus, user: User | None, *, without_panel: bool = False) -> None:
    """Refuse a step that the state or the person does not allow; ``user`` None is the shell, which may all.

    Raises:
        Refused: with a stable code.
    """
    if appeal.state not in FROM[step]:
        raise Refused(
            f"an appeal that is {appeal.state} has no step {step}",
            code="appeal-state", state=appeal.state.value, step=step.value,
        )  # fmt: skip
    if user is not None:
        _check_person(step, appeal, user)
    if step is Step.DECIDE and not without_panel and (missing := missing_seats(appeal.seats)):
        raise Refused(
            f"the panel is not complete: no opinion of {', '.join(missing)} yet",
            code="appeal-panel", missing=tuple(seat.value for seat in missing),
        )  # fmt: skip


def _check_person(step: Step, appeal: AppealStatus, user: User) -> None:
    if not scope_of(user).holds(agent_id=appeal.agent_id, team=appeal.team):
        raise Refused("this appeal belongs to another team", code="appeal-scope")
    supervisor = seat_of(user) is Seat.SUPERVISOR
    match step:
        case Step.ACCEPT | Step.RETURN:
            if not supervisor and (user.role is not UserRole.LEAD or appeal.state is AppealState.EXPIRED):
                raise Refused("this step is the team lead's, or the supervisor's when the lead let it lie",
                              code="appeal-lead")  # fmt: skip
        case Step.OPINION:
            if seat_of(user) is None:
                raise Refused("only the panel gives opinions", code="appeal-seat")
            if user.id in appeal.excluded:
                raise Refused("who decided before does not sit on the panel", code="appeal-own")
            if user.id in appeal.heard:
                raise Refused("you gave your opinion already; add a comment", code="appeal-heard")
        case Step.DECIDE:
            if not supervisor:
                raise Refused("the supervisor decides", code="appeal-supervisor")
            if user.id in appeal.excluded:
                raise Refused("who decided before does not decide the appeal", code="appeal-own")
        case Step.WITHDRAW:
            if not (user.role is UserRole.AGENT or supervisor):
                raise Refused("only the agent withdraws an appeal", code="appeal-agent")
        case _:
            pass


def steps_for(appeal: AppealStatus, user: User) -> frozenset[Step]:
    """What this person can do now: the controls a screen shows."""
    found = set()
    for step in (Step.ACCEPT, Step.RETURN, Step.OPINION, Step.DECIDE, Step.WITHDRAW, Step.COMMENT):
        try:
            check_step(step, appeal, user, without_panel=True)
        except Refused:
            continue
        found.add(step)
    return frozenset(found)


def waits_for(appeal: AppealStatus, user: User) -> bool:
    """True where the next step is theirs: a supervisor may accept at once, but the lead is asked first; one
    opinion of each party is enough; and nobody is asked to decide before all were heard."""
    seat, turns = seat_of(user), set()
    if seat is Seat.LEAD or appeal.state is AppealState.EXPIRED:
        turns.add(Step.ACCEPT)
    if seat not in appeal.seats:
        turns.add(Step.OPINION)
    if not missing_seats(appeal.seats):
        turns.add(Step.DECIDE)
    return bool(steps_for(appeal, user) & turns)


def sees_opinions(appeal: AppealStatus, user: User | None) -> bool:
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
    standing: AppealStatus
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
    upheld: Proportion
    """With the 95 % Wilson interval."""


@dataclass(frozen=True, slots=True)
class UpheldRates:
    overall: UpheldRate
    criteria: tuple[UpheldRate, ...]
    reviewers: tuple[UpheldRate, ...]
    """``reviewer`` None: findings of the machine that nobody had confirmed."""
