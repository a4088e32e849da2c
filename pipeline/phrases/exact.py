"""Spellings found letter by letter in normalised text, all at once (Aho-Corasick)."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Sequence

import ahocorasick


class Spellings:
    """Many spellings, each owned by one or more phrases."""

    def __init__(self, owned: Iterable[tuple[str, int]]) -> None:
        owners: dict[str, list[int]] = {}
        for spelling, owner in owned:
            owners.setdefault(spelling, []).append(owner)
        self._automaton = ahocorasick.Automaton()
        for spelling, indexes in owners.items():
            self._automaton.add_word(spelling, (len(spelling), tuple(dict.fromkeys(indexes))))
        if owners:
            self._automaton.make_automaton()
        self._empty = not owners

    def find_all(self, texts: Sequence[str]) -> dict[int, list[tuple[int, int, int]]]:
        """Number of a text -> (owner, start, end) of every occurrence in it, overlapping ones too; texts
        without any are left out. One pass over all: most texts hold nothing."""
        found: dict[int, list[tuple[int, int, int]]] = {}
        if self._empty:
            return found
        starts = list(itertools.accumulate((len(text) + 1 for text in texts), initial=0))
        for last, (length, owners) in self._automaton.iter("\n".join(texts)):
            which = bisect.bisect_right(starts, last) - 1
            end = last + 1 - starts[which]
            found.setdefault(which, []).extend((owner, end - length, end) for owner in owners)
        return found
