"""Goals of coaching: one or two behaviours at a time, a day on which they are looked at again, and what later
calls say.

A goal accuses nobody anew: it counts calls that are judged already, by the verdicts that stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from pipeline.errors import Refused
from pipeline.intervals import Proportion, differs, wilson

MOST_OPEN = 2
"""Goals of one agent at a time: nobody changes more than one or two habits at once."""
BEFORE_DAYS = 30
"""Days before the talk that later calls are compared with."""
FIRST_WEEKS = 28
"""Days until a goal is looked at, where nobody says otherwise."""


class GoalState(StrEnum):
    OPEN = "open"
    """Set; the agent has not said that they know."""
    ACKNOWLEDGED = "acknowledged"
    REACHED = "reached"
    MISSED = "not-reached"
    WITHDRAWN = "withdrawn"


UNDER_WAY = frozenset({GoalState.OPEN, GoalState.ACKNOWLEDGED})


class GoalStep(StrEnum):
    SET = "set"
    ACKNOWLEDGE = "acknowledge"
    """The agent has read it."""
    TALK = "talk"
    """The lead has spoken with the agent: from the next day on calls count."""
    REACH = "reach"
    MISS = "miss"
    WITHDRAW = "withdraw"
    COMMENT = "comment"


ENDS: Mapping[GoalStep, GoalState] = {
    GoalStep.REACH: GoalState.REACHED,
    GoalStep.MISS: GoalState.MISSED,
    GoalStep.WITHDRAW: GoalState.WITHDRAWN,
}
"""Steps that end a goal: a person's word, whatever the figures say."""


class GoalChange(StrEnum):
    """What the calls since the talk say beside those before it."""

    NOT_YET = "not-yet"
    """Nobody has spoken with the agent, or there is no call since in which the criterion applied."""
    UNSURE = "unsure"
    """Too few calls to say: the intervals touch."""
    BETTER = "better"
    WORSE = "worse"
    """By what people have settled: nobody is told that they got worse by the machine's word alone."""
    UNREVIEWED = "unreviewed"
    """It would be worse if all were so that nobody has reviewed."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Calls of some days in which the criterion applied, and those in which it was violated as it stands."""

    first: date
    last: date
    broken: int
    applied: int
    unreviewed: int
    """Of ``broken``: nobody has settled them; the machine alone says so."""

    @property
    def share(self) -> Proportion:
        return wilson(self.broken, self.applied)


@dataclass(frozen=True, slots=True)
class Recheck:
    """Calls before the talk and since. The day of the talk counts for neither side, and a call of which
    nobody knows when it began does not count at all."""

    before: Counted
    since: Counted | None
    """None: nobody has spoken with the agent, or it was today."""

    @property
    def change(self) -> GoalChange:
        if self.since is None or not self.since.applied:
            return GoalChange.NOT_YET
        if not differs(self.before.share, self.since.share):
            return GoalChange.UNSURE
        if (self.since.share.value or 0) < (self.before.share.value or 0):
            return GoalChange.BETTER
        settled = wilson(self.since.broken - self.since.unreviewed, self.since.applied)
        more = (settled.value or 0) > (self.before.share.value or 0)
        return GoalChange.WORSE if more and differs(self.before.share, settled) else GoalChange.UNREVIEWED


def days_before(talked: date | None, set_on: date) -> tuple[date, date]:
    """First and last day that a goal compares with."""
    day = talked or set_on
    return day - timedelta(days=BEFORE_DAYS), day - timedelta(days=1)


def days_since(talked: date | None, ended: date | None, today: date) -> tuple[date, date] | None:
    """First and last day of the re-check; None while there is none."""
    last = min(ended or today, today)
    if talked is None or talked >= last:
        return None
    return talked + timedelta(days=1), last


def check_due(due: date, today: date) -> None:
    """
    Raises:
        Refused: ``goal-due``: the day is over, or more than a year away.
    """
    if not today < due <= today + timedelta(days=366):
        raise Refused("a goal is due on a day after today, within a year", code="goal-due")


def check_room(under_way: Mapping[str, int], criterion: str, *, insist: bool) -> None:
    """May one more goal be set?

    Args:
        under_way: criterion -> number of the goal about it.

    Raises:
        Refused: ``goal-known``: there is one about this criterion; ``goal-many``: there are two already, and
            nobody insists.
    """
    if criterion in under_way:
        raise Refused("there is a goal about this already", code="goal-known", goal=under_way[criterion])
    if len(under_way) >= MOST_OPEN and not insist:
        raise Refused("one or two goals at a time", code="goal-many", count=len(under_way))


def next_state(step: GoalStep, state: GoalState) -> GoalState:
    """
    Raises:
        Refused: ``goal-state``: it has ended.
    """
    if state not in UNDER_WAY and step is not GoalStep.COMMENT:
        raise Refused(f"the goal is {state} already", code="goal-state", state=state.value)
    if step is GoalStep.ACKNOWLEDGE:
        return GoalState.ACKNOWLEDGED
    return ENDS.get(step, state)
