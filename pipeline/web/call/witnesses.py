"""What the roles of a call rest on, for people to see: which witness agrees, and which does not."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.domain import Inspection

WITNESSES = ("claim", "words", "order", "voice")


@dataclass(frozen=True, slots=True)
class Witness:
    name: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Empty where nothing is known, or a person has said who is who."""

    heard: tuple[Witness, ...]
    doubtful: bool
    """They disagree so that nobody is accused."""
    stranger: bool
    """None of the voices is that of the agent's other calls."""
    second_from: float | None
    """Seconds at which another agent seems to begin to speak ..."""
    second_until: float | None
    """... or, from the beginning, ends."""


def witnesses(inspection: Inspection) -> Witnesses:
    """The witnesses of a call, in their order; those that say nothing are left out."""
    evidence = inspection.role_evidence
    odds = [(name, getattr(evidence, name)) for name in WITNESSES]
    second = evidence.second_agent[0] if evidence.second_agent else None
    return Witnesses(
        heard=tuple(Witness(name, value > 0) for name, value in odds if value),
        doubtful=evidence.doubtful,
        stranger=evidence.stranger,
        second_from=second.start if second is not None and second.start > 0 else None,
        second_until=second.end if second is not None and second.start == 0 else None,
    )
