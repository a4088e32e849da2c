"""Why a sentence is a hit or not: everything the matcher saw, in the order it decides."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.conversation.text import syllable
from pipeline.domain import How, Role
from pipeline.messages import Message
from pipeline.phrases.checking import sentence
from pipeline.phrases.lexicon import Lexicons
from pipeline.phrases.matcher import Matcher, compile_matcher
from pipeline.phrases.normal_form import normalise
from pipeline.phrases.passages import passages
from pipeline.phrases.sound import WITHIN_TOLERANCE, SearchRadius

NEAR_MISS = 0.8
"""Syllables beyond the tolerance up to which a sound-alike is shown as a near miss."""


@dataclass(frozen=True, slots=True)
class Considered:
    """One candidate: what matched, how far away it was, and what became of it."""

    code: str
    phrase: str
    place: str
    how: How
    quote: str
    distance: float
    """In syllables; 0 for written matches."""
    tolerance: float | None
    """Largest distance that would count; None for written matches."""
    confidence: float
    dropped: Message | None
    """Why it is no hit; None where it is one."""


@dataclass(frozen=True, slots=True)
class Explanation:
    text: str
    normalised: str
    pinyin: str
    considered: tuple[Considered, ...]


def explain(
    lexicons: Lexicons,
    text: str,
    role: Role = Role.AGENT,
    *,
    matcher: Matcher | None = None,
    near_misses: bool = True,
) -> Explanation:
    """Explain one sentence said by ``role``; give a compiled ``matcher`` to explain many.

    Args:
        near_misses: also what sounds too far from a phrase to count.
    """
    matcher = matcher or compile_matcher(lexicons)
    utterance = sentence(text, role)
    text_searched = normalise(text)
    considered: list[Considered] = []
    said = [passage for passage in passages([utterance]) if passage.text]
    radius = SearchRadius(NEAR_MISS) if near_misses else WITHIN_TOLERANCE
    for passage, found in matcher.assess_all(said, radius=radius):
        for assessed in found:
            c = assessed.candidate
            phrase = lexicons.phrases[c.phrase]
            considered.append(
                Considered(
                    code=phrase.code.code,
                    phrase=phrase.canonical,
                    place=str(phrase.place),
                    how=c.how,
                    quote=passage.quote(c.start, c.end),
                    distance=c.distance,
                    tolerance=c.tolerance,
                    confidence=round(matcher.hit(passage, c).confidence * assessed.meant, 3),
                    dropped=assessed.dropped,
                )
            )
    ordered = sorted(considered, key=lambda c: (c.dropped is not None, c.distance, c.code, c.phrase, c.quote))
    return Explanation(
        text, text_searched, " ".join(syllable(c) for c in text_searched), tuple(dict.fromkeys(ordered))
    )
