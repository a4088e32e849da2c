"""Lexicon files -> Lexicons, with the file and line of whatever is wrong."""

from __future__ import annotations

import hashlib
from pathlib import Path

import re2
from pydantic import ValidationError

from pipeline.domain import Role
from pipeline.errors import LexiconError
from pipeline.phrases import pattern
from pipeline.phrases.lexicon import Code, Context, Lexicons, Phrase, Place
from pipeline.phrases.schema import CodeEntry, LexiconFile, PhraseEntry
from pipeline.phrases.source import read_yaml
from pipeline.phrases.template import TemplateError, folded, is_finite, spellings
from pipeline.yaml_file import LinedMap, line_of

MATCHER_REVISION = "2"
"""Goes into the revision of the lexicons: raise it when the same lexicons give other hits."""


def load_lexicons(folder: Path) -> Lexicons:
    """Read all ``*.yaml`` files of a folder, in the order of their names.

    Raises:
        LexiconError: no folder, no file, or something wrong in one of them (file, line, remedy).
    """
    if not folder.is_dir():
        raise LexiconError("no such folder of lexicons; check --lexicons", path=folder)
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise LexiconError("holds no .yaml file; a lexicon is at least one", path=folder)
    codes: dict[str, Code] = {}
    phrases: list[Phrase] = []
    contexts: dict[str, Context] = {}
    seen: dict[tuple[str, str], Place] = {}
    for path in paths:
        root = read_yaml(path)
        content = _validated(root, path)
        for i, entry in enumerate(content.contexts):
            place = Place(path, line_of(root, ("contexts", i)))
            if entry.name in contexts:
                _refuse(
                    f'duplicate context "{entry.name}" (first at {contexts[entry.name].place}); remove one',
                    place,
                )
            for template in (*entry.before, *entry.after, *entry.near):
                _compiles(template, place)
            contexts[entry.name] = Context(
                entry.name, entry.before, entry.after, entry.near, entry.reach, place
            )
        for i, code_entry in enumerate(content.codes):
            place = Place(path, line_of(root, ("codes", i)))
            code = _code(code_entry)
            if codes.setdefault(code.code, code) != code:
                _refuse(
                    f'code "{code.code}" has another kind, title, severity or role elsewhere; unify them',
                    place,
                )
            for j, phrase_entry in enumerate(code_entry.phrases):
                where = ("codes", i, "phrases", j)
                phrases.append(_phrase(phrase_entry, code_entry, codes[code.code], root, path, where, seen))
    for phrase in phrases:
        for name in phrase.quiet_when:
            if name not in contexts:
                known = ", ".join(contexts) or "none"
                _refuse(
                    f'"{phrase.canonical}": unknown context "{name}" in quiet_when; known are: {known}',
                    phrase.place,
                )
    return Lexicons(_revision(phrases, contexts), codes, tuple(phrases), contexts)


def _validated(root: LinedMap, path: Path) -> LexiconFile:
    try:
        return LexiconFile.model_validate(root)
    except ValidationError as error:
        # A misspelt key is also a missing key; the misspelling tells more.
        first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
        where = first["loc"]
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
    seen: dict[tuple[str, str], Place],
) -> Phrase:
    place = Place(path, line_of(root, where))
    variants = list(entry.variants)
    patterns = list(entry.patterns)
    (variants if is_finite(entry.phrase) else patterns).insert(0, entry.phrase)
    for field, templates in (("variants", variants), ("patterns", patterns)):
        shift = int(bool(templates) and templates[0] == entry.phrase)
        for k, template in enumerate(templates):
            at = (*where, "phrase") if shift and k == 0 else (*where, field, k - shift)
            here = Place(path, line_of(root, at))
            try:
                key = folded(template)
                if field == "variants":
                    spellings(template)
                first = seen.setdefault((code.code, key), here)
                if first is not here:
                    other = first.line if first.path == path else first
                    _refuse(f'duplicate phrase "{template}" (first at line {other}); remove one', here)
            except TemplateError as error:
                _refuse(f'"{template}": {error}', here)
            _compiles(template, here)
    exceptions = (*code_entry.exceptions, *entry.exceptions)
    for template in exceptions:
        _compiles(template, place)
    quiet_when = code_entry.quiet_when if entry.quiet_when is None else entry.quiet_when
    return Phrase(
        code=code,
        canonical=entry.phrase,
        variants=tuple(variants),
        patterns=tuple(patterns),
        exceptions=exceptions,
        quiet_when=quiet_when,
        tolerance=entry.tolerance,
        whole_words=entry.whole_words,
        reason=entry.reason,
        hit=entry.examples.hit,
        quiet=entry.examples.quiet,
        place=place,
    )


def _compiles(template: str, place: Place) -> None:
    try:
        pattern.compiled(template)
    except TemplateError as error:
        _refuse(f'"{template}": {error}', place)
    except re2.error as error:
        _refuse(
            f'"{template}" is not a valid pattern ({error}); RE2 knows no look-around and no back-reference',
            place,
        )


def _refuse(message: str, place: Place) -> None:
    raise LexiconError(message, path=place.path, line=place.line)


def _revision(phrases: list[Phrase], contexts: dict[str, Context]) -> str:
    digest = hashlib.sha256(MATCHER_REVISION.encode())
    for p in phrases:
        facts = (
            p.code,
            p.canonical,
            p.variants,
            p.patterns,
            p.exceptions,
            p.quiet_when,
            p.tolerance,
            p.whole_words,
        )
        digest.update(repr(facts).encode())
    for c in contexts.values():
        digest.update(repr((c.name, c.before, c.after, c.near, c.reach)).encode())
    return digest.hexdigest()[:16]
