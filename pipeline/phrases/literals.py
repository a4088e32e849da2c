"""The literals that a pattern requires: the prefilter that spares most texts the pattern itself.

``(账户|卡).{0,4}(还有|还剩)`` matches nothing without 还有 or 还剩. Of several such sets the two with the
longest words are taken. The idea is that of RE2's prefilter (Cox, "Regular Expression Matching with a
Trigram Index"), over the tree of the template. Measured over these lexicons (1,974 patterns): ``re2.Filter``
windows for the words with 8 MB of memory and is fifty times as slow; ``re2.Set`` is as fast over text it has
seen, and two hundred times as slow over text that is new to it; Hyperscan compiles 200 patterns in 1.3 s and
refuses the longest altogether.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.phrases.syntax import (
    Alternation,
    CharacterClass,
    Concatenation,
    Literal,
    Node,
    Repetition,
    TemplateError,
    parse,
)

Words = frozenset[str]

MOST_WORDS = 60
"""More alternatives than this are no help."""
_NOTHING: Words = frozenset({""})


def required_literals(source: str) -> tuple[Words, ...]:
    """Up to two sets of words: every match of an expression holds at least one word of each.

    Empty where nothing is required, and for expressions that are no templates (see ``syntax``): that costs
    time and nothing else.
    """
    try:
        required = _facts(parse(source)).required
    except TemplateError:
        return ()
    return tuple(_shortest(words) for words in required)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of a part of a pattern."""

    exact: Words | None
    """Everything it can match; None where that has no end or is too much."""
    inside: tuple[Words, ...] = ()
    """Up to two sets of words; every match holds a word of each. The better one comes first."""

    @property
    def required(self) -> tuple[Words, ...]:
        return self.inside if self.exact is None else _best([self.exact, *self.inside])


def _facts(node: Node) -> _Facts:
    match node:
        case Literal():
            return _Facts(frozenset((node.text,)))
        case CharacterClass():
            return _Facts(node.characters)
        case Concatenation():
            return _concatenation(node.parts)
        case Alternation():
            return _alternation([_facts(option) for option in node.options])
        case Repetition():
            return _repetition(_facts(node.part), node.least, node.most)


def _concatenation(parts: Sequence[Node]) -> _Facts:
    """Parts one after the other: what is next to each other grows together while it is few."""
    if len(parts) == 1:
        return _facts(parts[0])
    whole, run, found = True, _NOTHING, list[Words]()
    for node in parts:
        part = _facts(node)
        if part.exact is not None and len(run) * len(part.exact) <= MOST_WORDS:
            run = frozenset(a + b for a in run for b in part.exact)
            continue
        found += [run, *part.inside]
        whole, run = False, part.exact or _NOTHING
    return _Facts(run) if whole else _Facts(None, _best([*found, run]))


def _alternation(options: list[_Facts]) -> _Facts:
    every = frozenset[str]().union(*(o.exact for o in options if o.exact is not None))
    finite = all(o.exact is not None for o in options) and len(every) <= MOST_WORDS
    required = [o.required for o in options]
    known = frozenset[str]().union(*(r[0] for r in required if r))
    helpful = all(required) and len(known) <= MOST_WORDS
    return _Facts(every if finite else None, (known,) if helpful else ())


def _repetition(part: _Facts, least: int, most: int | None) -> _Facts:
    if most == 1 and part.exact is not None:
        return _Facts(part.exact | (_NOTHING if least == 0 else frozenset()))
    return _Facts(None, part.required if least else ())


def _best(sets: Iterable[Words]) -> tuple[Words, ...]:
    """The two best of those that not every text meets."""
    telling = {words for words in sets if words and "" not in words}
    if len(telling) <= 1:
        return tuple(telling)
    return tuple(sorted(telling, key=lambda words: (_worth(words), sorted(words)), reverse=True)[:2])


def _worth(words: Words) -> tuple[int, int]:
    """Long words are rare, and few are rarer."""
    return min(map(len, words)), -len(words)


def _shortest(words: Words) -> Words:
    """Without those that hold another one."""
    sizes = sorted({len(word) for word in words})
    if len(sizes) == 1:
        return words
    return frozenset(
        word
        for word in words
        if not any(
            word[at : at + size] in words
            for size in sizes
            if size < len(word)
            for at in range(len(word) - size + 1)
        )
    )
