"""What people are told in the application: that something is there for them, never what it says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NoticeKind(StrEnum):
    APPEAL = "appeal-decided"
    NOTE = "note"
    """Somebody wrote to the agent."""
    NOTE_READ = "note-read"
    GOAL = "goal"
    GOAL_KNOWN = "goal-acknowledged"
    GOAL_DUE = "goal-due"
    GOAL_ENDED = "goal-ended"
    CALLS = "calls-assigned"
    EXEMPLAR = "exemplar-approved"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that somebody is told; where it leads is for pages to say."""

    id: int
    kind: NoticeKind
    at: str
    read_at: str | None
    call_id: str | None
    goal: int | None
    number: int | None
    """Key of the appeal or note, or how many calls."""
    agent_id: str | None
    """To whom the goal was set, or the note written."""
