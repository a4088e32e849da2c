"""What a text must hold before a pattern can match it: the cheap question before the dear one.

``(账户|卡).{0,4}(还有|还剩)`` matches nothing without 还有 or 还剩. Of several such sets the two with the
longest words are taken. The idea is that of RE2's prefilter (Cox, "Regular Expression Matching with a
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
    some: tuple[Words, ...] = ()
    """Up to two sets of words; every match holds a word of each. The better one comes first."""

    @property
    def needed(self) -> tuple[Words, ...]:
        return self.some if self.all is None else _best([self.all, *self.some])


_GAP = _Part(None)


def needs(source: str) -> tuple[Words, ...]:
    """Up to two sets of words: every match of an RE2 expression holds at least one word of each.

    Empty for expressions that Python reads otherwise than RE2 does: that costs time and nothing else.
    """
    if re.search(r"\(\?[^:P]|\[[^\]]*\[|\\[^pPdwsb.?*+()\[\]{}|^$\\]", source):
        return ()
    try:
        # A gap is a gap: Python knows no classes of Unicode.
        needed = _sequence(parser.parse(re.sub(r"\\[pP](\{\w+\}|\w)", ".", source))).needed
    except (re.error, RecursionError, OverflowError):
        return ()
    return tuple(_shortest(words) for words in needed)


def _sequence(nodes: Iterable[Any]) -> _Part:
    """Parts one after the other: what is next to each other grows together while it is few."""
    whole, run, found = True, _NOTHING, list[Words]()
    for node in nodes:
        part = _part(*node)
        if part.all is not None and len(run) * len(part.all) <= MOST_WORDS:
            run = frozenset(a + b for a in run for b in part.all)
            continue
        found += [run, *part.some]
        whole, run = False, part.all or _NOTHING
    return _Part(run if whole else None, _best([*found, run]))


def _part(op: Any, value: Any) -> _Part:
    if op is kind.LITERAL:
        return _Part(frozenset({chr(value)}))
    if op is kind.AT:
        return _Part(_NOTHING)
    if op is kind.IN:
        return _Part(_members(value))
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
    known = frozenset[str]().union(*(n[0] for n in needed if n))
    helpful = all(needed) and len(known) <= MOST_WORDS
    return _Part(every if finite else None, (known,) if helpful else ())


def _repeated(least: int, most: int, nodes: Any) -> _Part:
    part = _sequence(nodes)
    if most == 1 and part.all is not None:
        return _Part(part.all | (_NOTHING if least == 0 else frozenset()))
    return _Part(None, part.needed if least else ())


def _best(sets: Iterable[Words]) -> tuple[Words, ...]:
    """The two best of those that not every text meets."""
    telling = {words for words in sets if words and "" not in words}
    return tuple(sorted(telling, key=lambda words: (_worth(words), sorted(words)), reverse=True)[:2])


def _worth(words: Words) -> tuple[int, int]:
    """Long words are rare, and few are rarer."""
    return min(map(len, words)), -len(words)


def _shortest(words: Words) -> Words:
    """Without those that hold another one."""
    return frozenset(w for w in words if not any(o in w for o in words if o is not w and len(o) < len(w)))
