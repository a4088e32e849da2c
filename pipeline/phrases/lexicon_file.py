"""A lexicon file: its shape, checked by pydantic, how much may stand in it, and its text as a mapping with
line numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pipeline.domain import PhraseKind, Severity
from pipeline.errors import LexiconError
from pipeline.files import FileRefused, read_plain
from pipeline.messages import Message
from pipeline.yaml_file import LinedMap, YamlError, read_text

LARGEST_BYTES = 1 << 20
"""A lexicon of 1 MiB holds more than 10,000 phrases; anything larger is a mistake or an attack."""
MOST_FILES = 200
MOST_BYTES = 4 << 20
MOST_PHRASES = 6_000
"""The shipped lexicons have 197 with 1,449 wordings and 2,584 examples."""
MOST_WORDINGS = 15_000
"""Phrases, their variants and patterns."""
MOST_EXAMPLES = 15_000

LONGEST_TEXT = 400
"""Characters of a wording, an example or a reason."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]

Slot = Annotated[str, StringConstraints(pattern=r"^[a-z]+$", max_length=30)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class LexiconModel(BaseModel):
    """Base of everything that stands in a file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PhraseExamples(LexiconModel):
    """Sentences that prove a phrase: a test runs all of them."""

    hit: Annotated[tuple[Text, ...], Field(min_length=1, max_length=100)]
    quiet: Annotated[tuple[Text, ...], Field(max_length=100)] = ()


class PhraseEntry(LexiconModel):
    phrase: Text
    variants: Annotated[tuple[Text, ...], Field(max_length=200)] = ()
    patterns: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    exceptions: Annotated[tuple[Text, ...], Field(max_length=200)] = ()
    negative_contexts: tuple[Name, ...] | None = None
    tolerance: Annotated[float, Field(ge=0, le=6)] | None = None
    whole_words: bool = True
    reason: Text
    examples: PhraseExamples


class CodeEntry(LexiconModel):
    code: Name
    kind: PhraseKind
    title: Text
    title_en: Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_TEXT)] = ""
    severity: Severity | None = None
    role: Literal["agent", "customer", "any"]
    exceptions: tuple[Text, ...] = ()
    negative_contexts: tuple[Name, ...] = ()
    phrases: Annotated[tuple[PhraseEntry, ...], Field(min_length=1)]


class ContextEntry(LexiconModel):
    name: Name
    before: tuple[Text, ...] = ()
    after: tuple[Text, ...] = ()
    near: tuple[Text, ...] = ()
    then: tuple[Text, ...] = ()
    earlier: tuple[Text, ...] = ()
    reach: Annotated[int, Field(ge=1, le=40)] = 16
    reason: Text


class LexiconFile(LexiconModel):
    slots: dict[Slot, Words] = Field(default_factory=dict)
    codes: tuple[CodeEntry, ...] = ()
    contexts: tuple[ContextEntry, ...] = ()

    @property
    def entries(self) -> tuple[PhraseEntry, ...]:
        """Every phrase of the file."""
        return tuple(phrase for code in self.codes for phrase in code.phrases)


def read_yaml(path: Path) -> LinedMap:
    """The top mapping of a YAML file, with line numbers (see ``line_of``).

    Raises:
        LexiconError: unreadable, too large, not a mapping, or YAML that ``read_text`` does not accept.
    """
    try:
        raw = read_plain(path, most=LARGEST_BYTES, remedy=Message("lexicon.split"))
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LexiconError(Message("file.not-utf8", byte=error.start), path=path) from error
    except FileRefused as error:
        raise LexiconError(error.message, path=path) from error
    try:
        loaded = read_text(text)
    except YamlError as error:
        raise LexiconError(error.message, path=path, line=error.line) from error
    if loaded is None:
        loaded = read_text("{}")
    if not isinstance(loaded, LinedMap):
        raise LexiconError(Message("lexicon.no-mapping"), path=path, line=1)
    return loaded


def check_files(folder: Path, paths: Sequence[Path]) -> None:
    """Before anything is read.

    Raises:
        LexiconError: too many files, or too large ones.
    """
    _at_most(folder, len(paths), MOST_FILES, "lexicon.many-files")
    sizes = 0
    for path in paths:
        try:
            sizes += path.stat().st_size
        except OSError:  # reading it says why
            continue
    if sizes > MOST_BYTES:
        raise LexiconError(Message("lexicon.large", most=MOST_BYTES >> 20), path=folder)


@dataclass(slots=True)
class LexiconSize:
    """What the files read so far hold."""

    folder: Path
    phrases: int = 0
    wordings: int = 0
    examples: int = 0

    def add(self, content: LexiconFile) -> None:
        """Count one more file.

        Raises:
            LexiconError: that is too much.
        """
        self.phrases += len(content.entries)
        for phrase in content.entries:
            self.wordings += 1 + len(phrase.variants) + len(phrase.patterns)
            self.examples += len(phrase.examples.hit) + len(phrase.examples.quiet)
        _at_most(self.folder, self.phrases, MOST_PHRASES, "lexicon.many-phrases")
        _at_most(self.folder, self.wordings, MOST_WORDINGS, "lexicon.many-wordings")
        _at_most(self.folder, self.examples, MOST_EXAMPLES, "lexicon.many-examples")


def _at_most(folder: Path, count: int, most: int, code: str) -> None:
    if count > most:
        raise LexiconError(Message(code, most=most), path=folder)
