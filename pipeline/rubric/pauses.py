"""Silences and holds of a conversation, and who kept whom waiting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain import Role, Span, covered
from pipeline.rubric.facts import LONG_HOLD_S, Facts
from pipeline.rubric.pattern import compiled

ASKS = r"[?？]|吗|呢|多少|什么|哪|几|谁|报一下|提供一下|说一下|请讲|请说|是否"
"""Signs of a question or a request for data in an utterance."""
DATA = r"[0-9A-Za-z].*[0-9A-Za-z].*[0-9A-Za-z]|[零一二两三四五六七八九幺]{3,}"
"""Signs of a number, an address or a code in an answer."""
LOOKUP_S = 10.0
"""A silence this long after the customer answered the agent's question is a look-up: a silent hold."""

EPSILON_S = 0.001
"""Times are sums of floats: a silence of 8 s must not fall short of 8 s by a rounding error."""
ASKED, THANKED = ("hold-ask",), ("hold-thanks",)
"""Phrase codes that make a silence a hold."""
ASKED_WITHIN_S = 8.0
"""Between the announcement and the silence fits the customer's answer, not more."""
THANKED_WITHIN_S = 5.0


class HoldKind(StrEnum):
    SOUND = "sound"
    """Music, tones, or a hold known from elsewhere."""
    ANNOUNCED = "announced"
    """A silence the agent asked for, or thanked for."""
    SILENT = "silent"
    """The agent asked, the customer answered, nobody spoke for long: the agent is looking something up."""


@dataclass(frozen=True, slots=True)
class Hold:
    span: Span
    kind: HoldKind


def holds(facts: Facts, *, at_least: float = LONG_HOLD_S, silent: bool = True) -> tuple[Hold, ...]:
    """The customer's waits of at least ``at_least`` seconds, between the first and the last word."""
    return facts.once(("holds", at_least, silent), lambda: tuple(_holds(facts, at_least, silent)))


def _holds(facts: Facts, at_least: float, silent: bool) -> Iterator[Hold]:
    for quiet in facts.quiet:
        if quiet.duration < at_least - EPSILON_S:
            continue
        if covered(quiet, facts.held) >= 0.5:
            yield Hold(quiet, HoldKind.SOUND)
        elif _announced(facts, quiet):
            yield Hold(quiet, HoldKind.ANNOUNCED)
        elif silent and quiet.duration >= LOOKUP_S and _looking_up(facts, quiet):
            yield Hold(quiet, HoldKind.SILENT)


def silences(
    facts: Facts, *, at_least: float, below: float | None = None, owed_by: Role | None = None
) -> tuple[Span, ...]:
    """Silences that are not holds, by length (half open) and by who kept the other waiting (None: anyone)."""
    waits = {hold.span for hold in holds(facts)}
    return tuple(
        quiet
        for quiet in facts.quiet
        if quiet.duration >= at_least - EPSILON_S
        and (below is None or quiet.duration < below - EPSILON_S)
        and quiet not in waits
        and (owed_by is None or debtor(facts, quiet) in (owed_by, Role.UNKNOWN))
    )


def debtor(facts: Facts, quiet: Span) -> Role:
    """Who should have spoken: the customer where the agent asked and the customer answered at last; otherwise
    the agent, who leads the call. Unknown where the speakers are."""
    before, after = facts.before(quiet.start), facts.after(quiet.end)
    if before is None or after is None or Role.UNKNOWN in (before.role, after.role):
        return Role.UNKNOWN
    asked = before.role is Role.AGENT and compiled(ASKS).search(before.text) is not None
    return Role.CUSTOMER if asked and after.role is Role.CUSTOMER else Role.AGENT


def _announced(facts: Facts, quiet: Span) -> bool:
    """The agent asked for this silence shortly before, or thanked for it right after."""
    before = Span(max(0.0, quiet.start - ASKED_WITHIN_S), quiet.start + 0.5)
    after = Span(max(0.0, quiet.end - 0.5), quiet.end + THANKED_WITHIN_S)
    return any(h.span.overlap(before) > 0 for h in facts.found(ASKED, Role.AGENT)) or any(
        h.span.overlap(after) > 0 for h in facts.found(THANKED, Role.AGENT)
    )


def _looking_up(facts: Facts, quiet: Span) -> bool:
    """The customer has just given what the agent wanted to know, and the agent speaks next."""
    answer, after = facts.before(quiet.start), facts.after(quiet.end)
    if answer is None or after is None or answer.role is not Role.CUSTOMER or after.role is not Role.AGENT:
        return False
    question = next((u for u in reversed(facts.turns) if u.span.start < answer.span.start), None)
    if question is None or question.role is not Role.AGENT or compiled(ASKS).search(answer.text):
        return False
    # A misheard question is no longer one, but an address or a number in the answer tells that there was one.
    return any(compiled(sign).search(text) for sign, text in ((ASKS, question.text), (DATA, answer.text)))
