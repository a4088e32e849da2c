"""The sieve of the sound index: of all places where a piece of a phrase was heard, which are worth a look?

Thousands of places per call fall through, so this is array work over a whole conversation. What stays is a
superset of what matches: whoever looks closer decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.phrases.costs import SOUNDS, codes

_Numbers = NDArray[np.int64]
_ROUNDING = 1e-6
"""Sums here may be added up in another order than there."""
_COLUMNS = 8
"""Syllables looked at, those outside the piece first: more would only repeat the closer look."""
_GLANCES = 5
"""Syllables outside the piece that the first glance takes in: more than may be wrong."""
_SUMMED = 2
"""Of these, so many are compared by sound as well: no spelling has fewer."""
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

    def near(self, most: int) -> NDArray[np.uint64]:
        """For 0, 1, .. ``most`` in turn and each character, the bits of all classes at most so far away."""
        bits = _bit(self.codes)
        reached = [np.zeros_like(bits), bits.copy()]
        for by in range(1, most + 1):
            wider = reached[-1].copy()
            wider[by:] |= bits[:-by]
            wider[:-by] |= bits[by:]
            reached.append(wider)
        return np.concatenate([reached[0], *reached[2:]])


def _bit(classes: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """One of 64 bits for each class; few classes share one."""
    return np.uint64(1) << (classes.astype(np.uint64) % np.uint64(61))


class Sieve:
    """All spellings of an index, as flat arrays."""

    def __init__(self, shapes: Sequence[Shape], pieces: Mapping[str, Sequence[tuple[int, int]]]) -> None:
        """``pieces``: for each piece, as classes, the (spelling, offset) pairs that hold it."""
        self._size = np.array([len(s.classes) for s in shapes], dtype=np.int64)
        self._at = np.concatenate([[0], np.cumsum(self._size)])[:-1].astype(np.int64)
        self._bit = _bit(codes("".join(s.classes for s in shapes)))
        self._rows = np.array([r for s in shapes for r in s.rows], dtype=np.int64)
        self._most = np.array([m for s in shapes for m in s.most])
        self._limit = np.array([s.limit for s in shapes])
        self._errors = np.array([s.errors for s in shapes], dtype=np.int64)
        self._slack = np.array([s.slack for s in shapes], dtype=np.int64)
        self._first = np.concatenate([[0], np.cumsum([len(p) for p in pieces.values()])]).astype(np.int64)
        self._member = np.array([m for p in pieces.values() for m, _ in p], dtype=np.int64)
        self._offset = np.array([o for p in pieces.values() for _, o in p], dtype=np.int64)
        self._length = np.array([len(piece) for piece in pieces], dtype=np.int64)
        self._glance(np.array([len(p) for p in pieces.values()], dtype=np.int64))

    def _glance(self, members: _Numbers) -> None:
        """What :meth:`_promising` asks of each member of a piece, laid out so that one look-up tells."""
        self._after = self._offset + np.repeat(self._length, members)
        size, at = self._size[self._member], self._at[self._member]
        steps = [(self._after + column) % size for column in range(_GLANCES)]
        self._steps = [step - self._offset for step in steps]
        self._bits = [self._bit[at + step] for step in steps]
        self._row = [self._rows[at + step] for step in steps[:_SUMMED]]
        self._allowed = [self._most[at + step] for step in steps[:_SUMMED]]
        self._most_in_all = self._limit[self._member] + _ROUNDING
        self._edits = np.where(self._slack > 0, self._errors, 0)[self._member]
        self._most_edits = int(self._edits.max(initial=0))

    def _promising(self, texts: Texts, member: _Numbers, first: _Numbers, extra: float) -> NDArray[np.bool_]:
        """Whether the first syllables outside the piece are about right: drops nearly all, at the least
        cost."""
        matrix = SOUNDS.costs(texts.heard)
        good = np.ones(len(member), dtype=bool)
        cost = np.zeros(len(member))
        for step, row, allowed in zip(self._steps, self._row, self._allowed, strict=False):
            apart = matrix[row[member], texts.heard.take(first + step[member], mode="clip")]
            cost += apart
            if not extra:
                good &= apart <= allowed[member]
        good &= cost <= self._most_in_all[member] + extra
        edits = self._edits[member]
        base = edits * len(texts.codes)
        near = texts.near(self._most_edits)
        wrong = np.zeros(len(member), dtype=np.int8)
        for step, bits in zip(self._steps, self._bits, strict=True):
            place = np.minimum(np.maximum(first + step[member], 0), len(texts.codes) - 1)
            wrong += (near[base + place] & bits[member]) == 0
        good |= (wrong <= edits) & (edits > 0)
        return good

    def places(
        self, texts: Texts, heard: Sequence[tuple[int, int]], *, extra: float
    ) -> list[tuple[int, int, int]]:
        """(text, spelling, where it would begin) worth a closer look, in the order of ``heard``: (piece,
        where it begins in the joined texts)."""
        found = np.array(heard, dtype=np.int64)
        piece, first = found[:, 0], found[:, 1]
        count = self._first[piece + 1] - self._first[piece]
        before = np.cumsum(count) - count
        member = np.arange(int(count.sum())) + np.repeat(self._first[piece] - before, count)
        first = np.repeat(first, count)
        start = texts.starts[texts.owner[first - 1]]
        cut = first - self._offset[member] < start
        some = np.flatnonzero(self._promising(texts, member, first, extra) | cut)
        member, first, start = member[some], first[some], start[some]
        spelling = self._member[member]
        text = texts.owner[first - 1]
        begin = first - self._offset[member]
        inside = np.flatnonzero(begin >= start - self._slack[spelling])
        begin = np.maximum(begin, start)
        looks = _Looks(spelling, begin, texts.ends[text], self._after[member], inside)
        chosen = np.zeros(len(member), dtype=bool)
        chosen[self._similar(texts, looks, extra)] = True
        alive = inside[~chosen[inside]]
        edits = self._edits[member[alive]]
        chosen[self._shifted(texts, looks.of(alive[edits > 0]), edits[edits > 0])] = True
        kept = np.flatnonzero(chosen)
        begins = (begin - start)[kept].tolist()
        return list(zip(text[kept].tolist(), spelling[kept].tolist(), begins, strict=True))

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

    def _shifted(self, texts: Texts, looks: _Looks, edits: _Numbers) -> _Numbers:
        """Places where all classes but ``edits`` are there, each so many syllables too early or late at most:
        what must be so wherever so many edits make one of the other."""
        near, last = texts.near(self._most_edits), len(texts.codes) - 1
        alive, wrong = looks.alive, np.zeros(len(looks.alive), dtype=np.int64)
        for column in range(_COLUMNS):
            if len(alive) <= _FEW:
                break
            spelling = looks.spelling[alive]
            size = self._size[spelling]
            syllable = (looks.after[alive] + column) % size
            place = np.minimum(looks.begin[alive] + syllable, last)
            there = near[edits * (last + 1) + place] & self._bit[self._at[spelling] + syllable]
            wrong = wrong + ((there == 0) & (column < size))
            good = wrong <= edits
            alive, wrong, edits = alive[good], wrong[good], edits[good]
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
