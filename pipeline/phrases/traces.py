"""Traces of required phrases: what sounds or reads somewhat like one, where none was found.

That something was not said is an accusation too. A recogniser that wrote 为您福 or 很高兴为您 heard a
greeting and wrote it badly; nobody can be charged with its absence then. The pieces that give a phrase away
stand in ``words.yaml``. The worse an utterance was heard, the less a piece needs to sound like what was
written.

People also say the same in words that no lexicon has: of 112 wordings that somebody wrote without looking,
one in ten was not found. A linear model over runs of characters and syllables, trained by
``scripts/train_sentences/required.py``, tells what may be such a wording. It never says that something was
said; it leaves open whether it was.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path

from pipeline.conversation.text import syllable
from pipeline.domain import Utterance
from pipeline.phrases.alignment import CLOSE, MOST_SOUNDS, Wording, align, wording
from pipeline.phrases.normal_form import normalise
from pipeline.phrases.sentences import REQUIRED_WEIGHTS, SentenceModel, load_model

SURE, UNSURE = 0.1, 0.4
"""Sound distance per syllable up to which a piece may have been said: where the recogniser was certain, and
what is added to it where it knew nothing. Half-way sure utterances of the labelled night had 0.3 of their
syllables wrong."""
SHORT = 3
"""Pieces of up to so many syllables must sound the same but for tones, however badly they were heard: noise
sounds like any of them."""
FEWEST = 4
"""Characters: what is shorter is a phrase that the lexicons list (久等了), or none (我看看)."""
STRETCH, STEP = 24, 12
"""Characters that are read at a time, and from one stretch to the next: the model was trained on sentences,
and a closing may stand at the end of a long utterance."""


class TraceFinder:
    """The pieces of all required phrases, by code, and what tells other wordings of them."""

    def __init__(self, pieces: Mapping[str, Sequence[str]], model: SentenceModel | None = None) -> None:
        """``model``: reads utterances; None: only their sound counts."""
        self._pieces = pieces
        self._bars = {} if model is None else dict(zip(model.codes, map(float, model.bars), strict=True))
        self._model = model

    @classmethod
    def shipped(cls, pieces: Mapping[str, Sequence[str]]) -> TraceFinder:
        """With the model that comes with the program."""
        return cls(pieces, load_model(Path(__file__).with_name(REQUIRED_WEIGHTS)))

    @cached_property
    def _by_code(self) -> dict[str, tuple[tuple[Wording, ...], _Present]]:
        wordings = {
            code: tuple(wording(normalise(piece)) for piece in pieces)
            for code, pieces in self._pieces.items()
        }
        return {code: (some, _Present(some)) for code, some in wordings.items()}

    def __call__(self, code: str, utterance: Utterance) -> bool:
        """Whether an utterance may hold the required phrase of a code, by its words or their sound."""
        text, sounds = _heard(utterance.text)
        return bool(text) and (
            self._reads_like(code, text) or self._sounds_like(code, utterance, text, sounds)
        )

    def _reads_like(self, code: str, text: str) -> bool:
        bar = self._bars.get(code)
        if self._model is None or bar is None or len(text) < FEWEST:
            return False
        return any(self._model.log_ratios(part)[code] >= bar for part in _stretches(text))

    def _sounds_like(self, code: str, utterance: Utterance, text: str, sounds: Sequence[str]) -> bool:
        if code not in self._by_code:
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


def _stretches(text: str) -> Iterator[str]:
    """A text, or what stands in it from every STEP-th character on; the last reaches to its end."""
    last = max(0, len(text) - STRETCH)
    for start in (*range(0, last, STEP), last):
        yield text[start : start + STRETCH]


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
