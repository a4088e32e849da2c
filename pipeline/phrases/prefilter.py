"""The prefilter of the sound index: which of all places where a fragment was heard deserve a closer look.

Thousands of places per call fall through, so this is array work over a whole conversation. What stays is a
superset of what matches: whoever windows closer decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.phrases.alignment import INSERTED, MISSING, NONE_MISSING
from pipeline.phrases.costs import NEVER, SOUNDS, codes
from pipeline.phrases.fragments import FragmentTrie
from pipeline.phrases.text_batch import PaddedBatch, TextBatch, class_bit

_Numbers = NDArray[np.int64]
_Number = TypeVar("_Number", np.int64, np.float64)
_ROUNDING = 1e-6
"""Sums here may be added up in another order than there."""
_FIRST_LOOK = 5
"""Syllables outside the fragment that the first glance takes in: more than may be wrong."""
_FIRST_LOOK_COSTED = 2
"""Of these, so many are compared by sound as well: no spelling has fewer."""


@dataclass(frozen=True, slots=True)
class SpellingProfile:
    """What the prefilter knows of one spelling: per syllable its class, its row of costs, and the largest
    distance at which it may still be meant."""

    classes: str
    rows: tuple[int, ...]
    most: tuple[float, ...]
    limit: float
    errors: int
    slack: int


@dataclass(frozen=True, slots=True)
class DistanceLimits:
    """How far a spelling may be from what was heard, in the layouts the prefilter asks for."""

    farthest: tuple[float, ...]
    """For each spelling in all."""
    limit: NDArray[np.float64]
    """The same with room for rounding."""
    most: NDArray[np.float64]
    """For each of its syllables."""
    limit_there: NDArray[np.float64]
    most_there: tuple[NDArray[np.float64], ...]
    """The same for each member of a fragment: in all, and for the first syllables outside the fragment."""


class SoundPrefilter:
    """All spellings of an index, as flat arrays."""

    def __init__(
        self, profiles: Sequence[SpellingProfile], fragments: Mapping[str, Sequence[tuple[int, int]]]
    ) -> None:
        """``fragments``: for each fragment, as classes, the (spelling, offset) pairs that hold it."""
        self._size = np.array([len(s.classes) for s in profiles], dtype=np.int64)
        self._at = np.concatenate([[0], np.cumsum(self._size)])[:-1].astype(np.int64)
        self._room = int(self._size.max(initial=0)) + _FIRST_LOOK
        self._bit = class_bit(codes("".join(s.classes for s in profiles)))
        self._rows = np.array([r for s in profiles for r in s.rows], dtype=np.int64)
        self._most = np.array([m for s in profiles for m in s.most])
        self._limit = np.array([s.limit for s in profiles])
        self._errors = np.array([s.errors for s in profiles], dtype=np.int64)
        self._slack = np.array([s.slack for s in profiles], dtype=np.int64)
        self._fragments = FragmentTrie(fragments)
        self._first = np.concatenate([[0], np.cumsum([len(p) for p in fragments.values()])]).astype(np.int64)
        self._member = np.array([m for p in fragments.values() for m, _ in p], dtype=np.int64)
        self._offset = np.array([o for p in fragments.values() for _, o in p], dtype=np.int64)
        self._lay_out_first_look(
            np.repeat([len(fragment) for fragment in fragments], [len(p) for p in fragments.values()])
        )

    def _lay_out_first_look(self, length: _Numbers) -> None:
        """What :meth:`_promising` asks of each member of a fragment, laid out so that one look-up tells."""
        after = self._offset + length.astype(np.int64)
        size, at = self._size[self._member], self._at[self._member]
        steps = [(after + column) % size for column in range(_FIRST_LOOK)]
        self._edits = np.where(self._slack > 0, self._errors, 0)[self._member]
        self._most_edits = int(self._edits.max(initial=0))
        self._steps = [step - self._offset for step in steps]
        self._bits = [self._bit[at + step] for step in steps]
        self._summed = [at + step for step in steps[:_FIRST_LOOK_COSTED]]
        self._row = [self._rows[syllable] for syllable in self._summed]

    def bounds(self, farthest: NDArray[np.float64]) -> DistanceLimits:
        """Bounds with these limits, one for each spelling. Where one is larger than the spelling's own, any
        of its syllables may sound like anything."""
        loose = np.repeat(farthest > self._limit, self._size)
        most = np.where(loose, NEVER, self._most)
        limit = farthest + _ROUNDING
        there = tuple(most[syllable] for syllable in self._summed)
        return DistanceLimits(tuple(farthest.tolist()), limit, most, limit[self._member], there)

    def _promising(
        self, text: PaddedBatch, member: _Numbers, first: _Numbers, bounds: DistanceLimits
    ) -> NDArray[np.bool_]:
        """Whether the first syllables outside the fragment are about right: drops nearly all, at the least
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
            if column < _FIRST_LOOK_COSTED:
                row = self._row[column].take(member)
                apart = flat.take(row * width + text.heard.take(first + step))
                cost += apart
                good &= apart <= bounds.most_there[column].take(member)
        good &= cost <= bounds.limit_there.take(member)
        good |= (wrong <= edits) & (edits > 0)
        return good

    def places(self, texts: TextBatch, bounds: DistanceLimits) -> list[tuple[int, int, int]]:
        """(text, spelling, where it would begin) worth a closer look, in the order in which their fragments
        end."""
        fragment, first = self._fragments.find(texts.codes)
        if not len(fragment):
            return []
        count = self._first[fragment + 1] - self._first[fragment]
        before = np.cumsum(count) - count
        member = np.arange(int(count.sum())) + np.repeat(self._first[fragment] - before, count)
        first = np.repeat(first, count)
        owner = texts.owner.take(first - 1)
        cut = first - self._offset.take(member) < texts.starts.take(owner)
        text = PaddedBatch(texts, self._room, self._most_edits)
        some = np.flatnonzero(self._promising(text, member, first + self._room, bounds) | cut)
        member, owner = member[some], owner[some]
        start, spelling = texts.starts[owner], self._member[member]
        begin = first[some] - self._offset[member]
        inside = np.flatnonzero(begin >= start - self._slack[spelling])
        spelling, owner, start = spelling[inside], owner[inside], start[inside]
        begin = np.maximum(begin[inside], start)
        windows = _Windows.at(spelling, begin + self._room, self._size, self._at)
        chosen = begin + self._size[spelling] <= texts.ends[owner]
        chosen &= self._similar(text, windows, bounds)
        edited = np.flatnonzero(~chosen & (self._slack[spelling] > 0))
        windows = _Windows.at(spelling[edited], begin[edited] + self._room, self._size, self._at)
        there = self._there(text, windows)
        edited = edited[there]
        windows = _Windows.at(spelling[edited], begin[edited] + self._room, self._size, self._at)
        chosen[edited[self._alignable(text, windows, bounds)]] = True
        kept = np.flatnonzero(chosen)
        begins = (begin - start)[kept].tolist()
        return list(zip(owner[kept].tolist(), spelling[kept].tolist(), begins, strict=True))

    def _similar(self, text: PaddedBatch, windows: _Windows, bounds: DistanceLimits) -> NDArray[np.bool_]:
        """Whether the phrase, syllable by syllable, costs no more than allowed."""
        return windows.sum(self._apart(text, windows, 0, bounds)) <= bounds.limit[windows.spelling]

    def _apart(
        self, text: PaddedBatch, windows: _Windows, by: int, bounds: DistanceLimits
    ) -> NDArray[np.float64]:
        """For each syllable what it costs, all read so many places later; NEVER where it is forbidden."""
        costs = SOUNDS.costs(text.heard)
        heard = text.heard.take(windows.place + by, mode="clip")
        apart: NDArray[np.float64] = costs.ravel().take(
            self._rows.take(windows.syllable) * costs.shape[1] + heard
        )
        apart[apart > bounds.most.take(windows.syllable)] = NEVER
        return apart

    def _there(self, text: PaddedBatch, windows: _Windows) -> NDArray[np.bool_]:
        """Whether all classes but ``errors`` are there, each so many syllables too early or late at most:
        what must be so wherever so many edits make one of the other."""
        errors = self._errors[windows.spelling]
        near = text.near.take(np.repeat(errors * text.size, windows.size) + windows.place)
        missing = (near & self._bit.take(windows.syllable)) == 0
        return windows.sum(missing.astype(np.int64)) <= errors

    def _alignable(self, text: PaddedBatch, windows: _Windows, bounds: DistanceLimits) -> NDArray[np.bool_]:
        """Whether an alignment may cost no more than allowed: each syllable is given its cheapest place among
        those that it can have in any alignment.

        With slack s and q syllables missing, an alignment begins and ends at most s places outside, so none
        of its syllables is farther than s + q from its own place.
        """
        slack, limit = self._slack[windows.spelling], bounds.limit[windows.spelling]
        missing = np.where(windows.size < NONE_MISSING, 0, (limit / MISSING).astype(np.int64))
        reach, reach_all = np.repeat(slack, windows.size), np.repeat(slack + missing, windows.size)
        straight = np.full(len(slack), NEVER)
        near = np.full(len(windows.place), NEVER)
        far = np.full(len(windows.place), MISSING)
        for by in range(-int(reach_all.max(initial=0)), int(reach_all.max(initial=0)) + 1):
            apart = self._apart(text, windows, by, bounds)
            np.minimum(far, apart, out=far, where=abs(by) <= reach_all)
            if abs(by) <= 2:
                np.minimum(near, apart, out=near, where=abs(by) <= reach)
                np.minimum(straight, windows.sum(apart), out=straight, where=abs(by) <= slack)
        inserted = INSERTED + windows.sum(near)
        lost = np.where(missing > 0, MISSING + windows.sum(far) - windows.largest(far), NEVER)
        least: NDArray[np.bool_] = np.minimum(straight, np.minimum(inserted, lost)) <= limit
        return least


@dataclass(frozen=True, slots=True)
class _Windows:
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
    def at(cls, spelling: _Numbers, begin: _Numbers, sizes: _Numbers, firsts: _Numbers) -> _Windows:
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
