"""What people say about findings. Machine findings are never edited: these stand beside them."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What a person found when they listened to a finding."""

    CONFIRMED = "confirmed"
    OVERTURNED = "overturned"
    UNSURE = "unsure"
    """Cannot tell from the recording."""


class AppealState(StrEnum):
    """How far an appeal has come."""

    FILED = "filed"
    """Waits for the team lead."""
    RETURNED = "returned"
    """The lead sent it back: not a case for the panel."""
    ACCEPTED = "accepted"
    """The panel listens; the supervisor decides."""
    UPHELD = "upheld"
    """The agent was right: the finding falls."""
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    """The lead let the deadline pass."""
