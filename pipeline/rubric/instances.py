"""Examples of what an item fails and of what it lets pass: from the lexicons, or from its own dialogues."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.messages import Lang
from pipeline.rubric.check import CHECK_KINDS
from pipeline.rubric.sheet import Item
from pipeline.rubric.wording import pick

MOST = 3
"""Examples of a kind that are shown."""
ABSENCE = ("required-phrase", "around-hold", "late-phrase")
"""Kinds of checks that fail where phrases are missing: saying them is what passes."""

_MARK = re.compile(r"\[[a-z0-9-]+\|([^\]]*)\]")
_LINE = re.compile(r"(坐席|客户|某人|静音|保持)(?:@[\d.]+)?(?:\((\d+)\))?\s*[:：]\s*(.*)", re.DOTALL)
_SPEAKERS = {"坐席": "Agent", "客户": "Customer", "某人": "Somebody"}
_PAUSES = {"静音": "silence", "保持": "hold"}

NAMES: Mapping[str, tuple[str, str]] = {
    "fails": ("会判到", "fails, for example"),
    "passes": ("不会判到", "does not fail"),
    "counts": ("这样说就算做到", "counts as said"),
    "does_not_count": ("这样说不算", "does not count as said"),
}
"""How people read what the examples are of, in Chinese and in English."""


class Examples(Protocol):
    """A phrase of the lexicons: sentences that it is found in, and others like them that it is not."""

    @property
    def hit(self) -> Sequence[str]: ...
    @property
    def quiet(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Instances:
    """What people may say, or how a call may go."""

    fails: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    """What counts as said, where the fault is that it was not."""
    does_not_count: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What there is of each, by name (see ``NAMES``)."""
        return tuple((name, found) for name in NAMES if (found := getattr(self, name)))


def instances(item: Item, phrases: Mapping[str, Sequence[Examples]], lang: Lang = "zh") -> Instances:
    """Examples of one item. ``phrases``: those of the lexicons by code.

    An item without phrases and without dialogues of its own is shown by those of its kind, where they fit.
    """
    found = [one for code in getattr(item.check.options, "codes", ()) for one in phrases.get(code, ())]
    said, quiet = _turns(one.hit for one in found), _turns(one.quiet for one in found)
    failing, passing = dialogues(item, "failed", lang), dialogues(item, "passed", lang)
    if item.check.kind in ABSENCE:
        return Instances(failing, () if said else passing, said[:MOST], quiet[:MOST])
    if found:
        return Instances(said[:MOST], quiet[:MOST])
    return Instances(failing, passing)


def dialogues(item: Item, outcome: str, lang: Lang) -> tuple[str, ...]:
    """The dialogues stored with an item that come out so; where it has none, those of the same options."""
    own = [test.dialogue for test in item.tests if test.expect == outcome]
    if not item.tests:
        kind = CHECK_KINDS[item.check.kind]
        own = [
            example.dialogue
            for example in kind.EXAMPLES
            if example.expect == outcome and not example.facts and _same(kind, example.options, item)
        ]
    return tuple(" ".join(_told(line, lang) for line in lines) for lines in own[:MOST])


def _same(kind: object, options: Mapping[str, object], item: Item) -> bool:
    """Whether an example was made for what this item looks at: the same limits."""
    parsed = kind.OPTIONS.model_validate(options)  # type: ignore[attr-defined]
    mine = item.check.options
    named = set(options) - {"codes", "say", "excused_by"}
    return "codes" not in options and all(getattr(parsed, n) == getattr(mine, n) for n in named)


def _told(line: str, lang: Lang) -> str:
    match = _LINE.fullmatch(line.strip())
    if match is None:
        return line
    who, rate, words = match[1], match[2], _MARK.sub(r"\1", match[3]).strip()
    if who in _PAUSES:
        return pick(lang, f"（{who} {words} 秒）", f"({_PAUSES[who]} of {words} s)")
    name = pick(lang, who, _SPEAKERS[who])
    fast = pick(lang, f"（每分钟 {rate} 字）", f" ({rate} characters a minute)") if rate else ""
    return f"{name}{fast}{pick(lang, '：', ': ')}{words}"


def _turns(lists: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """One of each phrase first, then the next of each: the examples differ as much as they can."""
    return tuple(dict.fromkeys(_dealt([list(one) for one in lists])))


def _dealt(lists: Sequence[Sequence[str]]) -> Iterator[str]:
    for n in range(max((len(one) for one in lists), default=0)):
        yield from (one[n] for one in lists if n < len(one))
