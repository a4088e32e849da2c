"""What a text must hold before a pattern can match it: the cheap question before the dear one.

``(账户|卡).{0,4}(还有|还剩)`` matches nothing without 还有 or 还剩. Of several such sets the one with the
longest words is taken. The idea is that of RE2's prefilter (Cox, "Regular Expression Matching with a
Trigram Index"). ``re2.Filter`` has it too, but looks for the words with 8 MB of memory: fifty times as slow
over this project's lexicons. ``re2.Set`` is as fast as this over text it has seen, and two hundred times as
slow over text that is new to it.
"""

from __future__ import annotations

import re
import re._constants as kind
import re._parser as parser
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Words = frozenset[str]

MOST_WORDS = 60
"""More alternatives than this are no help."""
_NOTHING: Words = frozenset({""})


@dataclass(frozen=True, slots=True)
class _Part:
    """What is known of a part of a pattern."""

    all: Words | None
    """Everything it can match; None where that has no end or is too much."""
    one_of: Words | None
    """Words of which every match holds one; None where nothing is known."""

    @property
    def needed(self) -> Words | None:
        """The better of both."""
        return _better(self.all, self.one_of)


_GAP = _Part(None, None)


def needs(source: str) -> Words | None:
    """Words of which every match of an RE2 expression holds at least one; None where there are none.

    Expressions that Python reads otherwise than RE2 does are told as None: that costs time and nothing else.
    """
    if re.search(r"\(\?[^:P]|\[[^\]]*\[|\\[^pPdwsb.?*+()\[\]{}|^$\\]", source):
        return None
    try:
        # A gap is a gap: Python knows no classes of Unicode.
        needed = _sequence(parser.parse(re.sub(r"\\[pP](\{\w+\}|\w)", ".", source))).needed
    except (re.error, RecursionError, OverflowError):
        return None
    return _useful(needed)


def _sequence(nodes: Iterable[Any]) -> _Part:
    """Parts one after the other: what is next to each other grows together while it is few."""
    whole, run, best = True, _NOTHING, None
    for node in nodes:
        part = _part(*node)
        if part.all is not None and len(run) * len(part.all) <= MOST_WORDS:
            run = frozenset(a + b for a in run for b in part.all)
            continue
        best = _better(_better(best, run), part.one_of)
        whole, run = False, part.all or _NOTHING
    best = _better(best, run)
    return _Part(run if whole else None, best)


def _part(op: Any, value: Any) -> _Part:
    if op is kind.LITERAL:
        return _Part(frozenset({chr(value)}), None)
    if op is kind.AT:
        return _Part(_NOTHING, None)
    if op is kind.IN:
        return _Part(_members(value), None)
    if op is kind.SUBPATTERN:
        return _sequence(value[-1])
    if op is kind.BRANCH:
        return _either([_sequence(branch) for branch in value[1]])
    if op in (kind.MAX_REPEAT, kind.MIN_REPEAT):
        return _repeated(*value)
    return _GAP


def _members(items: Iterable[tuple[Any, Any]]) -> Words | None:
    """The characters of a class; None where it is open or large."""
    found: set[str] = set()
    for op, value in items:
        if op is kind.LITERAL:
            found.add(chr(value))
        elif op is kind.RANGE and value[1] - value[0] < MOST_WORDS:
            found.update(map(chr, range(value[0], value[1] + 1)))
        else:
            return None
    return frozenset(found) if len(found) <= MOST_WORDS else None


def _either(parts: list[_Part]) -> _Part:
    every = frozenset[str]().union(*(p.all for p in parts if p.all is not None))
    finite = all(p.all is not None for p in parts) and len(every) <= MOST_WORDS
    needed = [p.needed for p in parts]
    known = frozenset[str]().union(*(n for n in needed if n is not None))
    helpful = all(n is not None for n in needed) and len(known) <= MOST_WORDS
    return _Part(every if finite else None, known if helpful else None)


def _repeated(least: int, most: int, nodes: Any) -> _Part:
    part = _sequence(nodes)
    if most == 1 and part.all is not None:
        return _Part(part.all | (_NOTHING if least == 0 else frozenset()), None)
    return _Part(None, part.needed if least else None)


def _better(a: Words | None, b: Words | None) -> Words | None:
    return max(a, b, key=_worth) if a is not None and b is not None else b if a is None else a


def _worth(words: Words) -> tuple[int, int]:
    """Long words are rare, and few are rarer."""
    return min(map(len, words), default=0), -len(words)


def _useful(words: Words | None) -> Words | None:
    """Without those that hold another one; None where all are held by any text."""
    if words is None or not words or "" in words:
        return None
    return frozenset(w for w in words if not any(o in w for o in words if o is not w and len(o) < len(w)))
