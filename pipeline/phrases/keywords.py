"""Key words of patterns, put right where the recogniser wrote a sound-alike, so that patterns survive its
errors too.

A pattern with gaps and slots cannot be aligned by sound as a whole, but its long words can:
通信录里的人打电话 is read as 通讯录里的人打电话, and the rest of the pattern must still be there, word for
word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.phrases.sound import SoundIndex, SoundMatch
from pipeline.phrases.text_batch import TextBatch

SHORTEST = 3
"""Syllables: shorter words have too many homophones."""
TOLERANCE = 0.12
"""Sound distance per syllable up to which a word is put right."""

_WORD = re.compile(rf"[一-鿿]{{{SHORTEST},8}}")
_CLASS = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class CorrectedText:
    """Text of the same length, and what was changed: start, end, sound distance."""

    text: str
    changes: tuple[tuple[int, int, float], ...]

    def distance(self, start: int, end: int) -> float | None:
        """Sum of the distances of the changes a match rests on; None where it needs none of them."""
        touched = [d for a, b, d in self.changes if a < end and start < b]
        return round(sum(touched), 3) if touched else None


def words_of(sources: Iterable[str]) -> frozenset[str]:
    """The key words of patterns (RE2)."""
    return frozenset(word for source in sources for word in _WORD.findall(_CLASS.sub(" ", source)))


class KeywordCorrector:
    """The key words of many patterns."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted(words)
        self._index = SoundIndex((word, i, TOLERANCE * len(word)) for i, word in enumerate(self._words))

    def correct(self, text: str) -> CorrectedText:
        """Put right the nearest sound-alikes first; what is already a key word stays."""
        return self.correct_all([text])[0]

    def occurs_in(self, texts: Sequence[str]) -> bool:
        """True where any of the texts holds a sound-alike of a key word."""
        return any(self._index.find_all(texts))

    def correct_all(self, texts: Sequence[str], *, batch: TextBatch | None = None) -> list[CorrectedText]:
        """``correct`` for each of several texts, much faster than one by one; ``batch`` as there."""
        found = self._index.find_all(texts, batch=batch)
        return [_corrected(text, matches) for text, matches in zip(texts, found, strict=True)]


def _corrected(text: str, matches: Sequence[SoundMatch]) -> CorrectedText:
    if not matches:
        return CorrectedText(text, ())
    out = text
    changes: list[tuple[int, int, float]] = []
    for match in sorted(matches, key=lambda m: (m.distance, -len(m.spelling), m.start)):
        start, end = match.start, match.end
        if end - start == len(match.spelling) and not any(a < end and start < b for a, b, _ in changes):
            out = out[:start] + match.spelling + out[end:]
            changes.append((start, end, match.distance))
    return CorrectedText(out, tuple(changes))
