"""Wordings of phrases as they would stand in a transcript, for people and for the speech model."""

from __future__ import annotations

from pipeline.phrases.candidates import CandidateMatch
from pipeline.phrases.normal_form import normalise
from pipeline.phrases.passages import Passage


def heard_wording(passage: Passage, c: CandidateMatch, canonical: str) -> str:
    """What the sound matched, where that tells: the phrase as the lexicon lists it, or another wording of it.

    Empty for what was found as it is written. And for patterns with misheard words put right: those are told
    by what is written, since other words than the listed phrase may fit them.
    """
    if not c.spelling:
        return ""
    return canonical if c.spelling == normalise(canonical) else respelled(passage, c, c.spelling)


def respelled(passage: Passage, c: CandidateMatch, spelling: str) -> str:
    """A wording in the place of a candidate: what differs by folding alone (您 for 你) stays as it is written
    there, so that only doubtful syllables change."""
    written = passage.text[c.start : c.end]
    if len(written) != len(spelling):
        return spelling
    pairs = enumerate(zip(written, spelling, strict=True), start=c.start)
    return "".join(passage.quote(at, at + 1) if a == b else b for at, (a, b) in pairs)
