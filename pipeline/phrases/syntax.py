"""The grammar of templates: text -> a tree of literals, choices and repetitions.

It is the part of RE2's syntax that templates are written in (https://github.com/google/re2/wiki/Syntax):
choices, groups, classes, repetition, anchors. What stands outside of it (flags, look-around) is refused here,
though RE2 may accept it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.messages import Message, ValueRefused

DEEPEST = 100
"""Brackets within brackets; beyond, a template is an attack on the stack."""
LARGEST_CLASS = 60
"""Characters of a class that are listed one by one."""

_GROUP = re.compile(r"\((?:\?(?::|P<\w+>))?")
_COUNTS = re.compile(r"\{(\d+)(,(\d*))?\}")
_CLASS = re.compile(r"\[(\^?)((?:\\p\{\w+\}|\\.|[^\]\\\[])+)\]")
_ESCAPE = re.compile(r"\\(?:[pP](?:\{\^?\w+\}|\w)|[dDwWsS]|(b)|([.?*+()\[\]{}|^$\\-]))")
_PLAIN = re.compile(r"[^()\[\]{}|?*+.^$\\]+")
_WORDS = re.compile(r"([^()\[\]{}|?*+.^$\\]+(?:\|[^()\[\]{}|?*+.^$\\]+)+)\)")
"""The inside of most groups: words to choose from."""


class TemplateError(ValueRefused):
    """A template that cannot be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Literal:
    """Characters that must stand there."""

    text: str


@dataclass(frozen=True, slots=True)
class CharacterClass:
    """One character of several."""

    characters: frozenset[str] | None
    """None: of too many to list."""


@dataclass(frozen=True, slots=True)
class Concatenation:
    """Parts one after the other; none is nothing at all, as an anchor is."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alternation:
    """One of several."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repetition:
    """A part several times."""

    part: Node
    least: int
    most: int | None
    """None: no end."""


Node = Literal | CharacterClass | Concatenation | Alternation | Repetition

_NOTHING = Concatenation(())
_ANY = CharacterClass(None)


def parse(template: str) -> Node:
    """The tree of a template whose slots are filled in.

    Raises:
        TemplateError: unmatched brackets, a repetition of nothing, or syntax that no template has.
    """
    node, end = _alternation(template, 0, depth=0)
    if end != len(template):
        raise TemplateError(Message("template.unexpected", mark=template[end]))
    return node


def _alternation(text: str, at: int, *, depth: int) -> tuple[Node, int]:
    if depth > DEEPEST:
        raise TemplateError(Message("template.deep"))
    options: list[Node] = []
    while True:
        option, at = _concatenation(text, at, depth=depth)
        options.append(option)
        if at >= len(text) or text[at] != "|":
            return options[0] if len(options) == 1 else Alternation(tuple(options)), at
        at += 1


def _concatenation(text: str, at: int, *, depth: int) -> tuple[Node, int]:
    parts: list[Node] = []
    while at < len(text) and text[at] not in "|)":
        plain = _PLAIN.match(text, at)
        if plain is not None:
            at = plain.end()
            letters = plain[0]
            if at < len(text) and text[at] in "?*+{":  # only the last one is repeated
                if len(letters) > 1:
                    parts.append(Literal(letters[:-1]))
                letters = letters[-1]
            part: Node = Literal(letters)
        else:
            part, at = _special(text, at, depth=depth)
        part, at = _repeated(part, text, at)
        parts.append(part)
    return Concatenation(tuple(parts)), at


def _special(text: str, at: int, *, depth: int) -> tuple[Node, int]:
    """What a mark of the syntax begins."""
    mark = text[at]
    if group := _GROUP.match(text, at):
        if depth < DEEPEST and (words := _WORDS.match(text, group.end())):
            return Alternation(
                tuple([Concatenation((Literal(w),)) for w in words[1].split("|")])
            ), words.end()
        part, at = _alternation(text, group.end(), depth=depth + 1)
        if at >= len(text):
            raise TemplateError(Message("template.open"))
        return part, at + 1
    if mark == ".":
        return _ANY, at + 1
    if mark in "^$":
        return _NOTHING, at + 1
    if listed := _CLASS.match(text, at):
        return CharacterClass(None if listed[1] else _members(listed[2])), listed.end()
    if escape := _ESCAPE.match(text, at):
        literal = escape[2]
        return Literal(literal) if literal else _NOTHING if escape[1] else _ANY, escape.end()
    if mark in "?*+":
        raise TemplateError(Message("template.nothing-before"))
    raise TemplateError(Message("template.unexpected", mark=mark))


def _repeated(part: Node, text: str, at: int) -> tuple[Node, int]:
    if at >= len(text) or text[at] not in "?*+{":
        return part, at
    if text[at] == "{":
        counts = _COUNTS.match(text, at)
        if counts is None:
            raise TemplateError(Message("template.brace", mark="{"))
        least = int(counts[1])
        most = least if counts[2] is None else int(counts[3]) if counts[3] else None
        at = counts.end()
    else:
        least, most = {"?": (0, 1), "*": (0, None), "+": (1, None)}[text[at]]
        at += 1
    lazy = at < len(text) and text[at] == "?"
    return Repetition(part, least, most), at + lazy


def _members(inside: str) -> frozenset[str] | None:
    """The characters that a class lists; None where they are too many, or classes of their own."""
    if "\\" not in inside and "-" not in inside:
        return frozenset(inside) if len(inside) <= LARGEST_CLASS else None
    found: set[str] = set()
    for first, last in re.findall(r"(\\.|[^\\])(?:-(\\.|[^\\]))?", inside):
        if re.match(r"\\\w", first) or re.match(r"\\\w", last):
            return None
        low, high = ord(first[-1]), ord((last or first)[-1])
        if high - low >= LARGEST_CLASS:
            return None
        found.update(map(chr, range(low, high + 1)))
    return frozenset(found) if 0 < len(found) <= LARGEST_CLASS else None
