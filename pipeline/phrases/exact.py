"""Spellings found letter by letter in normalised text, all at once (Aho-Corasick)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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

    def find(self, text: str) -> Iterator[tuple[int, int, int]]:
        """(owner, start, end) of every occurrence, overlapping ones too."""
        if self._empty:
            return
        for last, (length, owners) in self._automaton.iter(text):
            for owner in owners:
                yield owner, last + 1 - length, last + 1
