"""YAML from people we do not know: read with line numbers, refused where it could hurt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent

from pipeline.errors import LexiconError

LARGEST_BYTES = 1 << 20
"""A lexicon of 1 MiB holds more than 10,000 phrases; anything larger is a mistake or an attack."""
DEEPEST = 20
MOST_NODES = 100_000


class _HostileError(Exception):
    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class _PlainComposer(Composer):
    """Composes nodes, but refuses what could swell: aliases, anchors, depth, and far too many nodes."""

    def __init__(self, loader: Any = None) -> None:
        super().__init__(loader=loader)
        self._depth = self._count = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.parser.peek_event()
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _HostileError("aliases and anchors (& and *) are not allowed; write it out", line)
        self._depth += 1
        self._count += 1
        if self._depth > DEEPEST:
            raise _HostileError("nested too deeply; see docs/lexicons.md for the shape", line)
        if self._count > MOST_NODES:
            raise _HostileError("too many entries for one file; split it", line)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


def read_yaml(path: Path) -> CommentedMap:
    """The top mapping of a YAML file, with line numbers (``lc``).

    Raises:
        LexiconError: unreadable, too large, not YAML, not a mapping, nested too deeply, or with
            aliases or anchors (a few bytes of them can stand for gigabytes).
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise LexiconError("larger than 1 MiB; split it into several files", path=path)
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise LexiconError(f"not UTF-8 at byte {error.start}; save it as UTF-8", path=path) from error
    except OSError as error:
        raise LexiconError(f"cannot be read ({error.strerror}); check the file", path=path) from error
    try:
        yaml = YAML(typ="rt", pure=True)
        yaml.Composer = _PlainComposer
        loaded: Any = yaml.load(text)
    except _HostileError as error:
        raise LexiconError(str(error), path=path, line=error.line) from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise LexiconError(
            f"not valid YAML: {error.problem or error.context}; check indentation, quotes and colons",
            path=path,
            line=None if mark is None else mark.line + 1,
        ) from error
    except (YAMLError, ValueError, RecursionError) as error:
        raise LexiconError(
            f"not valid YAML: {str(error).splitlines()[0]}; check the file", path=path
        ) from error
    if loaded is None:
        return CommentedMap()
    if not isinstance(loaded, CommentedMap):
        raise LexiconError("must hold a mapping with `codes:` or `contexts:` at the top", path=path, line=1)
    return loaded


def line_of(root: CommentedMap, where: Sequence[str | int]) -> int:
    """The line (from 1) of the value at ``where``, or of the nearest thing around it that has one."""
    node: Any = root
    line = 1
    for step in where:
        try:
            if isinstance(node, CommentedMap):
                line = node.lc.key(step)[0] + 1 if step in node else line
                node = node[step]
            elif isinstance(node, CommentedSeq) and isinstance(step, int):
                line = node.lc.item(step)[0] + 1
                node = node[step]
            else:
                break
        except (KeyError, IndexError, TypeError):
            break
    return line
