"""Long stretches in which nobody talks: a hold, or dead air, and who should have spoken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from pipeline.conversation.announcement import LONG_HOLD_S, Announcements
from pipeline.conversation.timeline import Timeline
from pipeline.domain import Role, Span, Utterance, covered

LOOKUP_S = 10.0
"""A silence this long after the customer answered the agent's question is a look-up: a silent hold."""

HELD_SHARE = 0.5
"""A stretch is a hold where holds cover this share of it."""

EPSILON_S = 0.001
"""Times are sums of floats: a silence of 8 s must not fall short of 8 s by a rounding error."""


class HoldKind(StrEnum):
    HEARD = "heard"
    """Music, tones, or a hold known from elsewhere."""
    ANNOUNCED = "announced"
    """A silence the agent asked for, or thanked for."""
    LOOKUP = "lookup"
    """The agent asked, the customer answered, nobody spoke for long: the agent is looking something up."""


@dataclass(frozen=True, slots=True)
class Hold:
    span: Span
    kind: HoldKind


def long_holds(
    timeline: Timeline,
    announcements: Announcements,
    *,
    at_least: float = LONG_HOLD_S,
    lookups: bool = True,
) -> Iterator[Hold]:
    """The customer's waits of at least ``at_least`` seconds, between the first and the last word.

    ``lookups``: long silences in which the agent looks something up count as well.
    """
    for quiet in timeline.quiet:
        if quiet.duration < at_least - EPSILON_S:
            continue
        if covered(quiet, timeline.holds) >= HELD_SHARE:
            yield Hold(quiet, HoldKind.HEARD)
        elif announcements.explain(quiet):
            yield Hold(quiet, HoldKind.ANNOUNCED)
        elif lookups and quiet.duration >= LOOKUP_S and _looking_up(timeline, quiet):
            yield Hold(quiet, HoldKind.LOOKUP)


def dead_air(
    timeline: Timeline,
    holds: Iterable[Hold],
    *,
    at_least: float,
    below: float | None = None,
    owed_by: Role | None = None,
) -> tuple[Span, ...]:
    """Silences that are none of ``holds``, by length (half open) and by who kept the other one waiting (None:
    anyone).
    """
    held = {hold.span for hold in holds}
    return tuple(
        quiet
        for quiet in timeline.quiet
        if quiet.duration >= at_least - EPSILON_S
        and (below is None or quiet.duration < below - EPSILON_S)
        and quiet not in held
        and (owed_by is None or due_to_speak(timeline, quiet) in (owed_by, Role.UNKNOWN))
    )


def due_to_speak(timeline: Timeline, quiet: Span) -> Role:
    """Who should have spoken: the customer where the agent asked and the customer answered at last; otherwise
    the agent, who leads the call. Unknown where the speakers are.
    """
    before, after = timeline.last_before(quiet.start), timeline.first_after(quiet.end)
    if before is None or after is None or Role.UNKNOWN in (before.role, after.role):
        return Role.UNKNOWN
    asked = before.role is Role.AGENT and _asks(timeline, before)
    return Role.CUSTOMER if asked and after.role is Role.CUSTOMER else Role.AGENT


def _looking_up(timeline: Timeline, quiet: Span) -> bool:
    """The customer has just given what the agent wanted to know, and the agent speaks next."""
    answer, after = timeline.last_before(quiet.start), timeline.first_after(quiet.end)
    if answer is None or after is None or answer.role is not Role.CUSTOMER or after.role is not Role.AGENT:
        return False
    question = next((u for u in reversed(timeline.said) if u.span.start < answer.span.start), None)
    if question is None or question.role is not Role.AGENT or _asks(timeline, answer):
        return False
    # A misheard question is no longer one, but an address or a number in the answer tells that there was one.
    return _asks(timeline, question) or timeline.words.data.found_in(answer.text)


def _asks(timeline: Timeline, utterance: Utterance) -> bool:
    return timeline.words.question.found_in(utterance.text)
