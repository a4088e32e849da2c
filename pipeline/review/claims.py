"""Who has a call open, and who is to look at it next.

A claim keeps a call for one person and ends by itself. Whoever goes on from a call without having decided it
finds it behind all others, until it changes or the shift is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.domain import FindingVerdict, Next, ReviewState
from pipeline.domain.people import UserRole
from pipeline.errors import Conflict, Refused

CLAIM_MINUTES = 20.0
"""A reviewer who stays away longer than this gives the call back."""
CLAIM_AT_MOST = CLAIM_MINUTES + 1.0
"""Minutes ahead that a claim can end: clocks of two machines differ a little."""
SKIPPED_HOURS = 12.0
"""One shift: the next day begins anew."""
REVIEWING = (UserRole.REVIEWER, UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
"""Roles that review, and that calls can be given to."""
_LAST_WORD = (UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts on a call: an account, or the command line, which acts for the supervisor."""

    id: int | None
    """Key of the account; None: the command line."""
    role: UserRole | None = None
    agent_id: str | None = None
    """The agent that this account is, where it is one too."""

    @property
    def has_last_word(self) -> bool:
        """Whether this person ends disputes and doubts, and takes back what others said."""
        return self.id is None or self.role in _LAST_WORD


@dataclass(frozen=True, slots=True)
class Claim:
    """A call that somebody has open."""

    by: int
    until: datetime
    """With an offset."""
    name: str = ""
    """Name to show of who has it."""

    def holds(self, now: datetime) -> bool:
        """Whether it keeps others out. One that reaches further than any claim can was made by a clock that
        was ahead: it holds nothing."""
        return now < self.until <= now + timedelta(minutes=CLAIM_AT_MOST)


def claim(
    current: Claim | None, by: int, *, now: datetime, minutes: float = CLAIM_MINUTES
) -> tuple[Claim, bool]:
    """The claim on a call once this person has taken it, and whether it is new (or only longer).

    Raises:
        Conflict: ``claimed``: somebody else has it open.
    """
    check_free(current, by, now=now)
    mine = current is not None and current.by == by and current.holds(now)
    return Claim(by, now + timedelta(minutes=minutes)), not mine


def check_free(current: Claim | None, by: int | None, *, now: datetime) -> None:
    """Nobody acts on a call that somebody else has open: not on a page, by JSON or from the shell.

    Raises:
        Conflict: ``claimed``.
    """
    if current is not None and current.by != by and current.holds(now):
        raise Conflict(
            f"{current.name} has this call open",
            code="claimed",
            who=current.name,
            until=current.until.isoformat(),
        )


def own_call(agent_id: str | None, own: str | None) -> bool:
    """Whether a call of this agent is somebody's own, by the agent number of their account."""
    return own is not None and own == agent_id


def check_impartial(agent_id: str | None, actor: Actor) -> None:
    """Nobody reviews a call that they are the agent of; whoever reviews none at all is told that instead.

    Raises:
        Refused: ``own-call``.
    """
    if actor.role in REVIEWING and own_call(agent_id, actor.agent_id):
        raise Refused("this is a call of your own agent number; somebody else reviews it", code="own-call")


def waits_for(one: FindingVerdict, actor: Actor) -> bool:
    """Whether a finding about which somebody has spoken waits for this person's word.

    The queue asks the same of many findings at once, in SQL; a test keeps both equal.
    """
    if one.state is not ReviewState.OPEN:
        return False
    match one.next:
        case Next.REVIEWER:
            return True
        case Next.ANOTHER:
            return actor.id not in (one.by, one.second)
        case Next.SUPERVISOR:
            return actor.has_last_word
        case Next.NOBODY:
            return False
