"""Traces of required phrases: what sounds somewhat like one, where none was found.

That something was not said is an accusation too. A recogniser that wrote 为您福 or 很高兴为您 heard a
greeting and wrote it badly; nobody can be charged with its absence then. The pieces that give a phrase away
stand in ``words.yaml``. The worse an utterance was heard, the less a piece needs to sound like what was
written.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

from pipeline.conversation.text import syllable
from pipeline.domain import Utterance
from pipeline.phrases.alignment import CLOSE, MOST_SOUNDS, Wording, align, wording
from pipeline.phrases.normal_form import normalise

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
    def _by_code(self) -> dict[str, tuple[tuple[Wording, ...], _Present]]:
        wordings = {
            code: tuple(wording(normalise(piece)) for piece in pieces)
            for code, pieces in self._pieces.items()
        }
        return {code: (some, _Present(some)) for code, some in wordings.items()}

    def __call__(self, code: str, utterance: Utterance) -> bool:
        """Whether an utterance may hold the required phrase of a code, by its sound."""
        text, sounds = _heard(utterance.text)
        if not text or code not in self._by_code:
            return False
        pieces, present = self._by_code[code]
        per_syllable = SURE + UNSURE * (1.0 - min(1.0, max(0.0, utterance.confidence)))
        distinct = set(sounds)
        for number in present.promising(distinct):
            size = len(pieces[number].spelling)
            limit = 0.0 if size <= SHORT else per_syllable * size
            if not _within(limit, pieces[number], distinct):
                continue
            if align(pieces[number], text, sounds, limit=limit, loose=True) is not None:
                return True
        return False


@lru_cache(maxsize=512)
def _heard(text: str) -> tuple[str, list[str]]:
    """A text, normalised, and its syllables: each phrase of a call asks for them."""
    normal = normalise(text)
    return normal, [syllable(character) for character in normal]


def _within(limit: float, piece: Wording, sounds: Collection[str]) -> bool:
    """Whether a piece may cost no more than ``limit``: each of its syllables at its cheapest anywhere in the
    text, or missing. Spares most alignments, which can only cost more."""
    cost = 0.0
    for costs, (most, missing) in zip(piece.costs, piece.loose, strict=True):
        apart = min(map(costs.__getitem__, sounds))
        cost += min(apart, missing) if apart <= most else missing
        if cost > limit:
            return False
    return True


class _Present(dict[str, int]):
    """For each sound, one bit per syllable of the pieces that it may be: the first glance, which spares nine
    in ten alignments. What ``align`` finds has at least half of its syllables CLOSE, a SHORT one all of them
    alike."""

    def __init__(self, pieces: Sequence[Wording]) -> None:
        super().__init__()
        self._syllables = [
            (costs, 0.0 if len(p.costs) <= SHORT else CLOSE) for p in pieces for costs in p.costs
        ]
        ends = list(itertools.accumulate((len(p.costs) for p in pieces), initial=0))
        self._own = [((1 << end) - (1 << start)) for start, end in itertools.pairwise(ends)]
        sizes = [len(p.costs) for p in pieces]
        self._needed = [size if size <= SHORT else (size + 1) // 2 for size in sizes]

    def __missing__(self, sound: str) -> int:
        bits = sum(1 << at for at, (costs, most) in enumerate(self._syllables) if costs[sound] <= most)
        if len(self) < MOST_SOUNDS:
            self[sound] = bits
        return bits

    def promising(self, sounds: Collection[str]) -> Iterator[int]:
        """Numbers of the pieces of which enough syllables are there, in whatever order."""
        there = 0
        for sound in sounds:
            there |= self[sound]
        for number, (own, needed) in enumerate(zip(self._own, self._needed, strict=True)):
            if (there & own).bit_count() >= needed:
                yield number
