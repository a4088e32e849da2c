"""Lexicon files -> Lexicons, with the file and line of whatever is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import re2
from pydantic import ValidationError

from pipeline.conversation.wordlists import WORDS_FILE, load_word_lists
from pipeline.domain import Role
from pipeline.errors import LexiconError
from pipeline.phrases.lexicon import (
    Code,
    Lexicons,
    NegativeContext,
    Phrase,
    SourceLocation,
    WrittenTemplate,
)
from pipeline.phrases.lexicon_file import (
    CodeEntry,
    LexiconFile,
    LexiconSize,
    PhraseEntry,
    check_files,
    read_yaml,
)
from pipeline.phrases.pattern import compiled
from pipeline.phrases.revision import revision_of
from pipeline.phrases.syntax import TemplateError
from pipeline.phrases.template import SLOTS, filled, folded, is_finite, spellings
from pipeline.yaml_file import LinedMap, line_of

RENAMED_KEYS = {"quiet_when": "negative_contexts"}
"""Keys of earlier lexicon files, and what they are called now: refused with the new name."""

_MARKS = re.compile(r"[(){}\[\]|?*+.^$\\]")
"""What makes a phrase a template."""


def load_lexicons(folder: Path) -> Lexicons:
    """Read all ``*.yaml`` files of a folder, in the order of their names.

    Raises:
        LexiconError: no folder, no file, too much altogether, or something wrong in one of them (file, line,
            remedy).
    """
    if not folder.is_dir():
        raise LexiconError("no such folder of lexicons; check --lexicons", path=folder)
    paths = sorted(path for path in folder.glob("*.yaml") if path.name != WORDS_FILE)
    if not paths:
        raise LexiconError("holds no .yaml file; a lexicon is at least one", path=folder)
    codes: dict[str, Code] = {}
    phrases: list[Phrase] = []
    contexts: dict[str, NegativeContext] = {}
    seen: dict[tuple[str, str], SourceLocation] = {}
    files = list(_files(folder, paths))
    slots = _slots(files)
    for path, root, content in files:
        for i, entry in enumerate(content.contexts):
            place = SourceLocation(path, line_of(root, ("contexts", i)))
            if entry.name in contexts:
                _refuse(
                    f'duplicate context "{entry.name}" (first at {contexts[entry.name].place}); remove one',
                    place,
                )
            before, after, near, then, earlier = (
                tuple(_checked(template, slots, place) for template in templates)
                for templates in (entry.before, entry.after, entry.near, entry.then, entry.earlier)
            )
            contexts[entry.name] = NegativeContext(
                entry.name, before, after, near, then, earlier, entry.reach, place
            )
        for i, code_entry in enumerate(content.codes):
            place = SourceLocation(path, line_of(root, ("codes", i)))
            code = _code(code_entry)
            if codes.setdefault(code.code, code) != code:
                _refuse(
                    f'code "{code.code}" has another kind, title, severity or role elsewhere; unify them',
                    place,
                )
            shared = _exceptions(code_entry.exceptions, slots, root, path, ("codes", i))
            for j, phrase_entry in enumerate(code_entry.phrases):
                where = ("codes", i, "phrases", j)
                owner = codes[code.code]
                phrases.append(
                    _phrase(phrase_entry, code_entry, owner, root, path, where, seen, slots, shared)
                )
    for phrase in phrases:
        for name in phrase.negative_contexts:
            if name not in contexts:
                known = ", ".join(contexts) or "none"
                _refuse(
                    f'"{phrase.canonical}": unknown context "{name}" in `negative_contexts`; known: {known}',
                    phrase.place,
                )
    words = load_word_lists(folder)
    revision = revision_of(phrases, contexts.values(), words)
    return Lexicons(revision, codes, tuple(phrases), contexts, words)


def _files(folder: Path, paths: Sequence[Path]) -> Iterator[tuple[Path, LinedMap, LexiconFile]]:
    check_files(folder, paths)
    amount = LexiconSize(folder)
    for path in paths:
        root = read_yaml(path)
        content = _validated(root, path)
        amount.add(content)
        yield path, root, content


def _slots(files: Iterable[tuple[Path, LinedMap, LexiconFile]]) -> dict[str, str]:
    """The groups of words of all files, each with those it uses filled in: they must stand above it."""
    slots: dict[str, str] = {}
    places: dict[str, SourceLocation] = {}
    for path, root, content in files:
        for name, words in content.slots.items():
            place = SourceLocation(path, line_of(root, ("slots", name)))
            if name in SLOTS:
                _refuse(f"the slot {{{name}}} is built in; choose another name", place)
            if name in slots:
                _refuse(f"duplicate slot {{{name}}} (first at {places[name]}); remove one", place)
            try:
                slots[name] = filled(words, slots)
            except TemplateError as error:
                _refuse(f"{{{name}}}: {error}; a slot may use those that are defined above it", place)
            places[name] = place
            _compiles(slots[name], place)
    return slots


def _validated(root: LinedMap, path: Path) -> LexiconFile:
    try:
        return LexiconFile.model_validate(root)
    except ValidationError as error:
        # A misspelt key is also a missing key; the misspelling tells more.
        first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
        where = first["loc"]
        if where[-1] in RENAMED_KEYS:
            raise LexiconError(
                f"`{where[-1]}` is called `{RENAMED_KEYS[str(where[-1])]}` now; rename the key",
                path=path,
                line=line_of(root, where),
            ) from error
        name = ".".join(str(step) for step in where)
        raise LexiconError(
            f"{name}: {first['msg']}; see docs/lexicons.md for what may stand here",
            path=path,
            line=line_of(root, where),
        ) from error


def _code(entry: CodeEntry) -> Code:
    role = None if entry.role == "any" else Role(entry.role)
    return Code(entry.code, entry.kind, entry.title, entry.severity, role, entry.title_en)


def _phrase(
    entry: PhraseEntry,
    code_entry: CodeEntry,
    code: Code,
    root: LinedMap,
    path: Path,
    where: tuple[str | int, ...],
    seen: dict[tuple[str, str], SourceLocation],
    slots: Mapping[str, str],
    shared: Mapping[str, WrittenTemplate],
) -> Phrase:
    """``shared``: the exceptions of the whole code."""
    place = SourceLocation(path, line_of(root, where))
    own = _exceptions(entry.exceptions, slots, root, path, where)
    sources = {**shared, **own}
    variants: list[str] = []
    patterns: list[str] = []
    written = [(entry.phrase, "phrase", 0)]
    written += [(template, "variants", k) for k, template in enumerate(entry.variants)]
    written += [(template, "patterns", k) for k, template in enumerate(entry.patterns)]
    for template, field, k in written:
        here = SourceLocation(path, line_of(root, (*where, field, k)))
        try:
            text = filled(template, slots)
            key = folded(text)
            finite = is_finite(text) if field == "phrase" else field == "variants"
            if finite:
                spellings(text)
        except TemplateError as error:
            _refuse(f'"{template}": {error}', here)
        first = seen.setdefault((code.code, key), here)
        if first is not here:
            other = first.line if first.path == path else first
            _refuse(f'duplicate phrase "{template}" (first at line {other}); remove one', here)
        _compiles(text, here)
        (variants if finite else patterns).append(text)
        sources[text] = WrittenTemplate(template, here)
    negative_contexts = (
        code_entry.negative_contexts if entry.negative_contexts is None else entry.negative_contexts
    )
    return Phrase(
        code=code,
        canonical=_sentence(entry, slots),
        variants=tuple(variants),
        patterns=tuple(patterns),
        exceptions=(*shared, *own),
        negative_contexts=negative_contexts,
        tolerance=entry.tolerance,
        whole_words=entry.whole_words,
        reason=entry.reason,
        hit=entry.examples.hit,
        quiet=entry.examples.quiet,
        place=place,
        written=sources,
    )


def _exceptions(
    templates: Iterable[str],
    slots: Mapping[str, str],
    root: LinedMap,
    path: Path,
    where: tuple[str | int, ...],
) -> dict[str, WrittenTemplate]:
    """Each exception with its slots filled in, and where it is written."""
    found: dict[str, WrittenTemplate] = {}
    for k, template in enumerate(templates):
        place = SourceLocation(path, line_of(root, (*where, "exceptions", k)))
        found[_checked(template, slots, place)] = WrittenTemplate(template, place)
    return found


def _sentence(entry: PhraseEntry, slots: Mapping[str, str]) -> str:
    """What people read where the phrase was found: never a template. Where it is one, its plainest spelling;
    where that has a slot, the first example."""
    text = filled(entry.phrase, slots)
    if is_finite(text):
        return spellings(text).texts[0] if _MARKS.search(entry.phrase) else entry.phrase
    return entry.examples.hit[0]


def _checked(template: str, slots: Mapping[str, str], place: SourceLocation) -> str:
    """The template with its slots filled in, known to compile."""
    try:
        text = filled(template, slots)
    except TemplateError as error:
        _refuse(f'"{template}": {error}', place)
    _compiles(text, place)
    return text


def _compiles(template: str, place: SourceLocation) -> None:
    try:
        compiled(template)
    except TemplateError as error:
        _refuse(f'"{template}": {error}', place)
    except re2.error as error:
        _refuse(
            f'"{template}" is not a valid pattern ({error}); RE2 knows no look-around and no back-reference',
            place,
        )


def _refuse(message: str, place: SourceLocation) -> NoReturn:
    raise LexiconError(message, path=place.path, line=place.line)
