"""Silences and holds of a conversation, and who kept whom waiting."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain import Role, Span, covered
from pipeline.rubric.facts import LONG_HOLD_S, Facts
from pipeline.rubric.pattern import compiled

ASKS = r"[?？]|吗|呢|多少|什么|哪|几|谁|报一下|提供一下|说一下|请讲|请说|是否"
"""Signs of a question or a request for data in an utterance."""
LOOKUP_S = 10.0
"""A silence this long after the customer answered the agent's question is a look-up: a silent hold."""


class HoldKind(StrEnum):
    SOUND = "sound"
    """Music, tone, or an announced wait."""
    SILENT = "silent"
    """The agent asked, the customer answered, nobody spoke for long: the agent is looking something up."""


@dataclass(frozen=True, slots=True)
class Hold:
    span: Span
    kind: HoldKind


def holds(facts: Facts, *, at_least: float = LONG_HOLD_S, silent: bool = True) -> tuple[Hold, ...]:
    """The customer's waits of at least ``at_least`` seconds, between the first and the last word."""
    found = []
    for quiet in facts.quiet:
        if quiet.duration < at_least:
            continue
        if covered(quiet, facts.hold) >= 0.5:
            found.append(Hold(quiet, HoldKind.SOUND))
        elif silent and quiet.duration >= LOOKUP_S and _looking_up(facts, quiet):
            found.append(Hold(quiet, HoldKind.SILENT))
    return tuple(found)


def silences(
    facts: Facts, *, at_least: float, below: float | None = None, owed_by: Role | None = None
) -> tuple[Span, ...]:
    """Silences that are not holds, by length (half open) and by who kept the other waiting (None: anyone)."""
    waits = {hold.span for hold in holds(facts)}
    return tuple(
        quiet
        for quiet in facts.quiet
        if quiet.duration >= at_least
        and (below is None or quiet.duration < below)
        and quiet not in waits
        and (owed_by is None or debtor(facts, quiet) in (owed_by, Role.UNKNOWN))
    )


def debtor(facts: Facts, quiet: Span) -> Role:
    """Who should have spoken: the one who was asked, else the one who speaks next after the other's words."""
    before, after = facts.before(quiet.start), facts.after(quiet.end)
    if before is None or after is None or Role.UNKNOWN in (before.role, after.role):
        return Role.UNKNOWN
    if before.role is Role.AGENT and after.role is Role.CUSTOMER:
        return Role.CUSTOMER if compiled(ASKS).search(before.text) else Role.AGENT
    return after.role


def _looking_up(facts: Facts, quiet: Span) -> bool:
    """The customer has just answered the agent's question, and the agent speaks next."""
    answer, after = facts.before(quiet.start), facts.after(quiet.end)
    if answer is None or after is None or answer.role is not Role.CUSTOMER or after.role is not Role.AGENT:
        return False
    question = next((u for u in reversed(facts.turns) if u.span.start < answer.span.start), None)
    return (
        question is not None
        and question.role is Role.AGENT
        and compiled(ASKS).search(question.text) is not None
        and compiled(ASKS).search(answer.text) is None
    )
