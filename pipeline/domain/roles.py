"""What the roles of a call rest on, and whether that suffices to accuse somebody."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from pipeline.domain.span import Span

CONTRADICTS = 1.5
"""Log-odds (of about four in five) from which a witness contradicts the roles rather than mumbling."""
CLEAR_WORDS = 4.0
"""Log-odds from which the words outweigh a switch that claims the opposite: channels are plugged in wrong,
and a customer says so much of an agent's words in one call of fifty at most."""


@dataclass(frozen=True, slots=True)
class RoleEvidence:
    """Log-odds of each witness for the roles that a call has: below 0 it speaks against them; None where it
    says nothing."""

    claim: float | None = None
    """Which channel the switch says is the agent's."""
    words: float | None = None
    """What the parties say, the phrases of the lexicons among it."""
    order: float | None = None
    """Who speaks first. Four in five are right: it never contradicts."""
    voice: float | None = None
    """Which voice returns in the agent's other calls of the run."""
    stranger: bool = False
    """None of the voices is that of the agent's other calls: somebody else used the account."""
    second_agent: tuple[Span, ...] = ()
    """Where another voice than that agent's speaks on the agent's side: after a transfer, until the call
    comes back, or whenever somebody joins; in time order."""
    third_voice: bool = False
    """More than two people talk on one channel, and it is not known whose words are whose."""
    like_voices: bool = False
    """What agents say and what customers say was said on one channel in what passes for one voice."""
    sides_turn: float | None = None
    """Seconds from which on each channel holds the other party ..."""
    sides_doubtful: bool = False
    """... by the words alone; otherwise the voices bore it out, and the channels were put right."""

    @property
    def doubtful(self) -> bool:
        """Whether the witnesses disagree so that nobody may be accused: a person has to listen.

        A switch is outvoted by clear words, unless the voice is on its side.
        """
        return (
            self.stranger
            or self.third_voice
            or self.like_voices
            or self.sides_doubtful
            or _below(self.voice, -CONTRADICTS)
            or _below(self.words, -CONTRADICTS)
            or (_below(self.claim, 0.0) and not (self.words or 0.0) >= CLEAR_WORDS)
        )

    @property
    def total(self) -> float:
        """Log-odds of all witnesses together."""
        return sum(odds or 0.0 for odds in (self.claim, self.words, self.order, self.voice))

    @property
    def confidence(self) -> float:
        """How sure the roles are, 0.5 (a guess) .. 1."""
        return 1 / (1 + math.exp(-max(0.0, self.total)))

    @property
    def turned(self) -> RoleEvidence:
        """The evidence for the opposite roles."""
        return replace(
            self,
            claim=_negative(self.claim),
            words=_negative(self.words),
            order=_negative(self.order),
            voice=_negative(self.voice),
        )


def _below(odds: float | None, bar: float) -> bool:
    return odds is not None and odds < bar


def _negative(odds: float | None) -> float | None:
    return None if odds is None else -odds


NO_EVIDENCE = RoleEvidence()
"""Nothing is known of what the roles rest on, or a person has said who is who."""
