"""YAML from people we do not know: read with line numbers, refused where it could hurt or mislead.

libyaml parses (ten times as fast as Python does). Plain values are read by the core schema of YAML 1.2, and
dates: ``no`` and ``on`` are words, ``012`` is twelve.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pipeline.messages import Message, ValueRefused

DEEPEST = 40
MOST_NODES = 100_000

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml, where PyYAML was built with it."""


class YamlError(ValueRefused):
    """The text is no YAML that is accepted; the message says why and what to do, ``line`` where (from 1)."""

    def __init__(self, message: Message, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class LinedMap(dict[Any, Any]):
    """A mapping that knows the line of each of its keys."""

    lines: dict[Any, int]


class LinedList(list[Any]):
    """A list that knows the line of each of its values."""

    lines: list[int]


class _Loader(_PARSER):  # type: ignore[misc]
    """Composes nodes; what a plain value means is decided here and not by YAML 1.1."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML looks it up on the class


def read_text(text: str) -> Any:
    """What a YAML text stands for: ``LinedMap``, ``LinedList``, str, int, float, bool, date or None.

    Raises:
        YamlError: not YAML, an alias or anchor (a few bytes of them can stand for gigabytes), a tag, a key
            written twice, nested too deeply, or far too many entries.
    """
    try:
        _refuse_what_swells(yaml.parse(text, Loader=_Loader))
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = str(error.problem or error.context or "unreadable").strip().splitlines()[0]
        raise YamlError(
            Message("yaml.syntax", problem=problem),
            None if mark is None else min(mark.line + 1, text.rstrip().count("\n") + 1),
        ) from error
    except yaml.YAMLError as error:
        at = getattr(error, "position", None)
        line = text.count("\n", 0, at) + 1 if isinstance(at, int) else None
        raise YamlError(Message("yaml.character", problem=str(error).splitlines()[0]), line) from error
    return None if node is None else _value(node)


def dump(value: Any) -> str:
    """YAML text that ``read_text`` reads as this value: mappings, lists, texts, numbers, dates, None.

    Keys keep their order; the same value gives the same text, so that changes can be compared line by line.
    """
    text: str = yaml.dump(
        value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100, default_flow_style=False
    )
    return text


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]
    """Writes plain only what is read back as the same text, and every value out: no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)


def _written(dumper: _Dumper, text: str) -> Any:
    try:
        plain = _number(text) == text if text and text not in _NULL and text not in _BOOL else False
    except ValueError:
        plain = False
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


_Dumper.add_representer(str, _written)


def line_of(root: Any, place: Iterable[Any]) -> int:
    """The line (from 1) of the value at ``place``, or of the nearest thing around it that has one.

    Steps that only a model of the document knows (the long form of a list) are passed over.
    """
    node, line = root, 1
    for step in place:
        try:
            if isinstance(node, LinedMap) or (isinstance(node, LinedList) and isinstance(step, int)):
                line, node = node.lines[step], node[step]
        except (KeyError, IndexError):
            continue
    return line


def _refuse_what_swells(events: Iterable[Any]) -> None:
    depth = count = 0
    for event in events:
        line = event.start_mark.line + 1
        if getattr(event, "anchor", None) is not None:
            raise YamlError(Message("yaml.alias"), line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        count += isinstance(event, yaml.NodeEvent)
        if depth > DEEPEST:
            raise YamlError(Message("yaml.deep"), line)
        if count > MOST_NODES:
            raise YamlError(Message("yaml.long"), line)


def _value(node: Node) -> Any:
    match node:
        case MappingNode():
            return _map(node)
        case SequenceNode():
            found = LinedList(_value(child) for child in node.value)
            found.lines = [child.start_mark.line + 1 for child in node.value]
            return found
        case _:
            return _scalar(node)


def _map(node: MappingNode) -> LinedMap:
    found = LinedMap()
    found.lines = {}
    for key_node, child in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, ScalarNode):
            raise YamlError(Message("yaml.key"), line)
        key = _scalar(key_node)
        if key in found:
            raise YamlError(Message("yaml.twice", key=str(key)), line)
        found[key] = _value(child)
        found.lines[key] = line
    return found


_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"([-+]?)\.(?:inf|Inf|INF)")
_NAN = frozenset({".nan", ".NaN", ".NAN"})
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_LONGEST_NUMBER = 40
"""Digits: reading longer ones takes time that grows with their square."""


def _scalar(node: Node) -> Any:
    text, line = str(node.value), node.start_mark.line + 1
    if node.tag not in (None, "!", "tag:yaml.org,2002:str"):
        raise YamlError(Message("yaml.tag", tag=str(node.tag)), line)
    if node.style:  # quoted, or a block: words, whatever they look like
        return text
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    try:
        return _number(text)
    except ValueError as error:
        raise YamlError(Message("yaml.value", problem=str(error)), line) from error


def _number(text: str) -> Any:
    """A number or a date, else the text itself."""
    if not text[0].isascii() or len(text) > _LONGEST_NUMBER:
        return text
    if _INT.fullmatch(text):
        return int(text, 0 if text[:2] in ("0o", "0x") else 10)
    if _FLOAT.fullmatch(text):
        return float(text)
    if infinite := _INFINITE.fullmatch(text):
        return -math.inf if infinite[1] == "-" else math.inf
    if text in _NAN:
        return math.nan
    return date.fromisoformat(text) if _DATE.fullmatch(text) else text
