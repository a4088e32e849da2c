"""Facts: which known phrase was spoken, by whom, when, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain.call import Role
from pipeline.domain.span import Span


class PhraseKind(StrEnum):
    """What a lexicon entry is for."""

    FORBIDDEN = "forbidden"
    REQUIRED = "required"
    ESCALATION = "escalation"
    PRAISE = "praise"
    WORDING = "wording"
    """What hints look for, well said or less well: it accuses nobody, and nobody is known by it."""


class How(StrEnum):
    """How a phrase was found, from the plainest to the surest way."""

    EXACT = "exact"
    PATTERN = "pattern"
    SOUND = "sound"
    CONFIRMED = "confirmed"
    SENTENCE = "sentence"
    """No phrase of the lexicon: the sentence as a whole is of that kind."""
    MEANING = "meaning"
    """In other words. A reason for a person to listen, never to take points."""


@dataclass(frozen=True, slots=True)
class PhraseHit:
    """A phrase of the lexicon that was spoken."""

    code: str
    kind: PhraseKind
    phrase: str
    """The canonical spelling in the lexicon."""
    role: Role
    span: Span
    quote: str
    """The words of the transcript that matched."""
    how: How
    confidence: float
    """Probability (0..1) that the phrase was really said by this role."""
    utterance: int
    """Index into the transcript's utterances."""
    wording: str = ""
    """The wording of the phrase that the sound matched; empty where it was found as written."""
    per_1000: float | None = None
    """How often it is said in 1,000 utterances, where ``confidence`` was weighed against that; None: it is
    what the evidence tells, as every stored hit has it."""
