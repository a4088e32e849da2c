"""The sieve of the sound index: of all places where a piece of a phrase was heard, which are worth a look?

Thousands of places per call fall through, so this is array work over a whole conversation. What stays is a
superset of what matches: whoever looks closer decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.phrases.alignment import INSERTED, MISSING, NONE_MISSING
from pipeline.phrases.costs import BOUNDARY, NEVER, SOUNDS, codes
from pipeline.phrases.pieces import Pieces

_Numbers = NDArray[np.int64]
_Number = TypeVar("_Number", np.int64, np.float64)
_ROUNDING = 1e-6
"""Sums here may be added up in another order than there."""
_GLANCES = 5
"""Syllables outside the piece that the first glance takes in: more than may be wrong."""
_SUMMED = 2
"""Of these, so many are compared by sound as well: no spelling has fewer."""
SEPARATOR = "\xff"
"""A class that no syllable has: that of the line break between texts."""


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
    def of(cls, texts: Sequence[str], classes: dict[int, str]) -> Texts:
        """``classes`` gives the class of each code point, one character."""
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        ends = np.cumsum(lengths + 1)
        joined = "\n" + "\n".join(texts) + "\n"
        sounding = joined.translate(classes)
        return cls(
            sounding,
            codes(sounding),
            SOUNDS.heard(joined),
            ends - lengths,
            ends,
            np.repeat(np.arange(len(texts)), lengths + 1),
        )


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a spelling may be from what was heard, in the layouts the sieve asks for."""

    farthest: tuple[float, ...]
    """For each spelling in all."""
    limit: NDArray[np.float64]
    """The same with room for rounding."""
    most: NDArray[np.float64]
    """For each of its syllables."""
    limit_there: NDArray[np.float64]
    most_there: tuple[NDArray[np.float64], ...]
    """The same for each member of a piece: in all, and for the first syllables outside the piece."""


def _bit(classes: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """One of 64 bits for each class; few classes share one."""
    return np.uint64(1) << (classes.astype(np.uint64) % np.uint64(61))


class _Padded:
    """Texts with room on both sides, so that nobody needs to ask whether a place is inside."""

    def __init__(self, texts: Texts, room: int, most: int) -> None:
        """``most``: how far from its place a syllable may be sought."""
        self.heard = np.pad(texts.heard.astype(np.int64), room, constant_values=BOUNDARY)
        self.size = len(self.heard)
        bits = _bit(np.pad(texts.codes, room, constant_values=ord(SEPARATOR)))
        reached = [np.zeros_like(bits), bits.copy()]
        for by in range(1, most + 1):
            wider = reached[-1].copy()
            wider[by:] |= bits[:-by]
            wider[:-by] |= bits[by:]
            reached.append(wider)
        self.near = np.concatenate([reached[0], *reached[2:]])
        """For 0, 1, .. ``most`` in turn and each character, the bits of all classes at most so far away."""


class Sieve:
    """All spellings of an index, as flat arrays."""

    def __init__(self, shapes: Sequence[Shape], pieces: Mapping[str, Sequence[tuple[int, int]]]) -> None:
        """``pieces``: for each piece, as classes, the (spelling, offset) pairs that hold it."""
        self._size = np.array([len(s.classes) for s in shapes], dtype=np.int64)
        self._at = np.concatenate([[0], np.cumsum(self._size)])[:-1].astype(np.int64)
        self._room = int(self._size.max(initial=0)) + _GLANCES
        self._bit = _bit(codes("".join(s.classes for s in shapes)))
        self._rows = np.array([r for s in shapes for r in s.rows], dtype=np.int64)
        self._most = np.array([m for s in shapes for m in s.most])
        self._limit = np.array([s.limit for s in shapes])
        self._errors = np.array([s.errors for s in shapes], dtype=np.int64)
        self._slack = np.array([s.slack for s in shapes], dtype=np.int64)
        self._pieces = Pieces(pieces)
        self._first = np.concatenate([[0], np.cumsum([len(p) for p in pieces.values()])]).astype(np.int64)
        self._member = np.array([m for p in pieces.values() for m, _ in p], dtype=np.int64)
        self._offset = np.array([o for p in pieces.values() for _, o in p], dtype=np.int64)
        self._glance(np.repeat([len(piece) for piece in pieces], [len(p) for p in pieces.values()]))

    def _glance(self, length: _Numbers) -> None:
        """What :meth:`_promising` asks of each member of a piece, laid out so that one look-up tells."""
        after = self._offset + length.astype(np.int64)
        size, at = self._size[self._member], self._at[self._member]
        steps = [(after + column) % size for column in range(_GLANCES)]
        self._edits = np.where(self._slack > 0, self._errors, 0)[self._member]
        self._most_edits = int(self._edits.max(initial=0))
        self._steps = [step - self._offset for step in steps]
        self._bits = [self._bit[at + step] for step in steps]
        self._summed = [at + step for step in steps[:_SUMMED]]
        self._row = [self._rows[syllable] for syllable in self._summed]

    def bounds(self, farthest: NDArray[np.float64]) -> Bounds:
        """Bounds with these limits, one for each spelling. Where one is larger than the spelling's own, any
        of its syllables may sound like anything."""
        loose = np.repeat(farthest > self._limit, self._size)
        most = np.where(loose, NEVER, self._most)
        limit = farthest + _ROUNDING
        there = tuple(most[syllable] for syllable in self._summed)
        return Bounds(tuple(farthest.tolist()), limit, most, limit[self._member], there)

    def _promising(
        self, text: _Padded, member: _Numbers, first: _Numbers, bounds: Bounds
    ) -> NDArray[np.bool_]:
        """Whether the first syllables outside the piece are about right: drops nearly all, at the least
        cost."""
        costs = SOUNDS.costs(text.heard)
        flat, width = costs.ravel(), costs.shape[1]
        cost = np.zeros(len(member))
        good = np.ones(len(member), dtype=bool)
        edits = self._edits.take(member)
        base = edits * text.size + first
        wrong = np.zeros(len(member), dtype=np.int8)
        for column, (steps, bits) in enumerate(zip(self._steps, self._bits, strict=True)):
            step = steps.take(member)
            wrong += (text.near.take(base + step) & bits.take(member)) == 0
            if column < _SUMMED:
                row = self._row[column].take(member)
                apart = flat.take(row * width + text.heard.take(first + step))
                cost += apart
                good &= apart <= bounds.most_there[column].take(member)
        good &= cost <= bounds.limit_there.take(member)
        good |= (wrong <= edits) & (edits > 0)
        return good

    def places(self, texts: Texts, bounds: Bounds) -> list[tuple[int, int, int]]:
        """(text, spelling, where it would begin) worth a closer look, in the order in which their pieces
        end."""
        piece, first = self._pieces.find(texts.codes)
        if not len(piece):
            return []
        count = self._first[piece + 1] - self._first[piece]
        before = np.cumsum(count) - count
        member = np.arange(int(count.sum())) + np.repeat(self._first[piece] - before, count)
        first = np.repeat(first, count)
        owner = texts.owner.take(first - 1)
        cut = first - self._offset.take(member) < texts.starts.take(owner)
        text = _Padded(texts, self._room, self._most_edits)
        some = np.flatnonzero(self._promising(text, member, first + self._room, bounds) | cut)
        member, owner = member[some], owner[some]
        start, spelling = texts.starts[owner], self._member[member]
        begin = first[some] - self._offset[member]
        inside = np.flatnonzero(begin >= start - self._slack[spelling])
        spelling, owner, start = spelling[inside], owner[inside], start[inside]
        begin = np.maximum(begin[inside], start)
        looks = _Looks.at(spelling, begin + self._room, self._size, self._at)
        chosen = begin + self._size[spelling] <= texts.ends[owner]
        chosen &= self._similar(text, looks, bounds)
        edited = np.flatnonzero(~chosen & (self._slack[spelling] > 0))
        looks = _Looks.at(spelling[edited], begin[edited] + self._room, self._size, self._at)
        there = self._there(text, looks)
        edited = edited[there]
        looks = _Looks.at(spelling[edited], begin[edited] + self._room, self._size, self._at)
        chosen[edited[self._alignable(text, looks, bounds)]] = True
        kept = np.flatnonzero(chosen)
        begins = (begin - start)[kept].tolist()
        return list(zip(owner[kept].tolist(), spelling[kept].tolist(), begins, strict=True))

    def _similar(self, text: _Padded, looks: _Looks, bounds: Bounds) -> NDArray[np.bool_]:
        """Whether the phrase, syllable by syllable, costs no more than allowed."""
        return looks.sum(self._apart(text, looks, 0, bounds)) <= bounds.limit[looks.spelling]

    def _apart(self, text: _Padded, looks: _Looks, by: int, bounds: Bounds) -> NDArray[np.float64]:
        """For each syllable what it costs, all read so many places later; NEVER where it is forbidden."""
        costs = SOUNDS.costs(text.heard)
        heard = text.heard.take(looks.place + by, mode="clip")
        apart: NDArray[np.float64] = costs.ravel().take(
            self._rows.take(looks.syllable) * costs.shape[1] + heard
        )
        apart[apart > bounds.most.take(looks.syllable)] = NEVER
        return apart

    def _there(self, text: _Padded, looks: _Looks) -> NDArray[np.bool_]:
        """Whether all classes but ``errors`` are there, each so many syllables too early or late at most:
        what must be so wherever so many edits make one of the other."""
        errors = self._errors[looks.spelling]
        near = text.near.take(np.repeat(errors * text.size, looks.size) + looks.place)
        missing = (near & self._bit.take(looks.syllable)) == 0
        return looks.sum(missing.astype(np.int64)) <= errors

    def _alignable(self, text: _Padded, looks: _Looks, bounds: Bounds) -> NDArray[np.bool_]:
        """Whether an alignment may cost no more than allowed: each syllable is given its cheapest place among
        those that it can have in any alignment.

        With slack s and q syllables missing, an alignment begins and ends at most s places outside, so none
        of its syllables is farther than s + q from its own place.
        """
        slack, limit = self._slack[looks.spelling], bounds.limit[looks.spelling]
        missing = np.where(looks.size < NONE_MISSING, 0, (limit / MISSING).astype(np.int64))
        reach, reach_all = np.repeat(slack, looks.size), np.repeat(slack + missing, looks.size)
        straight = np.full(len(slack), NEVER)
        near = np.full(len(looks.place), NEVER)
        far = np.full(len(looks.place), MISSING)
        for by in range(-int(reach_all.max(initial=0)), int(reach_all.max(initial=0)) + 1):
            apart = self._apart(text, looks, by, bounds)
            np.minimum(far, apart, out=far, where=abs(by) <= reach_all)
            if abs(by) <= 2:
                np.minimum(near, apart, out=near, where=abs(by) <= reach)
                np.minimum(straight, looks.sum(apart), out=straight, where=abs(by) <= slack)
        inserted = INSERTED + looks.sum(near)
        lost = np.where(missing > 0, MISSING + looks.sum(far) - looks.largest(far), NEVER)
        least: NDArray[np.bool_] = np.minimum(straight, np.minimum(inserted, lost)) <= limit
        return least


@dataclass(frozen=True, slots=True)
class _Looks:
    """Places to look at; one entry per spelling, or (``syllable``, ``place``) per syllable of each."""

    spelling: _Numbers
    size: _Numbers
    first: _Numbers
    """Where the syllables of each begin."""
    syllable: _Numbers
    """Number of each syllable among those of all spellings."""
    place: _Numbers
    """Where in the padded text it would be."""

    @classmethod
    def at(cls, spelling: _Numbers, begin: _Numbers, sizes: _Numbers, firsts: _Numbers) -> _Looks:
        size = sizes[spelling]
        first = np.cumsum(size) - size
        count = np.arange(int(size.sum()))
        return cls(
            spelling,
            size,
            first,
            count + np.repeat(firsts[spelling] - first, size),
            count + np.repeat(begin - first, size),
        )

    def sum(self, values: NDArray[_Number]) -> NDArray[_Number]:
        """Per spelling, over its syllables."""
        out: NDArray[_Number] = np.add.reduceat(values, self.first) if len(values) else values
        return out

    def largest(self, values: NDArray[_Number]) -> NDArray[_Number]:
        """Per spelling, of its syllables."""
        out: NDArray[_Number] = np.maximum.reduceat(values, self.first) if len(values) else values
        return out
