"""Words that tell what goes on in a conversation: ``words.yaml`` of a folder of lexicons.

Lexicons hold phrases that are found and scored. These lists serve the steps before and around that: who is
the agent, what nobody said, whether a silence was announced, what was asked for, how a call ended. Without
the file, a folder uses the lists that come with the program.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from pipeline.conversation.pattern import compiled
from pipeline.errors import LexiconError
from pipeline.files import FileRefused, read_plain
from pipeline.messages import Message, ValueRefused
from pipeline.settings import data_root
from pipeline.validation import explained
from pipeline.yaml_file import LinedMap, YamlError, line_of, read_text

WORDS_FILE = "words.yaml"
"""Its name in a folder of lexicons; no lexicon can have this name."""
LARGEST_BYTES = 1 << 18

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
_Weight = Annotated[float, Field(gt=0, le=12)]
_UNWEIGHED = frozenset(("reason", "examples"))
"""Keys that change nothing that is found."""


class WordList(BaseModel):
    """Base of all lists: each says what it is for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: _Text


class WeightedWords(WordList):
    """Words that speak for one party, each with its log-odds."""

    weights: Annotated[Mapping[_Text, _Weight], Field(min_length=1, max_length=1000)]


class CharacterSet(WordList):
    """Characters that words of one kind are made of."""

    characters: _Text

    @cached_property
    def _set(self) -> frozenset[str]:
        return frozenset(self.characters.lower())

    def make_up(self, text: str) -> bool:
        """Whether the text, punctuation aside, has no other characters."""
        return all(c in self._set for c in text.lower() if c.isalnum())


class DictionaryWords(WordList):
    """Words of two or more characters that a dictionary lacks."""

    words: Annotated[
        tuple[Annotated[str, StringConstraints(min_length=2, max_length=20)], ...], Field(max_length=1000)
    ]


class RepeatedWords(WordList):
    """Words that people say several times in a row."""

    words: Annotated[frozenset[_Text], Field(max_length=1000)]


class PatternExamples(BaseModel):
    """Sentences that prove the patterns; they are tried each time the file is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hit: Annotated[tuple[_Text, ...], Field(min_length=1, max_length=100)]
    quiet: Annotated[tuple[_Text, ...], Field(max_length=100)] = ()


class PatternList(WordList):
    """RE2 expressions over the written text, any of which tells."""

    patterns: Annotated[tuple[_Text, ...], Field(min_length=1, max_length=200)]
    examples: PatternExamples

    @model_validator(mode="after")
    def _examples_hold(self) -> PatternList:
        for pattern in self.patterns:
            compiled(pattern)
        for text in self.examples.hit:
            if not self.found_in(text):
                raise ValueRefused(Message("words.example-missed", text=text))
        for text in self.examples.quiet:
            if self.found_in(text):
                raise ValueRefused(Message("words.quiet-found", text=text))
        return self

    @cached_property
    def _any(self) -> Any:
        return compiled("|".join(self.patterns))

    def found_in(self, text: str) -> bool:
        return self._any.search(text) is not None

    def places_in(self, text: str) -> list[tuple[int, int]]:
        """Start and end of each stretch of the text that a pattern covers; none overlap."""
        return [match.span() for match in self._any.finditer(text)]


class PieceLists(WordList):
    """Pieces of phrases by the code of a lexicon, compared by their sound."""

    codes: Annotated[
        Mapping[_Text, Annotated[tuple[_Text, ...], Field(max_length=200)]], Field(max_length=50)
    ]


class WordLists(BaseModel):
    """All lists of a ``words.yaml``; each field is a key of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    agent: WeightedWords
    customer: WeightedWords
    listening: CharacterSet
    hold_announcement: PatternList
    hold_thanks: PatternList
    question: PatternList
    data: PatternList
    farewell: PatternList
    leave_taking: PatternList
    settled: PatternList
    breaking_off: PatternList
    dictionary: DictionaryWords
    credits: PatternList
    repeated: RepeatedWords
    announcement: WeightedWords | None = None
    """What the line plays on the side of the centre; a folder's own file without the key goes by the default
    words."""
    unreachable: WeightedWords | None = None
    """What it plays on the side of who is called; as ``announcement``."""
    handover: PatternList | None = None
    """What an agent says who gives the call to somebody else; as ``announcement``."""
    traces: PieceLists = PieceLists(reason="-", codes={})
    """What a required phrase that the recogniser wrote badly still sounds like."""

    @cached_property
    def revision(self) -> str:
        """Digest of everything but reasons and examples, in the order of the file."""
        content = self.model_dump()
        told = [
            (name, [(key, _ordered(value)) for key, value in content[name].items() if key not in _UNWEIGHED])
            for name in type(self).model_fields
            if content[name] is not None
        ]
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def _ordered(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value


def load_word_lists(folder: Path) -> WordLists:
    """The lists of a folder of lexicons; the default ones where it has no ``words.yaml``.

    Raises:
        LexiconError: unreadable, a key that is missing or unknown, a pattern or an example that is wrong
            (file, line, remedy).
    """
    path = folder / WORDS_FILE
    return _read(path) if path.is_file() else default_word_lists()


@cache
def default_word_lists() -> WordLists:
    """The lists that come with the program."""
    return _read(data_root() / "lexicons" / "zh" / WORDS_FILE)


def _read(path: Path) -> WordLists:
    try:
        raw = read_plain(path, most=LARGEST_BYTES, remedy=Message("words.shorten"))
        root = read_text(raw.decode("utf-8-sig"))
    except FileRefused as error:
        raise LexiconError(error.message, path=path) from error
    except UnicodeDecodeError as error:
        raise LexiconError(Message("file.not-utf8", byte=error.start), path=path) from error
    except YamlError as error:
        raise LexiconError(error.message, path=path, line=error.line) from error
    if not isinstance(root, LinedMap):
        raise LexiconError(Message("words.no-mapping"), path=path, line=1)
    try:
        return WordLists.model_validate(root)
    except ValidationError as error:
        # A misspelt key is also a missing key; the misspelling tells more.
        first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
        name = ".".join(map(str, first["loc"]))
        raise LexiconError(
            Message("lexicon.entry", where=name, problem=explained(first)),
            path=path,
            line=line_of(root, first["loc"]),
        ) from error
