"""Examples of what an item fails and of what it lets pass: from the lexicons, or from its own dialogues."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.domain import Role
from pipeline.messages import Message, Text
from pipeline.rubric.check import CHECK_KINDS
from pipeline.rubric.dialogue import PAUSES, SPEAKERS
from pipeline.rubric.sheet import Item

MOST = 3
"""Examples of a kind that are shown."""
ABSENCE = ("required-phrase", "around-hold", "late-phrase")
"""Kinds of checks that fail where phrases are missing: saying them is what passes."""

_MARK = re.compile(r"\[[a-z0-9-]+\|([^\]]*)\]")
_LINE = re.compile(rf"({'|'.join((*SPEAKERS, *PAUSES))})(?:@[\d.]+)?(?:\((\d+)\))?\s*[:：]\s*(.*)", re.DOTALL)
_SPEAKERS = {
    Role.AGENT: Message("example.agent"),
    Role.CUSTOMER: Message("example.customer"),
    Role.UNKNOWN: Message("example.somebody"),
    Role.ANNOUNCEMENT: Message("party.announcement"),
}
_PAUSES = {"silence": "example.silence", "hold": "example.hold"}

NAMES: Mapping[str, Message] = {
    "fails": Message("example.fails"),
    "passes": Message("example.passes"),
    "counts": Message("example.counts"),
    "does_not_count": Message("example.does-not-count"),
}
"""What people call that which the examples are of."""
OF_HINTS = {**NAMES, "fails": Message("example.hinted"), "passes": Message("example.not-hinted")}
"""The same of a hint, which fails nobody."""


class Examples(Protocol):
    """A phrase of the lexicons: sentences that it is found in, and others like them that it is not."""

    @property
    def hit(self) -> Sequence[str]: ...
    @property
    def quiet(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Instances:
    """What people may say, or how a call may go."""

    fails: tuple[Text, ...] = ()
    passes: tuple[Text, ...] = ()
    counts: tuple[Text, ...] = ()
    """What counts as said, where the fault is that it was not."""
    does_not_count: tuple[Text, ...] = ()
    hint: bool = False

    @property
    def named(self) -> tuple[tuple[Message, tuple[Text, ...]], ...]:
        """What there is of each, and what people call it."""
        names = OF_HINTS if self.hint else NAMES
        return tuple((called, found) for name, called in names.items() if (found := getattr(self, name)))


def instances(item: Item, phrases: Mapping[str, Sequence[Examples]]) -> Instances:
    """Examples of one item. ``phrases``: those of the lexicons by code.

    An item without phrases and without dialogues of its own is shown by those of its kind, where they fit.
    """
    if item.check is None:
        return Instances()
    found = [one for code in getattr(item.check.options, "codes", ()) for one in phrases.get(code, ())]
    said, quiet = _turns(one.hit for one in found), _turns(one.quiet for one in found)
    failing, passing = dialogues(item, "failed"), dialogues(item, "passed")
    if item.check.kind in ABSENCE:
        return Instances(failing, () if said else passing, said[:MOST], quiet[:MOST], item.hint)
    if found:
        return Instances(said[:MOST], quiet[:MOST], hint=item.hint)
    return Instances(failing, passing, hint=item.hint)


def dialogues(item: Item, outcome: str) -> tuple[Message, ...]:
    """The dialogues stored with an item that come out so; where it has none, those of the same options."""
    own = [test.dialogue for test in item.tests if test.expect == outcome]
    if not item.tests and item.check is not None:
        kind = CHECK_KINDS[item.check.kind]
        own = [
            example.dialogue
            for example in kind.EXAMPLES
            if example.expect == outcome
            and not example.facts
            and _same(kind, example.options, item.check.options)
        ]
    return tuple(Message("join.lines", parts=tuple(map(_readable, lines))) for lines in own[:MOST])


def _same(kind: object, options: Mapping[str, object], mine: object) -> bool:
    """Whether an example was made for what an item looks at: the same limits."""
    parsed = kind.OPTIONS.model_validate(options)  # type: ignore[attr-defined]
    named = set(options) - {"codes", "say", "excused_by"}
    return "codes" not in options and all(getattr(parsed, n) == getattr(mine, n) for n in named)


def _readable(line: str) -> Message | str:
    """A line of a dialogue without its marks and times."""
    match = _LINE.fullmatch(line.strip())
    if match is None:
        return line
    who, rate, words = match[1], match[2], _MARK.sub(r"\1", match[3]).strip()
    if who in PAUSES:
        return Message(_PAUSES[PAUSES[who]], seconds=words)
    if rate:
        return Message("example.line-at-rate", who=_SPEAKERS[SPEAKERS[who]], rate=rate, words=words)
    return Message("example.line", who=_SPEAKERS[SPEAKERS[who]], words=words)


def _turns(lists: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """One of each phrase first, then the next of each: the examples differ as much as they can."""
    return tuple(dict.fromkeys(_dealt([list(one) for one in lists])))


def _dealt(lists: Sequence[Sequence[str]]) -> Iterator[str]:
    for n in range(max((len(one) for one in lists), default=0)):
        yield from (one[n] for one in lists if n < len(one))
