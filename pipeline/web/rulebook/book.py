"""Rubric and lexicons as they stand in their files, read again when a file changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

from pipeline.batch.rulebooks import keep_rules
from pipeline.domain import PhraseKind
from pipeline.errors import Refused, StoreError, UsageError
from pipeline.inspection.rules import Rules, stamps
from pipeline.packs import Layers
from pipeline.phrases import Code, Lexicons, Matcher, Phrase, compile_matcher, load_lexicons
from pipeline.rubric import Rubric, load_rubric
from pipeline.rubric.sheet import Item
from pipeline.settings import Settings
from pipeline.store import Store

_READING, _COMPILING = Lock(), Lock()
"""Fifty requests that come first read the files once, and not each for itself."""


@dataclass(frozen=True)
class Book:
    """Everything calls are judged by now."""

    rubric: Rubric
    lexicons: Lexicons

    @property
    def kinds(self) -> Mapping[PhraseKind, list[Code]]:
        """Codes by kind, in the order of the files."""
        found: dict[PhraseKind, list[Code]] = {kind: [] for kind in PhraseKind}
        for code in self.lexicons.codes.values():
            found[code.kind].append(code)
        return {kind: codes for kind, codes in found.items() if codes}

    def phrases(self, code: str) -> list[Phrase]:
        return [phrase for phrase in self.lexicons.phrases if phrase.code.code == code]

    def items_using(self, code: str) -> list[Item]:
        """Items of the sheet whose check or condition names a phrase code."""
        return [item for item in self.rubric.items if f'"{code}"' in item.model_dump_json()]


def read_book(settings: Settings) -> Book:
    """The rules as the files say now.

    Raises:
        LexiconError, RubricError: a file cannot be used; with file, line and remedy.
    """
    with _READING:
        return _book(settings.lexicons, settings.rubric, settings.layers, *stamps(settings))


def book_for_page(settings: Settings) -> Book:
    """The same for a page that shows or changes rules.

    Raises:
        Refused: ``rules-broken``.
    """
    try:
        return read_book(settings)
    except UsageError as error:
        raise rules_broken(error) from error


def rules_broken(error: UsageError) -> Refused:
    """What a page says where a file of the rules cannot be used."""
    return Refused(f"the rules cannot be read: {error}", code="rules-broken", reason=error)


def matcher_of(settings: Settings) -> Matcher:
    """The compiled lexicons; compiling takes a second or two, once per change of the files."""
    with _COMPILING:
        return _matcher(settings.lexicons, settings.layers, stamps(settings))


def rules_of(settings: Settings) -> Rules:
    """What judges a call now, compiled.

    Raises:
        LexiconError, RubricError: a file cannot be used; with file, line and remedy.
    """
    return Rules(matcher_of(settings), read_book(settings).rubric)


@lru_cache(maxsize=2)
def _book(lexicons: Path, rubric: Path, layer: Layers, *_stamps: object) -> Book:
    loaded = load_lexicons(lexicons, layer)
    return Book(load_rubric(rubric, codes=loaded.codes, layer=layer), loaded)


@lru_cache(maxsize=1)
def _matcher(lexicons: Path, layer: Layers, _stamp: object) -> Matcher:
    return compile_matcher(load_lexicons(lexicons, layer))


def keep_present_rules(settings: Settings, store: Store) -> None:
    """Keep the text of rubric and lexicons as the files say now.

    A store that was filled before texts were kept, and judged by these files, has its scores with people's
    verdicts from then on. Rules that cannot be read are told on the screens that need them, not here.
    """
    try:
        book = read_book(settings)
        keep_rules(store, settings, lexicons=book.lexicons.revision, rubric=book.rubric.revision)
    except (UsageError, StoreError):
        return
