"""The files that the room writes into a centre's layer: as they stand, byte for byte; written whole, in an
order in which every state between is one that can be read; and whether the rules could be read with them.
"""

from __future__ import annotations

import base64
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pipeline.batch.rule_edits import FILES
from pipeline.errors import Conflict, Refused, UsageError
from pipeline.files import replace_file
from pipeline.phrases import load_lexicons
from pipeline.phrases.layer import WEIGHTS_FILE
from pipeline.phrases.own_sentences import read_sentences
from pipeline.rubric import load_rubric
from pipeline.settings import Settings
from pipeline.store.repositories.rule_edit_rows import FilePairs

ORDER = (FILES[0], FILES[1], WEIGHTS_FILE, FILES[2])
"""In which they are published; they go back the other way."""


def standing_texts(layer: Path) -> dict[str, str]:
    """File -> text now, of what people can read; empty: no such file.

    Raises:
        Refused: ``layer-files``: one of them cannot be read.
    """
    return {name: _bytes(layer, name).decode("utf-8", "surrogateescape") for name in FILES}


def standing_files(layer: Path) -> dict[str, str]:
    """The same and the weights, in base64. Errors as above."""
    return standing_texts(layer) | {WEIGHTS_FILE: base64.b64encode(_bytes(layer, WEIGHTS_FILE)).decode()}


def written_by_hand(layer: Path, files: FilePairs) -> tuple[str, ...]:
    """Those that say neither what they said before an edit nor what it makes them say."""
    present = standing_files(layer)
    return tuple(name for name, pair in files.items() if present[name] not in pair)


def check_untouched(layer: Path, files: FilePairs) -> None:
    """
    Raises:
        Conflict: ``built-upon``: one of them is in neither of its states.
    """
    for name in written_by_hand(layer, files):
        raise Conflict(f"{name} was changed since; roll that back first", code="built-upon", file=name)


def write_files(layer: Path, files: FilePairs, *, to: int) -> None:
    """Bring the files to their first or second state; those that are in it already are not touched.

    Raises:
        Conflict: ``built-upon``: one of them is in neither; nothing is written.
        Refused: ``layer-files``: one of them cannot be written; those before it are.
    """
    check_untouched(layer, files)
    present = standing_files(layer)
    for name in ORDER if to else reversed(ORDER):
        if name in files and present[name] != files[name][to]:
            put(layer, name, files[name][to])


def put(layer: Path, name: str, text: str) -> None:
    """Let one of them say this; nothing: there is none.

    Raises:
        Refused: ``layer-files``.
    """
    path = layer / name
    try:
        if not text:
            path.unlink(missing_ok=True)
        elif name == WEIGHTS_FILE:
            replace_file(path, base64.b64decode(text))
        else:
            replace_file(path, text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise unusable(path, error) from error


def unusable(path: Path, error: OSError) -> Refused:
    """What is told where a file of the layer cannot be read or written."""
    problem = error.strerror or type(error).__name__
    return Refused(f"{path}: {problem}", code="layer-files", file=path, problem=problem)


def fault_with(settings: Settings, layer: Path, files: Mapping[str, str]) -> UsageError | None:
    """Why the rules could not be read once these files said this; None: they could.

    They are read from a copy, so nobody is judged by them. Sentences that somebody wrote by hand must stay
    readable too: no edit could be tried otherwise.

    Raises:
        Refused: ``layer-files``: the layer cannot be copied.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="callinspect-layer-") as name:
            copy = Path(name) / (layer.resolve().name or "layer")
            shutil.copytree(layer, copy, ignore=shutil.ignore_patterns(".*"))
            readable = _fault(settings, copy, sentences=True) is None
            for file, text in files.items():
                put(copy, file, text)
            fault = _fault(settings, copy, sentences=readable)
    except OSError as error:
        raise unusable(layer, error) from error
    if fault is None or fault.path is None or not fault.path.is_relative_to(copy):
        return fault
    return type(fault)(fault.message, path=layer / fault.path.relative_to(copy), line=fault.line)


def _fault(settings: Settings, layer: Path, *, sentences: bool) -> UsageError | None:
    try:
        over = settings.layers_with(layer)
        lexicons = load_lexicons(settings.lexicons, over)
        load_rubric(settings.rubric, codes=lexicons.codes, layer=over)
        if sentences:
            read_sentences(layer, codes=lexicons.codes)
    except UsageError as error:
        return error
    return None


def _bytes(layer: Path, name: str) -> bytes:
    try:
        return (layer / name).read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise unusable(layer / name, error) from error
