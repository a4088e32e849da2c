"""Whose voice is heard in a call: pieces of each party's speech, as a speaker network describes them.

A voice is sensitive data. These values live as long as the run that needs them; see `pipeline.batch.voices`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.domain.call import Role
from pipeline.domain.roles import RoleEvidence
from pipeline.domain.span import Span


@dataclass(frozen=True, slots=True)
class VoicePiece:
    """A few seconds of one party's speech."""

    party: int
    """0 or 1, as in `Segment`."""
    span: Span
    """From its first to its last sound."""
    vector: bytes = field(repr=False)
    """A unit vector, 32-bit floats, little-endian: alike for like voices."""


@dataclass(frozen=True, slots=True)
class CallVoices:
    """The voices of one call, and what else tells its parties apart."""

    embedder: str
    """The network that made the vectors; those of another cannot be compared."""
    roles: tuple[Role, ...]
    """Of party 0 and party 1, as the inspection has them now."""
    parties: tuple[int, ...]
    """Of every utterance of the transcript, in its order."""
    evidence: RoleEvidence
    """What claim, words and order say for party 0 being the agent and party 1 the customer."""
    duration: float
    """Seconds of the recording."""
    pieces: tuple[VoicePiece, ...] = field(repr=False)
    """In time order, those of party 0 first."""
