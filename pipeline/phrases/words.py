"""Word boundaries, so that no match cuts a word in half (随便点点 is not 随便, 滚动 is not 滚)."""

from __future__ import annotations

import itertools
import logging
from functools import cache, lru_cache
from typing import Any

from pipeline.phrases.normal_form import normalise

AROUND = 6
"""Characters looked at on each side: Chinese words are rarely longer."""
LONG = 6

FREQUENT = 2_000
"""Occurrences from which on a word of two or more characters is one that people say all the time (地方)."""

COMMON = 15_000
"""Occurrences (jieba counted 60 million words) from which on a character is a common word of its own."""

ADDED = 100_000
"""Occurrences that a word is given which the dictionary lacks: often enough never to be cut."""


class Segmenter:
    """Cuts text into words by jieba's dictionary and the ``extra`` words of the lexicons."""

    def __init__(self, extra: tuple[str, ...]) -> None:
        self._extra = extra
        self.boundaries = lru_cache(maxsize=4096)(self._boundaries)
        self.common_word = lru_cache(maxsize=4096)(self._common_word)

    def cuts_a_word(self, text: str, start: int, end: int) -> bool:
        """True where ``text[start:end]`` begins or ends inside a word of the dictionary.

        From LONG characters on it must do both: garbled text makes words by chance (前两天水接的 holds 天水).
        """
        low = max(0, start - AROUND)
        inner = self.boundaries(text[low : end + AROUND])
        cuts = (start - low not in inner) + (end - low not in inner)
        return cuts == 2 if end - start >= LONG else cuts > 0

    def occurrences(self, text: str) -> int:
        """How often the dictionary counted ``text`` as a word of its own; 0 where it is none."""
        return int(_tokenizer(self._extra).FREQ.get(text, 0))

    def foreign_words(self, text: str, start: int, end: int, spelling: str) -> list[bool]:
        """The written words of two or more characters inside ``text[start:end]`` that are not in the phrase;
        for each whether it is a frequent one.

        A recogniser that was led astray by sound mostly writes odd single characters; whole words that make
        sense (酒店签 for 就点钱) were mostly said. ``text`` is as it was written: no normal form has 地方.
        """
        low = max(0, start - AROUND)
        window = text[low : end + AROUND]
        inside = sorted(b + low for b in self.boundaries(window) if start <= b + low <= end)
        words = (text[a:b] for a, b in itertools.pairwise(inside) if b - a > 1)
        frequency = _tokenizer(self._extra).FREQ
        # 这儿 is 这 with an ending.
        strange = (word for word in words if normalise(word).removesuffix("儿") not in spelling)
        return [frequency.get(word, 0) >= FREQUENT for word in strange]

    def _boundaries(self, text: str) -> frozenset[int]:
        """Positions in ``text`` where one word ends and the next begins, both ends included."""
        tokens = _tokenizer(self._extra).tokenize(text, HMM=False)
        return frozenset({0, len(text), *(end for _, _, end in tokens)})

    def _common_word(self, character: str) -> bool:
        """True where one character is a word that people say all the time (是, 来, 打)."""
        return self.occurrences(character) >= COMMON


@cache
def _tokenizer(extra: tuple[str, ...]) -> Any:
    """Made on first use: the dictionary takes half a second to load."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    for word in extra:
        tokenizer.add_word(word, freq=ADDED)
    return tokenizer
