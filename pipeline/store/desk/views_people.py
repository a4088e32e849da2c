"""What the people's part of the desk hands out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipeline.domain.people import User


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A browser that is signed in. ``token`` is the digest; nobody can make the cookie from it."""

    token: str
    user: User
    csrf: str
    created_at: str
    seen_at: str
    expires_at: str
    agent: str | None


@dataclass(frozen=True, slots=True)
class UserRow:
    """An account as administrators see it."""

    user: User
    created_at: str
    has_password: bool
    subject: str | None
    seen_at: str | None
    """When a session of theirs was last used."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    id: int
    at: str
    user: User | None
    action: str
    subject: str | None
    details: dict[str, Any] = field(default_factory=dict)
    address: str | None = None
    call_id: str | None = None
    audio_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team as the call lists name it, with its size."""

    team: str | None
    calls: int
    agents: int
