"""How far a finding has come on its way through review."""

from __future__ import annotations

from enum import StrEnum


class ReviewState(StrEnum):
    """What people made of a finding so far."""

    UNREVIEWED = "unreviewed"
    CONFIRMED = "confirmed"
    OVERTURNED = "overturned"
    OPEN = "open"
    """Somebody spoke, and somebody else is still to speak: it neither counts nor is it forgiven."""


class OpenCause(StrEnum):
    """Why a finding is open."""

    UNHEARD = "unheard"
    """Who listened could not tell."""
    SECOND = "second"
    """A second person is to listen, without knowing what the first said."""
    DISPUTED = "disputed"
    SOUND = "sound"
    """What was said may have been said of another recording."""


class Next(StrEnum):
    """Whose word an open finding waits for."""

    NOBODY = "nobody"
    REVIEWER = "reviewer"
    ANOTHER = "another"
    """A reviewer who has not spoken about it yet."""
    SUPERVISOR = "supervisor"


class Phase(StrEnum):
    """How far a finding has come; ``pipeline/review/states.py`` has the table of how it goes on."""

    UNREVIEWED = "unreviewed"
    UNHEARD = "unheard"
    """One person could not tell."""
    UNHEARD_TWICE = "unheard-twice"
    """Two could not tell: the supervisor's."""
    SECOND = "second"
    """One said what it is; two must agree."""
    SECOND_AGAIN = "second-again"
    """The same, and another person could not tell."""
    DISPUTED = "disputed"
    SOUND = "sound"
    SETTLED = "settled"
    """By one person, where one is enough."""
    AGREED = "agreed"
    """By two who said the same."""
    ENDED = "ended"
    """By the supervisor, over a dispute, a doubt or a verdict."""
    APPEALED = "appealed"
    """By the decision on an appeal, which is final."""

    @property
    def cause(self) -> OpenCause | None:
        return _CAUSES.get(self)

    @property
    def next(self) -> Next:
        return _NEXT.get(self, Next.NOBODY)


_CAUSES = {
    Phase.UNHEARD: OpenCause.UNHEARD,
    Phase.UNHEARD_TWICE: OpenCause.UNHEARD,
    Phase.SECOND: OpenCause.SECOND,
    Phase.SECOND_AGAIN: OpenCause.SECOND,
    Phase.DISPUTED: OpenCause.DISPUTED,
    Phase.SOUND: OpenCause.SOUND,
}


_NEXT = {
    Phase.UNREVIEWED: Next.REVIEWER,
    Phase.UNHEARD: Next.ANOTHER,
    Phase.UNHEARD_TWICE: Next.SUPERVISOR,
    Phase.SECOND: Next.ANOTHER,
    Phase.SECOND_AGAIN: Next.ANOTHER,
    Phase.DISPUTED: Next.SUPERVISOR,
    Phase.SOUND: Next.REVIEWER,
}
