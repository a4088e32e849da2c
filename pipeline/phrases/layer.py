"""A centre's own lexicons over those that come with the program.

The files of a layer may hold all that a lexicon file may (codes, slots, contexts), and besides ``phrases``,
which are added to a code that exists, and ``changes`` of phrases that exist: more wordings, exceptions or
examples, or ``off``. They are read after all files below them, in the order of their names, so that a later
file can change what an earlier one added. What a change names must be there: a change that silently did
nothing might let an accusation through that it was written to prevent.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from pipeline.messages import Message, ValueRefused
from pipeline.packs import Layered, layers_of
from pipeline.phrases.entries import EntryReader, LexiconSource, Place, code_of, refuse
from pipeline.phrases.lexicon import Code, Phrase, WrittenTemplate
from pipeline.phrases.lexicon_file import CodeEntry, LexiconFile, LexiconModel, Name, PhraseEntry, Text

LEXICONS, SENTENCES, RUBRIC = "lexicons", "sentences", "rubric"
"""Folders of a layer."""
WEIGHTS_FILE = "sentences.npz"
"""Trained weights of its sentences, in the folder itself."""


class AddedPhrase(PhraseEntry):
    """One more phrase of a code that exists."""

    code: Name


class ChangedExamples(LexiconModel):
    """More sentences that must be hit, or must not."""

    hit: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    quiet: Annotated[tuple[Text, ...], Field(max_length=100)] = ()


class PhraseChange(LexiconModel):
    """What is different about a phrase that exists, named by its code and as the file below writes it."""

    code: Name
    phrase: Text
    off: bool = False
    """No longer looked for."""
    variants: Annotated[tuple[Text, ...], Field(max_length=200)] = ()
    patterns: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    exceptions: Annotated[tuple[Text, ...], Field(max_length=200)] = ()
    examples: ChangedExamples = ChangedExamples()
    reason: Text

    @model_validator(mode="after")
    def _changes_something(self) -> PhraseChange:
        examples = self.examples.hit + self.examples.quiet
        if not (self.off or self.variants or self.patterns or self.exceptions or examples):
            raise ValueRefused(Message("lexicon.layer-no-change"))
        return self


class LayerFile(LexiconFile):
    """A lexicon file of a layer."""

    phrases: tuple[AddedPhrase, ...] = ()
    changes: tuple[PhraseChange, ...] = ()

    @property
    def entries(self) -> tuple[PhraseEntry, ...]:
        return super().entries + self.phrases


def layer_files(layer: Layered) -> list[Path]:
    """The lexicon files of the packs and of a centre's layer, in the order in which they count."""
    layers = layers_of(layer)
    own = [] if layers.own is None else sorted((layers.own / LEXICONS).glob("*.yaml"))
    return [*(path for pack in layers.packs for path in pack.lexicons), *own]


class PhraseCollector:
    """The codes and phrases of all files in turn; a layer's files change what stands there already."""

    def __init__(self, reader: EntryReader) -> None:
        self.codes: dict[str, Code] = {}
        self._reader = reader
        self._entries: dict[str, list[CodeEntry]] = {}
        self._exceptions: dict[str, dict[str, WrittenTemplate]] = {}
        """Code -> the exceptions of the whole code."""
        self._found: list[Phrase | None] = []
        self._written: dict[tuple[str, str], int] = {}
        """(code, phrase as its file writes it, or as people read it) -> its index."""

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """Those that are looked for."""
        return tuple(phrase for phrase in self._found if phrase is not None)

    def add(self, content: LexiconFile, source: LexiconSource) -> None:
        """Take what a file says.

        Raises:
            LexiconError: with file, line and remedy.
        """
        for i, entry in enumerate(content.codes):
            self._add_code(entry, source, i)
        if isinstance(content, LayerFile):
            for i, added in enumerate(content.phrases):
                self._add_phrase(added, source, ("phrases", i))
            for i, change in enumerate(content.changes):
                self._change(change, source, ("changes", i))

    def _add_code(self, entry: CodeEntry, source: LexiconSource, number: int) -> None:
        code = code_of(entry)
        if self.codes.setdefault(code.code, code) != code:
            differs = Message("lexicon.code-differs", lexicon_code=code.code)
            refuse(differs, source.at("codes", number))
        exceptions = self._reader.exceptions(entry.exceptions, source, ("codes", number))
        self._exceptions.setdefault(code.code, {}).update(exceptions)
        self._entries.setdefault(code.code, []).append(entry)
        for j, phrase in enumerate(entry.phrases):
            self._keep(
                phrase,
                self._reader.phrase(
                    phrase,
                    self.codes[code.code],
                    source,
                    ("codes", number, "phrases", j),
                    exceptions=exceptions,
                    negative_contexts=entry.negative_contexts,
                ),
            )

    def _add_phrase(self, entry: AddedPhrase, source: LexiconSource, where: Place) -> None:
        """A phrase of a code that is there. What spares every phrase of the code spares this one too."""
        code = self.codes.get(entry.code)
        if code is None:
            refuse(Message("lexicon.layer-no-code", lexicon_code=entry.code), source.at(*where, "code"))
        whole = self._entries[entry.code]
        phrase = self._reader.phrase(
            entry,
            code,
            source,
            where,
            exceptions=self._exceptions[entry.code],
            negative_contexts=tuple(dict.fromkeys(n for one in whole for n in one.negative_contexts)),
        )
        self._keep(entry, phrase)

    def _keep(self, entry: PhraseEntry, phrase: Phrase) -> None:
        number = len(self._found)
        for name in (entry.phrase, phrase.canonical):
            self._written.setdefault((phrase.code.code, name), number)
        self._found.append(phrase)

    def _change(self, change: PhraseChange, source: LexiconSource, where: Place) -> None:
        number = self._written.get((change.code, change.phrase), -1)
        old = self._found[number] if number >= 0 else None
        if old is None:
            none = Message("lexicon.layer-no-phrase", lexicon_code=change.code, phrase=change.phrase)
            refuse(none, source.at(*where, "phrase"))
        if change.off:
            self._found[number] = None
            return
        variants, patterns, wordings = self._reader.wordings(
            (), change.variants, change.patterns, change.code, source, where
        )
        exceptions = self._reader.exceptions(change.exceptions, source, where)
        self._found[number] = replace(
            old,
            variants=old.variants + variants,
            patterns=old.patterns + patterns,
            exceptions=(*old.exceptions, *exceptions),
            written={**old.written, **wordings, **exceptions},
            hit=tuple(dict.fromkeys(old.hit + change.examples.hit)),
            quiet=tuple(dict.fromkeys(old.quiet + change.examples.quiet)),
        )
