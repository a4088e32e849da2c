"""The swap point: what any speech engine takes and gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from pipeline.domain import Sound, Span

NO_SPEECH = "no speech"
"""The reason to throw a text away that says that nobody spoke. After any other one somebody did."""


@dataclass(frozen=True, slots=True, eq=False)
class SpeechWindow:
    """A piece of one channel to be turned into text: one turn, or part of one."""

    samples: Sound
    span: Span
    """Where the samples lie in the recording."""
    voiced: tuple[Span, ...]
    """Where in the recording someone speaks inside ``span``; what maps characters to seconds."""
    party: int = 0
    """Which of the two parties speaks, before anyone knows their roles."""
    party_confidence: float = 1.0
    """How sure it is that this party speaks, 0..1."""
    overlapped: bool = False
    """The other party talks over most of it."""
    lane: object | None = None
    """Windows with the same lane hold what one party says in one recording: an engine may hear them together.
    None: heard alone."""

    @property
    def voiced_seconds(self) -> float:
        return sum(span.duration for span in self.voiced)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text inside a window, with times in the recording."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class WindowText:
    """What an engine recognised in one window."""

    pieces: tuple[Piece, ...]
    """In time order; empty where there is nothing to write down."""
    log_probability: float
    """Mean natural log-probability per token; 0 where there is no text."""
    decodings: int = 1
    """How often the window was decoded."""
    rejected: str | None = None
    """Why a text was thrown away (a loop, an invented sentence, ...); None where none was."""

    @property
    def not_understood(self) -> bool:
        """Somebody speaks here, and what was written of it cannot have been said."""
        return self.rejected not in (None, NO_SPEECH)

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


class Transcriber(Protocol):
    """A speech engine. Every engine passes the same contract test."""

    @property
    def name(self) -> str:
        """Engine and version, as stored with each inspection."""

    @property
    def model(self) -> str:
        """Model and revision, as stored with each inspection."""

    def transcribe(self, windows: Sequence[SpeechWindow]) -> list[WindowText]:
        """Text of each window, in the order given, simplified characters.

        The result for a window does not depend on the windows beside it, but for those of its lane.
        """


@runtime_checkable
class ScoresTexts(Protocol):
    """An engine that can say how well a given text explains a sound (teacher forcing)."""

    def log_probabilities(self, window: SpeechWindow, texts: Sequence[str]) -> list[float]:
        """Mean natural log-probability per token of each text, were it what is said in the window."""
