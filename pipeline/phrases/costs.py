"""Distances of syllables as numbered tables, for work on whole conversations at once.

Sounds and readings get small numbers once per process; a matrix then holds what each reading costs against
each sound. Columns are filled when a sound is first heard.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.conversation.text import syllable
from pipeline.phrases.syllables import part_distance, split

UNKNOWN = 0
"""Number of all sounds that no phrase has and that look like no Mandarin syllable: as far from all."""
BOUNDARY = 1
"""Number of what is no sound at all: the end of a text."""
NEVER = 99.0
_BASE = 0x100
"""Numbers travel as characters of a string from here on, at the speed of ``str.translate``."""
_GENERIC = "\0"


class _Sounds:
    """Numbers of sounds and of ways to read a syllable, and the matrix between them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names = [_GENERIC, ""]
        self._numbers: dict[str, int] = {}
        self._readings: dict[tuple[str, ...], int] = {}
        self._characters = _CharacterTable(self)
        self._costs = np.full((64, 64), np.nan)
        self._filled = np.zeros(64, dtype=bool)

    def number(self, sound: str) -> int:
        """The number of a sound as it is heard; UNKNOWN unless ASCII letters or part of a phrase."""
        known = self._numbers.get(sound)
        if known is None:
            known = self._add(sound) if sound.isascii() else UNKNOWN
        return known

    def _add(self, sound: str) -> int:
        with self._lock:
            if sound not in self._numbers:
                self._names.append(sound)
                self._numbers[sound] = len(self._names) - 1
            return self._numbers[sound]

    def reading(self, alternatives: tuple[str, ...]) -> int:
        """The row of a syllable of a phrase, by the ways it may be read."""
        row = self._readings.get(alternatives)
        if row is None:
            for sound in alternatives:
                if sound not in self._numbers:
                    self._add(sound)
                    self._characters.clear()
            with self._lock:
                row = self._readings.setdefault(alternatives, len(self._readings))
                self._filled = np.zeros_like(self._filled)
        return row

    def heard(self, text: str) -> NDArray[np.uint32]:
        """The number of each character's sound."""
        return codes(text.translate(self._characters)) - _BASE

    def costs(self, heard: NDArray[Any]) -> NDArray[np.float64]:
        """Matrix [reading, sound] of distances 0..1; valid for all sounds in ``heard``."""
        if int(heard.max(initial=0)) >= len(self._filled) or not self._filled[heard].all():
            self._fill(np.unique(heard).tolist())
        return self._costs

    def _fill(self, wanted: Sequence[int]) -> None:
        with self._lock:
            rows, columns = len(self._readings), len(self._names)
            old = self._costs
            if rows > old.shape[0] or columns > old.shape[1]:
                grown = np.full((2 * max(rows, old.shape[0]), 2 * max(columns, old.shape[1])), np.nan)
                grown[: old.shape[0], : old.shape[1]] = old
                filled = np.zeros(grown.shape[1], dtype=bool)
                filled[: len(self._filled)] = self._filled
            else:
                grown, filled = old, self._filled
            ways = _Ways(self._readings)
            for column in wanted:
                if not filled[column]:
                    grown[:rows, column] = NEVER if column == BOUNDARY else ways.apart(self._names[column])
                    filled[column] = True
            # The matrix first: whoever sees a column as filled must find it.
            self._costs = grown
            self._filled = filled


class _Ways:
    """All ways to read all syllables of phrases, as initials and finals: there are few of these, so that a
    column of distances is a few dozen look-ups and one sum of arrays."""

    def __init__(self, readings: Iterable[tuple[str, ...]]) -> None:
        ways = [(row, split(way)) for row, alternatives in enumerate(readings) for way in alternatives]
        self._parts = [sorted({parts[which] for _, parts in ways}) for which in (0, 1)]
        numbers = [{part: number for number, part in enumerate(known)} for known in self._parts]
        self._part = [np.array([numbers[k][parts[k]] for _, parts in ways], dtype=np.int64) for k in (0, 1)]
        rows = [row for row, _ in ways]
        self._first = np.searchsorted(rows, np.arange(rows[-1] + 1)) if rows else np.zeros(0, dtype=np.int64)

    def apart(self, sound: str) -> NDArray[np.float64]:
        """For each reading, the distance of the sound to the nearest way of it, shape (readings,)."""
        initial, final = (
            np.array([part_distance(heard, part) for part in known])[at]
            for heard, known, at in zip(split(sound), self._parts, self._part, strict=True)
        )
        each: NDArray[np.float64] = np.minimum(1.0, initial + final)
        return np.minimum.reduceat(each, self._first) if len(each) else each


class _CharacterTable(dict[int, str]):
    def __init__(self, sounds: _Sounds) -> None:
        super().__init__()
        self._sounds = sounds

    def __missing__(self, code: int) -> str:
        self[code] = chr(_BASE + self._sounds.number(syllable(chr(code))))
        return self[code]


def codes(text: str) -> NDArray[np.uint32]:
    """Code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


SOUNDS = _Sounds()
