"""Which call, who took part, and which files hold its sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pipeline.domain.listed import Satisfaction

AUDIO_CHANNELS = ("left", "right", "mono")
"""What a call list may claim about the agent's channel; empty means: find out."""


class IdSource(StrEnum):
    """Who named a call."""

    LIST = "list"
    """The call list: its word counts before that of any other."""
    TEMPLATE = "template"
    """A file-name template."""
    PATH = "path"
    """Nobody: the id is where the first file of this sound lay, relative to the dump."""


class Role(StrEnum):
    """Who speaks. ``UNKNOWN`` only where nothing tells the parties apart; ``ANNOUNCEMENT`` is a recording
    that the line plays, and nobody's speech."""

    AGENT = "agent"
    CUSTOMER = "customer"
    UNKNOWN = "unknown"
    ANNOUNCEMENT = "announcement"

    @property
    def other(self) -> Role:
        match self:
            case Role.AGENT:
                return Role.CUSTOMER
            case Role.CUSTOMER:
                return Role.AGENT
            case _:  # nobody talks to an announcement
                return Role.UNKNOWN


PARTIES = (Role.AGENT, Role.CUSTOMER)
"""The two parties of a call."""


@dataclass(frozen=True, slots=True)
class Call:
    """The facts a CTI system knows about a call; None where it does not say."""

    call_id: str
    agent_id: str | None = None
    agent_name: str | None = None
    team: str | None = None
    queue: str | None = None
    direction: str | None = None
    customer_number: str | None = None
    started_at: datetime | None = None
    agent_channel: str | None = None
    """One of AUDIO_CHANNELS as the switch claims it, or None: find out."""
    satisfaction: Satisfaction | None = None
    """How the customer rated it; None: the list has no rating of it."""

    @property
    def header(self) -> CallHeader:
        """What people who review may read of these facts."""
        return CallHeader(
            call_id=self.call_id,
            agent_id=self.agent_id,
            agent_name=self.agent_name,
            team=self.team,
            queue=self.queue,
            direction=self.direction,
            started_at=self.started_at,
            satisfaction=self.satisfaction,
        )


@dataclass(frozen=True, slots=True)
class CallHeader:
    """What pages and answers tell of a call: a named list of its facts. The customer's telephone number is
    none of them, so that whatever holds a header can be shown whole."""

    call_id: str
    agent_id: str | None
    agent_name: str | None
    team: str | None
    queue: str | None
    direction: str | None
    started_at: datetime | None
    satisfaction: Satisfaction | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """A call and its sound: one file, or one file per party."""

    call: Call
    paths: tuple[Path, ...]
    """One file; or two, agent's first, where the switch writes one file per party."""
    sha256: str
    """Hex digest over the bytes of all files in order: the identity of the audio."""


def other_ids(call: Call, sha256: str) -> Iterator[str]:
    """Ids for other sound under a known call id, best first: with the day of the call, with its digest."""
    if call.started_at is not None:
        yield f"{call.call_id}@{call.started_at.date().isoformat()}"
    for size in (8, 16, 64):
        yield f"{call.call_id}@{sha256[:size]}"
