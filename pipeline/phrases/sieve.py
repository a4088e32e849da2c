"""The sieve of the sound index: of all places where a piece of a phrase was heard, which are worth a look?

Thousands of places per call fall through, so this is array work over a whole conversation. What stays is a
superset of what matches: whoever looks closer decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.phrases.costs import SOUNDS, codes

_Numbers = NDArray[np.int64]
_ROUNDING = 1e-6
"""Sums here may be added up in another order than there."""
_COLUMNS = 8
"""Syllables looked at, those outside the piece first: more would only repeat the closer look."""
_FEW = 24
"""So few places are faster looked at one by one."""
SEPARATOR = "\xff"
"""A class that no syllable has."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the sieve knows of one spelling: per syllable its class, its row of costs, and the largest
    distance at which it may still be meant."""

    classes: str
    rows: tuple[int, ...]
    most: tuple[float, ...]
    limit: float
    errors: int
    slack: int


@dataclass(frozen=True, slots=True)
class Texts:
    """Several texts, end to end with boundaries between them."""

    classes: str
    codes: NDArray[np.uint32]
    heard: NDArray[np.uint32]
    starts: _Numbers
    ends: _Numbers
    owner: _Numbers
    """For each character, the text it belongs to."""

    @classmethod
    def of(cls, texts: Sequence[str], classes: Sequence[str]) -> Texts:
        """``classes`` are those of the texts, one character each."""
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        ends = np.cumsum(lengths + 1)
        joined = SEPARATOR + SEPARATOR.join(classes) + SEPARATOR
        heard = SOUNDS.heard("\n" + "\n".join(texts) + "\n")
        return cls(
            joined,
            codes(joined),
            heard,
            ends - lengths,
            ends,
            np.repeat(np.arange(len(texts)), lengths + 1),
        )


class Sieve:
    """All spellings of an index, as flat arrays."""

    def __init__(self, shapes: Sequence[Shape], pieces: Sequence[Sequence[tuple[int, int]]]) -> None:
        """``pieces``: for each piece, the (spelling, offset) pairs that hold it."""
        self._size = np.array([len(s.classes) for s in shapes], dtype=np.int64)
        self._at = np.concatenate([[0], np.cumsum(self._size)])[:-1].astype(np.int64)
        self._classes = codes("".join(s.classes for s in shapes))
        self._rows = np.array([r for s in shapes for r in s.rows], dtype=np.int64)
        self._most = np.array([m for s in shapes for m in s.most])
        self._limit = np.array([s.limit for s in shapes])
        self._errors = np.array([s.errors for s in shapes], dtype=np.int64)
        self._slack = np.array([s.slack for s in shapes], dtype=np.int64)
        self._first = np.concatenate([[0], np.cumsum([len(p) for p in pieces])]).astype(np.int64)
        self._member = np.array([m for p in pieces for m, _ in p], dtype=np.int64)
        self._offset = np.array([o for p in pieces for _, o in p], dtype=np.int64)

    def places(
        self, texts: Texts, heard: Sequence[tuple[int, int, int]], *, extra: float
    ) -> Iterator[tuple[int, int, int]]:
        """(text, spelling, where it would begin) worth a closer look, in the order of ``heard``: (piece,
        its length, where it begins in the joined texts)."""
        found = np.array(heard, dtype=np.int64)
        piece, length, first = found[:, 0], found[:, 1], found[:, 2]
        count = self._first[piece + 1] - self._first[piece]
        total = int(count.sum())
        which = np.repeat(np.arange(len(found)), count)
        member = np.arange(total) - np.repeat(np.cumsum(count) - count, count) + self._first[piece][which]
        spelling, offset = self._member[member], self._offset[member]
        text = texts.owner[first[which] - 1]
        start, end = texts.starts[text], texts.ends[text]
        begin = first[which] - offset
        inside = begin >= start - self._slack[spelling]
        begin = np.maximum(begin, start)
        looks = _Looks(spelling, begin, end, offset + length[which], np.flatnonzero(inside))
        chosen = np.zeros(total, dtype=bool)
        chosen[self._similar(texts, looks, extra)] = True
        alive = looks.alive[~chosen[looks.alive]]
        errors = np.where(self._slack > 0, self._errors, 0)[spelling[alive]]
        for most in range(1, int(errors.max(initial=0)) + 1):
            rest = looks.of(alive[errors == most])
            chosen[self._shifted(texts, rest, most)] = True
        kept = np.flatnonzero(chosen)
        yield from zip(
            text[kept].tolist(), spelling[kept].tolist(), (begin - start)[kept].tolist(), strict=True
        )

    def _similar(self, texts: Texts, looks: _Looks, extra: float) -> _Numbers:
        """Places where the phrase, syllable by syllable, may cost no more than allowed."""
        matrix = SOUNDS.costs(texts.heard)
        alive = looks.alive[
            looks.begin[looks.alive] + self._size[looks.spelling[looks.alive]] <= looks.end[looks.alive]
        ]
        cost = np.zeros(len(alive))
        for column in range(_COLUMNS):
            if len(alive) <= _FEW:
                break
            spelling = looks.spelling[alive]
            size = self._size[spelling]
            syllable = (looks.after[alive] + column) % size
            at = self._at[spelling] + syllable
            apart = matrix[self._rows[at], texts.heard[looks.begin[alive] + syllable]]
            cost = cost + np.where(column < size, apart, 0.0)
            good = cost <= self._limit[spelling] + extra + _ROUNDING
            if not extra:
                good &= apart <= self._most[at]
            alive, cost = alive[good], cost[good]
        return alive

    def _shifted(self, texts: Texts, looks: _Looks, errors: int) -> _Numbers:
        """Places where all classes but ``errors`` are there, each so many syllables too early or late at most:
        what must be so wherever ``errors`` edits make one of the other."""
        alive = looks.alive
        wrong = np.zeros(len(alive), dtype=np.int64)
        for column in range(_COLUMNS):
            if len(alive) <= _FEW:
                break
            spelling = looks.spelling[alive]
            size = self._size[spelling]
            syllable = (looks.after[alive] + column) % size
            wanted = self._classes[self._at[spelling] + syllable]
            begin, end = looks.begin[alive], looks.end[alive]
            there = np.zeros(len(alive), dtype=bool)
            for by in range(-errors, errors + 1):
                # Beyond the ends lies a boundary, or a class of another text: a look too many at worst.
                place = np.clip(begin + syllable + by, 0, end)
                there |= texts.codes[place] == wanted
            wrong = wrong + (~there & (column < size))
            good = wrong <= errors
            alive, wrong = alive[good], wrong[good]
        return alive


@dataclass(frozen=True, slots=True)
class _Looks:
    """Places to look at; all arrays run in parallel, ``alive`` are the indexes that are still of interest."""

    spelling: _Numbers
    begin: _Numbers
    """Where the spelling would begin in the joined texts."""
    end: _Numbers
    """Where that text ends."""
    after: _Numbers
    """The first syllable behind the piece: those outside it tell more, so they are looked at first."""
    alive: _Numbers

    def of(self, alive: _Numbers) -> _Looks:
        return _Looks(self.spelling, self.begin, self.end, self.after, alive)
