"""A lexicon file as a mapping with line numbers, or an error that names the file, the line and the remedy."""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import LexiconError
from pipeline.files import FileRefused, read_plain
from pipeline.yaml_file import LinedMap, YamlError, read_text

LARGEST_BYTES = 1 << 20
"""A lexicon of 1 MiB holds more than 10,000 phrases; anything larger is a mistake or an attack."""


def read_yaml(path: Path) -> LinedMap:
    """The top mapping of a YAML file, with line numbers (see ``line_of``).

    Raises:
        LexiconError: unreadable, too large, not a mapping, or YAML that ``read_text`` does not accept.
    """
    try:
        raw = read_plain(path, most=LARGEST_BYTES, remedy="split it into several files")
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LexiconError(f"not UTF-8 at byte {error.start}; save it as UTF-8", path=path) from error
    except FileRefused as error:
        raise LexiconError(str(error), path=path) from error
    try:
        loaded = read_text(text)
    except YamlError as error:
        raise LexiconError(str(error), path=path, line=error.line) from error
    if loaded is None:
        loaded = read_text("{}")
    if not isinstance(loaded, LinedMap):
        raise LexiconError("must hold a mapping with `codes:` or `contexts:` at the top", path=path, line=1)
    return loaded
