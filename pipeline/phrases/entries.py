"""Entries of lexicon files -> phrases: templates filled in and known to compile, each error with its line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

import re2

from pipeline.conversation.pattern import re2_problem
from pipeline.domain import Role
from pipeline.errors import LexiconError
from pipeline.messages import Message
from pipeline.phrases.lexicon import Code, NegativeContext, Phrase, SourceLocation, WrittenTemplate
from pipeline.phrases.lexicon_file import CodeEntry, ContextEntry, PhraseEntry
from pipeline.phrases.pattern import compiled
from pipeline.phrases.syntax import TemplateError
from pipeline.phrases.template import filled, folded, is_finite, spellings
from pipeline.yaml_file import LinedMap, line_of

_MARKS = re.compile(r"[(){}\[\]|?*+.^$\\]")
"""What makes a phrase a template."""

_NONE: Mapping[str, WrittenTemplate] = MappingProxyType({})

Place = tuple[str | int, ...]
"""Keys and indexes that lead to an entry of a file."""


@dataclass(frozen=True, slots=True)
class LexiconSource:
    """A file that entries stand in."""

    path: Path
    root: LinedMap

    def at(self, *where: str | int) -> SourceLocation:
        """The line of an entry."""
        return SourceLocation(self.path, line_of(self.root, where))


@dataclass(frozen=True, slots=True)
class EntryReader:
    """Reads entries with the groups of words of all files; remembers what was written where."""

    slots: Mapping[str, str]
    seen: dict[tuple[str, str], SourceLocation] = field(default_factory=dict)
    """(code, folded template) -> where it stands first."""

    def phrase(
        self,
        entry: PhraseEntry,
        code: Code,
        source: LexiconSource,
        where: Place,
        *,
        exceptions: Mapping[str, WrittenTemplate] = _NONE,
        negative_contexts: Sequence[str] = (),
    ) -> Phrase:
        """A phrase; ``exceptions`` and ``negative_contexts`` are those of its whole code.

        Raises:
            LexiconError: a template that is none, or that the code has already.
        """
        place = source.at(*where)
        own = self.exceptions(entry.exceptions, source, where)
        variants, patterns, wordings = self.wordings(
            [entry.phrase], entry.variants, entry.patterns, code.code, source, where
        )
        return Phrase(
            code=code,
            canonical=self._sentence(entry),
            variants=variants,
            patterns=patterns,
            exceptions=(*exceptions, *own),
            negative_contexts=tuple(
                negative_contexts if entry.negative_contexts is None else entry.negative_contexts
            ),
            tolerance=entry.tolerance,
            whole_words=entry.whole_words,
            reason=entry.reason,
            hit=entry.examples.hit,
            quiet=entry.examples.quiet,
            place=place,
            written={**exceptions, **own, **wordings},
        )

    def exceptions(
        self, templates: Sequence[str], source: LexiconSource, where: Place
    ) -> dict[str, WrittenTemplate]:
        """Each exception with its slots filled in, and where it is written."""
        found: dict[str, WrittenTemplate] = {}
        for k, template in enumerate(templates):
            place = source.at(*where, "exceptions", k)
            found[self._checked(template, place)] = WrittenTemplate(template, place)
        return found

    def wordings(
        self,
        phrases: Sequence[str],
        variants: Sequence[str],
        patterns: Sequence[str],
        code: str,
        source: LexiconSource,
        where: Place,
    ) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, WrittenTemplate]]:
        """What is spelled out and what is searched as a pattern, of templates that are new to the code, and
        where and how each is written.

        Raises:
            LexiconError: one that is none, or that the code has already.
        """
        sources: dict[str, WrittenTemplate] = {}
        finite_ones: list[str] = []
        others: list[str] = []
        written = [(template, "phrase", 0) for template in phrases]
        written += [(template, "variants", k) for k, template in enumerate(variants)]
        written += [(template, "patterns", k) for k, template in enumerate(patterns)]
        for template, key, k in written:
            here = source.at(*where, key, k)
            try:
                text = filled(template, self.slots)
                known = folded(text)
                finite = is_finite(text) if key == "phrase" else key == "variants"
                if finite:
                    spellings(text)
            except TemplateError as error:
                refuse(Message("lexicon.template", template=template, problem=error.message), here)
            first = self.seen.setdefault((code, known), here)
            if first is not here:
                if first.path == source.path:
                    refuse(Message("lexicon.phrase-twice", phrase=template, line=first.line), here)
                refuse(Message("lexicon.phrase-elsewhere", phrase=template, first=str(first)), here)
            check_compiles(text, here)
            (finite_ones if finite else others).append(text)
            sources[text] = WrittenTemplate(template, here)
        return tuple(finite_ones), tuple(others), sources

    def templates(self, templates: Sequence[str], place: SourceLocation) -> tuple[str, ...]:
        """Templates with their slots filled in, known to compile."""
        return tuple(self._checked(template, place) for template in templates)

    def context(self, entry: ContextEntry, place: SourceLocation) -> NegativeContext:
        """A context in which phrases are harmless."""
        before, after, near, then, earlier = (
            self.templates(templates, place)
            for templates in (entry.before, entry.after, entry.near, entry.then, entry.earlier)
        )
        return NegativeContext(entry.name, before, after, near, then, earlier, entry.reach, place)

    def _sentence(self, entry: PhraseEntry) -> str:
        """What people read where the phrase was found: never a template. Where it is one, its plainest
        spelling; where that has a slot, the first example."""
        text = filled(entry.phrase, self.slots)
        if is_finite(text):
            return spellings(text).texts[0] if _MARKS.search(entry.phrase) else entry.phrase
        return entry.examples.hit[0]

    def _checked(self, template: str, place: SourceLocation) -> str:
        try:
            text = filled(template, self.slots)
        except TemplateError as error:
            refuse(Message("lexicon.template", template=template, problem=error.message), place)
        check_compiles(text, place)
        return text


def code_of(entry: CodeEntry) -> Code:
    """The idea that an entry describes, without its phrases."""
    role = None if entry.role == "any" else Role(entry.role)
    return Code(entry.code, entry.kind, entry.title, entry.severity, role, entry.title_en)


def check_compiles(template: str, place: SourceLocation) -> None:
    """
    Raises:
        LexiconError: RE2 does not accept it.
    """
    try:
        compiled(template)
    except TemplateError as error:
        refuse(Message("lexicon.template", template=template, problem=error.message), place)
    except re2.error as error:
        refuse(Message("lexicon.pattern", template=template, problem=re2_problem(error)), place)


def refuse(message: Message, place: SourceLocation) -> NoReturn:
    """Say what is wrong, and where."""
    raise LexiconError(message, path=place.path, line=place.line)
