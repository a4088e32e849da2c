"""What is found as it is written: spellings (Aho-Corasick) and patterns, all in one pass over the text.

Patterns are google-re2's alone: no expression that anybody writes can take more than linear time.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import ahocorasick
import re2

from pipeline.phrases.literals import required_literals
from pipeline.phrases.template import expression, slots

MEMORY_BYTES = 4 << 20
"""For one pattern: an expression that needs more (``(.{0,500}){500}``) is refused when it is read."""


def _options(memory: int) -> Any:
    options = re2.Options()
    options.max_mem = memory
    options.log_errors = False
    return options


@dataclass(frozen=True)
class Pattern:
    """A compiled template."""

    template: str
    source: str
    regex: Any
    repeats: bool
    """True where all groups of ``{same}`` must have caught the same character."""

    @cached_property
    def required(self) -> tuple[frozenset[str], ...]:
        """Up to two sets of words; every match holds a word of each (see ``literals``)."""
        return required_literals(self.source)

    @cached_property
    def _literal(self) -> str:
        """The longest word that stands in every match; empty where there is none."""
        return max(("".join(words) for words in self.required if len(words) == 1), key=len, default="")

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where it matches, left to right, not overlapping, never empty."""
        if self._literal not in text:
            return
        for match in self.regex.finditer(text):
            if match.end() > match.start() and (not self.repeats or len(set(_same(match))) == 1):
                yield match.start(), match.end()


def _same(match: Any) -> Iterable[str]:
    return [value for name, value in match.groupdict().items() if name.startswith("same")]


@lru_cache(maxsize=20_000)
def compiled(template: str) -> Pattern:
    """Compile a template.

    Raises:
        TemplateError: it is not a template. re2.error: it is not an expression RE2 accepts, or needs too
        much memory.
    """
    source = expression(template)
    repeats = slots(template).count("same") > 1
    number = 0
    while r"(\pL)" in source:
        source = source.replace(r"(\pL)", rf"(?P<same{number}>\pL)", 1)
        number += 1
    return Pattern(template, source, re2.compile(source, _options(MEMORY_BYTES)), repeats)


class PatternSet:
    """Many patterns at once: one pass over the text tells which of them can match it at all."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._patterns = tuple(patterns)
        first, second = dict[str, int](), dict[str, int]()
        self._met = [0, 0]
        """One bit per pattern: those that need no word of a first, of a second set."""
        for index, pattern in enumerate(self._patterns):
            for number, words in enumerate((first, second)):
                if len(pattern.required) <= number:
                    self._met[number] |= 1 << index
                else:
                    for word in pattern.required[number]:
                        words[word] = words.get(word, 0) | 1 << index
        self._words = ahocorasick.Automaton()
        for word in first.keys() | second.keys():
            self._words.add_word(word, (first.get(word, 0), second.get(word, 0)))
        self._words.make_automaton()

    def spans(self, text: str) -> Iterator[tuple[int, int, int]]:
        """(index of the pattern, start, end) of each match."""
        for index in self._possible(text):
            for start, end in self._patterns[index].spans(text):
                yield index, start, end

    def _possible(self, text: str) -> Iterator[int]:
        """The patterns of whose words the text holds one of each set, in order."""
        first, second = self._met
        if text and len(self._words):
            for _, (one, other) in self._words.iter(text):
                first |= one
                second |= other
        left = first & second
        while left:
            lowest = left & -left
            yield lowest.bit_length() - 1
            left ^= lowest


class SpellingIndex:
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
