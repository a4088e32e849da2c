"""A row of the call list as it is judged, and the reasons for which one cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum


class Reason(StrEnum):
    """Why a row could not be judged: it never counts as a violation."""

    NO_TIME = "no-time"
    NO_CLOCK = "no-clock"
    """A day without the time of day."""
    NO_ZONE = "no-zone"
    """World time, and nobody says in which zone the centre is."""
    NO_NUMBER = "no-number"
    """None, or one with its digits hidden: two customers could look like one."""
    NO_DIRECTION = "no-direction"
    NO_ANSWER_STATE = "no-answer-state"
    """Nobody says whether it was answered, or the row says both."""
    NO_QUEUE = "no-queue"
    NO_TEAM = "no-team"
    NO_PURPOSE = "no-purpose"
    NO_RELATION = "no-relation"
    NO_CASE = "no-case"
    NO_HISTORY = "no-history"
    """The stored rows do not reach back far enough."""
    NO_DURATION = "no-duration"
    UNCLEAR_FILE = "unclear-file"
    """The recording is still being copied, or cannot be told from another."""
    FOLDER_INCOMPLETE = "folder-incomplete"
    """So many recordings of the day lack that the folder, not the recorder, lacks them."""
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class StoredRow:
    """One row; None where the list does not say."""

    id: int
    agent_id: str | None = None
    agent_name: str | None = None
    team: str | None = None
    queue: str | None = None
    direction: str | None = None
    started_at: datetime | None = None
    clock: bool = True
    number: str | None = None
    """A digest: the same for the same number."""
    number_end: str | None = None
    answered: bool | None = None
    talk_seconds: float | None = None
    relation: str | None = None
    case: str | None = None
    purpose: str | None = None
    recorded: str = "unclear"
    """``found``, ``missing`` or ``unclear``."""
    damaged: bool = False
    day: str = ""
    """That the store counts it under, ISO 8601."""


def wall_clock(row: StoredRow, zone: tzinfo | None) -> datetime | Reason:
    """When the row began by the clock of the centre, or why that is not known.

    A time without a zone, or with the offset of one, is the clock on the wall where it was written. World
    time (an offset of nothing) is that of no centre: it is told by ``zone`` or not at all.
    """
    started = row.started_at
    if row.damaged:
        return Reason.DAMAGED
    if started is None:
        return Reason.NO_TIME
    if not row.clock:
        return Reason.NO_CLOCK
    if started.tzinfo is None:
        return started
    if zone is not None:
        at = started.astimezone(zone).replace(tzinfo=None)
        # A day alone that was written in world time, 16:00 of the day before in China, is midnight here.
        return Reason.NO_CLOCK if at.time() == time.min else at
    if started.utcoffset() == timedelta(0):
        return Reason.NO_ZONE
    return started.replace(tzinfo=None)
