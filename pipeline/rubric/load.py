"""Reading a rubric file: YAML with line numbers, every error with its place and remedy."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pipeline.errors import RubricError
from pipeline.files import FileRefused, read_plain
from pipeline.messages import Message, MessageError, Text
from pipeline.packs import Layered
from pipeline.rubric.layer import PackSheet, SheetLayer, apply_layer, plain, read_pack, rubric_files
from pipeline.rubric.sheet import Rubric
from pipeline.validation import explained
from pipeline.yaml_file import YamlError, dump, line_of, read_text

MAX_BYTES = 1 << 20
"""Larger files are no score sheets; parsing one could take minutes."""
CODE_KEYS = ("codes", "excused_by")
"""Keys of a rubric file whose values are phrase codes."""
RATES = "per_1000"
"""The key of a rubric file whose value is a mapping by phrase code."""


def load_rubric(path: Path, *, codes: Mapping[str, object] | None = None, layer: Layered = None) -> Rubric:
    """Read and check a rubric file, and what packs and a centre's own layer change of it.

    ``codes`` are those of the lexicons; without them, any is accepted.

    Raises:
        RubricError: unreadable, not YAML, an unknown key or kind, a value out of range, or an unknown phrase
            code; the message names file, line and remedy.
    """
    return _loaded(path, codes, layer)[1]


FULL_WIDTH_COLON = "："


def rubric_text(path: Path, layer: Layered = None) -> str:
    """The whole sheet as one text, a layer's changes in it: the file itself where no layer changes it.

    Raises:
        RubricError: as `load_rubric`.
        OSError, UnicodeDecodeError: the file cannot be read.
    """
    if not rubric_files(layer):
        return path.read_text("utf-8-sig")
    return dump(_loaded(path, None, layer)[0])


def _loaded(path: Path, codes: Mapping[str, object] | None, layer: Layered) -> tuple[dict[str, Any], Rubric]:
    document = read_document(path)
    rubric = _valid(document, path)
    _check_codes(document, codes, path)
    sheet: dict[str, Any] = plain(document)
    for own, queues in rubric_files(layer):
        changes = read_document(own, layer=True)
        apply_layer(
            sheet,
            changes,
            own,
            queues=queues,
            validate=Rubric.model_validate,
            explained=lambda error: entry_problem(innermost({}, error.errors())),
        )
        _check_codes(changes, codes, own)
        rubric = _valid(sheet, own)
    return sheet, rubric


def pack_sheet(path: Path) -> PackSheet:
    """What a pack says of itself, and its part of the sheet.

    Raises:
        RubricError: with file, line and remedy.
    """
    return read_pack(read_document(path), path, lambda error: entry_problem(innermost({}, error.errors())))


def _valid(document: Any, path: Path) -> Rubric:
    try:
        return Rubric.model_validate(document)
    except ValidationError as error:
        detail = innermost(document, error.errors())
        raise RubricError(entry_problem(detail), path=path, line=line_of(document, detail["loc"])) from error
    except RecursionError as error:
        raise RubricError(Message("rubric.deep"), path=path) from error


def _check_codes(document: Any, codes: Mapping[str, object] | None, path: Path) -> None:
    for code, line in codes_used(document) if codes is not None else ():
        if code not in (codes or {}):
            message = Message("rubric.no-code", phrase_code=code, hint=close_to(code, codes or {}))
            raise RubricError(message, path=path, line=line)


def parse_rubric(text: str, *, scale: bool | None = None) -> Rubric:
    """A rubric from text that was one when it was kept; ``scale``, where given, stands in for what it says.

    Raises:
        RubricError: it is none for this version.
    """
    try:
        document = read_text(text)
        return Rubric.model_validate(document if scale is None else {**document, "scale": scale})
    except (ValidationError, ValueError, RecursionError) as error:
        problem: Text = error.message if isinstance(error, MessageError) else str(error)
        raise RubricError(Message("rubric.kept-text", problem=problem)) from error


def rubric_of_revision(text: str, revision: str) -> Rubric | None:
    """The rubric whose text is ``text`` and whose revision is ``revision``; None where they do not belong
    together.

    A text from before sheets could choose says nothing of ``scale`` and was scaled: its revision tells.

    Raises:
        RubricError: it is no rubric for this version.
    """
    found = parse_rubric(text)
    if found.revision != revision and "scale" not in found.model_fields_set:
        found = parse_rubric(text, scale=True)
    return found if found.revision == revision else None


def read_document(path: Path, *, layer: bool = False) -> Any:
    """The file as mappings and lists that know their lines; an empty file of a layer changes nothing.

    Raises:
        RubricError: unreadable, too large, not YAML, an alias, or not a mapping.
    """
    try:
        raw = read_plain(path, most=MAX_BYTES, remedy=Message("rubric.few-kilobytes"))
    except FileRefused as error:
        raise RubricError(error.message, path=path) from error
    try:
        document = read_text(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise RubricError(Message("file.not-utf8", byte=error.start), path=path) from error
    except YamlError as error:
        raise RubricError(error.message, path=path, line=error.line) from error
    if layer and document is None:
        return {}
    if not isinstance(document, Mapping):
        if isinstance(document, str) and FULL_WIDTH_COLON in document:
            raise RubricError(Message("rubric.full-width-colon"), path=path, line=1)
        what = Message("rubric.own-no-mapping" if layer else "rubric.no-mapping")
        raise RubricError(what, path=path, line=1)
    return document


def codes_used(document: Any) -> Iterator[tuple[str, int | None]]:
    """Each phrase code a document names, with its line."""
    if isinstance(document, Mapping):
        for key, value in document.items():
            if key in CODE_KEYS and isinstance(value, list) and all(isinstance(v, str) for v in value):
                for index, code in enumerate(value):
                    yield str(code), line_of(value, (index,))
            elif key == RATES and isinstance(value, Mapping):
                for code in value:
                    yield str(code), line_of(value, (code,))
            else:
                yield from codes_used(value)
    elif isinstance(document, list):
        for value in document:
            yield from codes_used(value)


def innermost(document: Any, details: Sequence[ErrorDetails]) -> ErrorDetails:
    """The first error by line, without those that only say that something inside them is wrong.

    A misspelt key is told before the key that is missing because of it.
    """
    places = [detail["loc"] for detail in details]
    inner = [d for d in details if not any(p[: len(d["loc"])] == d["loc"] and p != d["loc"] for p in places)]
    return min(inner, key=lambda d: (d["type"] == "missing", line_of(document, d["loc"]) or 0))


def entry_problem(detail: ErrorDetails, known: Collection[str] | None = None) -> Message:
    """What is wrong with an entry of a rule file, and the remedy.

    Args:
        known: every key that the file may have; those of a rubric file where not given.
    """
    where = ".".join(str(part) for part in detail["loc"])
    key, found = (str(detail["loc"][-1]) if detail["loc"] else ""), detail["input"]
    match detail["type"]:
        case "extra_forbidden":
            problem = Message("rubric.unknown-key", key=key, hint=close_to(key, known or _known_keys()))
        case "missing":
            problem = Message("rubric.missing-key", key=key)
        case "tuple_type" if isinstance(found, str):
            problem = Message("rubric.no-list", found=found)
        case "string_pattern_mismatch" if key == "id":
            problem = Message("rubric.no-id", found=str(found))
        case "value_error":
            problem = explained(detail)
        case _:
            problem = explained(detail)
            if isinstance(found, str | int | float):
                problem = Message("rubric.found", problem=problem, found=repr(found))
    return Message("rubric.entry", where=where, problem=problem) if where else problem


def _known_keys() -> set[str]:
    """Every key a rubric file may have, for suggestions."""
    definitions = Rubric.model_json_schema(by_alias=True)
    models = [definitions, *definitions.get("$defs", {}).values()]
    models += [SheetLayer.model_json_schema(), PackSheet.model_json_schema()]
    return {key for model in models for key in model.get("properties", {})}


def close_to(word: str, known: Collection[str]) -> Text:
    """“Do you mean ...?”, where something is near."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return Message("rubric.near", near=near[0]) if near else ""
