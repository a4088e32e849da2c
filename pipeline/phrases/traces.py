"""Traces of required phrases: what sounds somewhat like one, where none was found.

That something was not said is an accusation too. A recogniser that wrote 为您福 or 很高兴为您 heard a
greeting and wrote it badly; nobody can be charged with its absence then. The pieces that give a phrase away
stand in ``words.yaml``. The worse an utterance was heard, the less a piece needs to sound like what was
written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from pipeline.domain import Utterance
from pipeline.phrases.alignment import Wording, align, wording
from pipeline.phrases.normal_form import normalise
from pipeline.phrases.syllables import syllable

SURE, UNSURE = 0.1, 0.4
"""Sound distance per syllable up to which a piece may have been said: where the recogniser was certain, and
what is added to it where it knew nothing. Half-way sure utterances of the labelled night had 0.3 of their
syllables wrong."""
SHORT = 3
"""Pieces of up to so many syllables must sound the same but for tones, however badly they were heard: noise
sounds like any of them."""


class TraceFinder:
    """The pieces of all required phrases, by code."""

    def __init__(self, pieces: Mapping[str, Sequence[str]]) -> None:
        self._pieces = pieces

    @cached_property
    def _wordings(self) -> dict[str, tuple[Wording, ...]]:
        return {
            code: tuple(wording(normalise(piece)) for piece in pieces)
            for code, pieces in self._pieces.items()
        }

    def __call__(self, code: str, utterance: Utterance) -> bool:
        """Whether an utterance may hold the required phrase of a code, by its sound."""
        text = normalise(utterance.text)
        if not text or code not in self._wordings:
            return False
        sounds = [syllable(character) for character in text]
        per_syllable = SURE + UNSURE * (1.0 - min(1.0, max(0.0, utterance.confidence)))
        for piece in self._wordings[code]:
            size = len(piece.spelling)
            limit = 0.0 if size <= SHORT else per_syllable * size
            if align(piece, text, sounds, limit=limit, loose=True) is not None:
                return True
        return False
