"""Lexicon files -> Lexicons, with the file and line of whatever is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from pipeline.conversation.wordlists import WORDS_FILE, load_word_lists
from pipeline.errors import LexiconError
from pipeline.messages import Message
from pipeline.packs import Layered, layers_of
from pipeline.phrases.entries import EntryReader, LexiconSource, check_compiles, refuse
from pipeline.phrases.increments import SentenceIncrement, load_increment
from pipeline.phrases.layer import LEXICONS, WEIGHTS_FILE, LayerFile, PhraseCollector, layer_files
from pipeline.phrases.lexicon import Lexicons, NegativeContext, SourceLocation
from pipeline.phrases.lexicon_file import LexiconFile, LexiconSize, check_files, read_yaml
from pipeline.phrases.revision import revision_of
from pipeline.phrases.syntax import TemplateError
from pipeline.phrases.template import SLOTS, filled
from pipeline.validation import explained
from pipeline.yaml_file import LinedMap, line_of

RENAMED_KEYS = {"quiet_when": "negative_contexts"}
"""Keys of earlier lexicon files, and what they are called now: refused with the new name."""


def load_lexicons(
    folder: Path, layer: Layered = None, *, weights: SentenceIncrement | None = None
) -> Lexicons:
    """Read all ``*.yaml`` files of a folder, in the order of their names, and those of packs and of a
    centre's own layer over them. ``weights`` stand in for those of the layer.

    Raises:
        LexiconError: no folder, no file, too much altogether, or something wrong in one of them (file, line,
            remedy).
    """
    if not folder.is_dir():
        raise LexiconError(Message("lexicon.no-folder"), path=folder)
    own_folder = layers_of(layer).own
    if own_folder is not None and not own_folder.is_dir():
        raise LexiconError(Message("lexicon.no-layer"), path=own_folder)
    paths = sorted(path for path in folder.glob("*.yaml") if path.name != WORDS_FILE)
    if not paths:
        inside = sorted(path.parent.name for path in folder.glob("*/*.yaml"))
        if inside:  # all of lexicons/ was copied or named, where one language of it was meant
            raise LexiconError(Message("lexicon.no-file-here", folder=str(folder / inside[0])), path=folder)
        raise LexiconError(Message("lexicon.no-file"), path=folder)
    own = [path for path in layer_files(layer) if path.name != WORDS_FILE]
    files = list(_files(folder, paths, own))
    reader = EntryReader(_slots(files))
    contexts = _contexts(files, reader)
    collected = PhraseCollector(reader)
    for source, content in files:
        collected.add(content, source)
    phrases = collected.phrases
    for phrase in phrases:
        for name in phrase.negative_contexts:
            if name not in contexts:
                known = Message("join.list", parts=tuple(contexts) or ("-",))
                refuse(
                    Message("lexicon.no-context", phrase=phrase.canonical, name=name, known=known),
                    phrase.place,
                )
    own_words = own_folder is not None and (own_folder / LEXICONS / WORDS_FILE).is_file()
    words = load_word_lists(own_folder / LEXICONS if own_folder is not None and own_words else folder)
    increment = weights or _increment(own_folder)
    revision = revision_of(phrases, contexts.values(), words, increment.digest if increment else "")
    return Lexicons(revision, collected.codes, phrases, contexts, words, reader.slots, increment)


def _increment(layer: Path | None) -> SentenceIncrement | None:
    path = None if layer is None else layer / WEIGHTS_FILE
    return load_increment(path) if path is not None and path.exists() else None


_File = tuple[LexiconSource, LexiconFile]


def _files(folder: Path, paths: Sequence[Path], own: Sequence[Path]) -> Iterator[_File]:
    check_files(folder, [*paths, *own])
    amount = LexiconSize(folder)
    for path in (*paths, *own):
        root = read_yaml(path)
        content = _validated(root, path, LayerFile if path in own else LexiconFile)
        amount.add(content)
        yield LexiconSource(path, root), content


def _slots(files: Iterable[_File]) -> dict[str, str]:
    """The groups of words of all files, each with those it uses filled in: they must stand above it."""
    slots: dict[str, str] = {}
    places: dict[str, SourceLocation] = {}
    for source, content in files:
        for name, words in content.slots.items():
            place = source.at("slots", name)
            if name in SLOTS:
                refuse(Message("lexicon.slot-built-in", slot=name), place)
            if name in slots:
                refuse(Message("lexicon.slot-twice", slot=name, first=str(places[name])), place)
            try:
                slots[name] = filled(words, slots)
            except TemplateError as error:
                refuse(Message("lexicon.slot", slot=name, problem=error.message), place)
            places[name] = place
            check_compiles(slots[name], place)
    return slots


def _contexts(files: Iterable[_File], reader: EntryReader) -> dict[str, NegativeContext]:
    contexts: dict[str, NegativeContext] = {}
    for source, content in files:
        for i, entry in enumerate(content.contexts):
            place = source.at("contexts", i)
            if entry.name in contexts:
                first = str(contexts[entry.name].place)
                refuse(Message("lexicon.context-twice", name=entry.name, first=first), place)
            contexts[entry.name] = reader.context(entry, place)
    return contexts


def _validated(root: LinedMap, path: Path, kind: type[LexiconFile]) -> LexiconFile:
    try:
        return kind.model_validate(root)
    except ValidationError as error:
        # A misspelt key is also a missing key; the misspelling tells more.
        first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
        where = first["loc"]
        if where[-1] in RENAMED_KEYS:
            raise LexiconError(
                Message("lexicon.renamed-key", old=str(where[-1]), new=RENAMED_KEYS[str(where[-1])]),
                path=path,
                line=line_of(root, where),
            ) from error
        name = ".".join(str(step) for step in where)
        raise LexiconError(
            Message("lexicon.entry", where=name, problem=explained(first)),
            path=path,
            line=line_of(root, where),
        ) from error
