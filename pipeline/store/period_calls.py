"""What reports count: the calls of a period as columns, one place of each array for each call.

A month of 300,000 calls is read once and counted by any day, agent, team, queue or criterion without asking
the database again; as arrays it takes some 30 MiB.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Severity

Flags = NDArray[np.bool_]
Codes = NDArray[np.int32]
Numbers = NDArray[np.float64]


class StoredOutcome(IntEnum):
    """What the machine said of a criterion in a call; in this order it is stored in an array."""

    ABSENT = 0
    """The sheet of the call has no such criterion, or nothing was judged."""
    PASSED = 1
    FAILED = 2
    NOT_APPLICABLE = 3
    UNDETERMINED = 4


@dataclass(frozen=True, slots=True, eq=False)
class CriterionFacts:
    """One criterion over the calls."""

    criterion: str
    title: str
    severity: Severity
    outcome: NDArray[np.int8]
    """Values of :class:`StoredOutcome`; passed too where people answer an item and said so."""
    confirmed: Flags
    """A person says that it was violated, whatever the machine said."""
    overturned: Flags
    open: Flags
    """People are still to speak."""
    points: Numbers
    """Taken by the machine where it failed: negative, or 0."""

    @property
    def failed(self) -> Flags:
        found: Flags = self.outcome == StoredOutcome.FAILED
        return found

    @property
    def standing(self) -> Flags:
        """Violated as it stands: with what people added and without what they overturned."""
        found: Flags = (self.failed & ~self.overturned) | self.confirmed
        return found

    @property
    def eligible(self) -> Flags:
        """Judged, passed or failed; and where people added a violation."""
        found: Flags = (self.outcome == StoredOutcome.PASSED) | self.failed | self.confirmed
        return found

    @property
    def undetermined(self) -> Flags:
        found: Flags = self.outcome == StoredOutcome.UNDETERMINED
        return found

    @property
    def asked(self) -> Flags:
        """Where it applied, whether or not it could be determined."""
        return self.eligible | self.undetermined


@dataclass(frozen=True, slots=True)
class AgentFacts:
    """An agent as the latest of these calls has them."""

    agent_id: str
    name: str | None
    team: str | None


@dataclass(frozen=True, slots=True, eq=False)
class PeriodCalls:
    """The calls that were chosen, in the order of their keys."""

    days: tuple[date, ...]
    day: Codes
    """Index into ``days``, which has every day that calls count under, in order."""
    agents: tuple[AgentFacts, ...]
    agent: Codes
    """Index into ``agents``; -1: nobody knows whose call it was."""
    teams: tuple[str, ...]
    team: Codes
    queues: tuple[str, ...]
    queue: Codes
    status: Codes
    """Index into the members of ``Status``."""
    score: Numbers
    """With people's verdicts in it; NaN where there is none."""
    low: Numbers
    high: Numbers
    final: Flags
    passes: Flags
    """Passes whatever comes of what is not settled."""
    may_pass: Flags
    flagged: Flags
    worst: Codes
    """Index into the members of ``Severity``; -1: no violation stands."""
    open: Flags
    """Waits for a person."""
    alerted: Flags
    seconds: Numbers
    criteria: Mapping[str, CriterionFacts]

    def __len__(self) -> int:
        return len(self.day)
