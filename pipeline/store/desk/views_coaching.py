"""What the coaching part of the desk hands out."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.domain import Call


@dataclass(frozen=True, slots=True)
class Note:
    """Something said to an agent, with the place in the call it speaks of."""

    id: int
    agent_id: str
    call_id: str | None
    criterion: str | None
    starts: float | None
    """Seconds into the call."""
    text: str
    author: str | None
    at: str
    acknowledged_at: str | None


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A call worth hearing; everybody who is signed in may hear it once it is approved."""

    call: Call
    duration: float | None
    score: float | None
    title: str
    note: str
    nominated_by: str | None
    at: str
    approved_by: str | None
    approved: bool
