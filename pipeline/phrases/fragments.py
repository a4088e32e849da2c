"""Short strings of sound classes, found in a long one wherever they stand.

A trie that all places of a text walk at once, one step per array operation.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from pipeline.phrases.costs import codes

_Numbers = NDArray[np.int64]
_NOTHING, _ROOT = 0, 1


class FragmentTrie:
    """Many pieces, numbered as they came; each is one or more characters long."""

    def __init__(self, pieces: Iterable[str]) -> None:
        known = list(pieces)
        letters = sorted({letter for piece in known for letter in piece})
        self._letter = np.zeros(max(map(ord, letters), default=0) + 2, dtype=np.int64)
        """For each code point a small number; 0 for what is in no piece, and for all beyond."""
        for number, letter in enumerate(letters, start=1):
            self._letter[ord(letter)] = number
        self._width = len(letters) + 1
        steps: dict[int, int] = {}
        ends: dict[int, int] = {}
        states = _ROOT + 1
        for number, piece in enumerate(known):
            state = _ROOT
            for letter in self._letter[codes(piece)].tolist():
                step = state * self._width + letter
                state = steps.setdefault(step, states)
                states += state == states
            ends[state] = number
        self._next = np.zeros(states * self._width, dtype=np.int32)
        self._next[list(steps)] = list(steps.values())
        self._number = np.full(states, -1, dtype=np.int64)
        self._number[list(ends)] = list(ends.values())
        self._longest = max(map(len, known), default=0)

    def find(self, text: NDArray[np.uint32]) -> tuple[_Numbers, _Numbers]:
        """(piece, where it begins) of all occurrences in a text given as code points: those that end first
        come first, of these the longest."""
        letters = self._letter.take(text, mode="clip")
        first = np.arange(len(letters))
        state: NDArray[np.int32] = np.full(len(letters), _ROOT, dtype=np.int32)
        found: list[tuple[_Numbers, _Numbers, _Numbers]] = []
        for depth in range(min(self._longest, len(letters))):
            if depth:
                inside = first + depth < len(letters)
                first, state = first[inside], state[inside]
            state = self._next.take(state * np.int64(self._width) + letters.take(first + depth))
            alive = np.flatnonzero(state != _NOTHING)
            first, state = first[alive], state[alive]
            number = self._number.take(state)
            whole = np.flatnonzero(number >= 0)
            begin = first[whole]
            found.append((number[whole], begin, (begin + depth) * self._longest - depth))
        if not found:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        piece, begin, order = (np.concatenate(parts) for parts in zip(*found, strict=True))
        ordered = np.argsort(order)
        return piece[ordered], begin[ordered]
