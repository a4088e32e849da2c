"""Rows of the call list beyond sound: tries without an answer, who was reached, how customers rated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Satisfaction(StrEnum):
    """How the customer rated the call, the best first; a call whose list has no rating has none of these."""

    VERY_SATISFIED = "very-satisfied"
    SATISFIED = "satisfied"
    NEUTRAL = "neutral"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very-dissatisfied"
    NOT_RATED = "not-rated"
    """Asked, and gave no answer."""


PLEASED = (Satisfaction.VERY_SATISFIED, Satisfaction.SATISFIED)
"""Ratings of a customer who was content."""


class Relation(StrEnum):
    """Whom the agent reached."""

    SELF = "self"
    """The customer themself."""
    THIRD_PARTY = "third-party"
    EMERGENCY = "emergency"
    """The contact whom the customer named for emergencies."""


class Recorded(StrEnum):
    """Whether the sound of a row was there when the list was read."""

    FOUND = "found"
    MISSING = "missing"
    UNCLEAR = "unclear"
    """Still being copied, or two rows claim the same file."""


@dataclass(frozen=True, slots=True)
class ListedCall:
    """One row of the call list, with or without a recording; None where the list does not say."""

    call_id: str | None
    """The list's own, or that of the call its file became."""
    row_id: str | None = None
    """What tells this row from others, whatever is corrected in it: the list's own id, or the file."""
    agent_id: str | None = None
    agent_name: str | None = None
    team: str | None = None
    queue: str | None = None
    direction: str | None = None
    customer_number: str | None = None
    """As written. The store keeps a keyed digest and the last four digits of it."""
    started_at: datetime | None = None
    clock: bool = True
    """False where the list gives a day without the time of day."""
    answered: bool | None = None
    talk_seconds: float | None = None
    relation: Relation | None = None
    case_id: str | None = None
    """The case or contract it is about; the store keeps a keyed digest."""
    purpose: str | None = None
    recorded: Recorded = Recorded.UNCLEAR
    damaged: bool = False
    """The row has too few or too many fields: values may stand under the wrong heading."""
