"""Patterns: google-re2 alone, so that no pattern anyone writes can hang the run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import ahocorasick
import re2

from pipeline.phrases.needs import needs
from pipeline.phrases.template import expression, slots

MEMORY_BYTES = 4 << 20
"""For one pattern: an expression that needs more (``(.{0,500}){500}``) is refused when it is read."""


def _options(memory: int) -> Any:
    options = re2.Options()
    options.max_mem = memory
    options.log_errors = False
    return options


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled template."""

    template: str
    source: str
    regex: Any
    repeats: bool
    """True where all groups of ``{same}`` must have caught the same character."""
    must: str = ""
    """What stands in every match, word for word: where the text lacks it, nobody needs to look further."""

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where it matches, left to right, not overlapping, never empty."""
        if self.must not in text:
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
    return Pattern(template, source, re2.compile(source, _options(MEMORY_BYTES)), repeats, _must(source))


def _must(source: str) -> str:
    """The longest run of plain letters that every match holds; empty where it is not plain to see."""
    if "\\" in source or "(?" in source:
        return ""
    bare, before = _REPEATED.sub("?", source), ""
    while bare != before:
        bare, before = _INNERMOST.sub(" ", bare), bare
    if any(mark in bare for mark in "|()[]"):
        return ""
    return max(_LETTERS.findall(bare), key=len, default="")


_REPEATED = re.compile(r"\{[^}]*\}")
_INNERMOST = re.compile(r"\[[^\]]*\]|\([^()\[\]]*\)")
_LETTERS = re.compile(r"(?:[^\W_a-z](?![?*+]))+")
"""Letters that may not be missing; small Latin ones may be part of the syntax."""


class PatternSet:
    """Many patterns at once: one pass over the text tells which of them can match it at all."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._patterns = tuple(patterns)
        first, second = dict[str, int](), dict[str, int]()
        self._met = [0, 0]
        """One bit per pattern: those that need no word of a first, of a second set."""
        for index, pattern in enumerate(self._patterns):
            needed = needs(pattern.source)
            for number, words in enumerate((first, second)):
                if len(needed) <= number:
                    self._met[number] |= 1 << index
                else:
                    for word in needed[number]:
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
