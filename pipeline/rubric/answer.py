"""What a check or a condition answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain import Evidence, Outcome, Severity
from pipeline.messages import Message


class Truth(StrEnum):
    """Kleene's three values: what is not known stays unknown through ``all``, ``any`` and ``not``."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @property
    def negated(self) -> Truth:
        return {Truth.YES: Truth.NO, Truth.NO: Truth.YES, Truth.UNKNOWN: Truth.UNKNOWN}[self]


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a condition holds on a call, where that was seen, and why in one sentence."""

    truth: Truth
    evidence: tuple[Evidence, ...] = ()
    reason: Message | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The outcome of one check: each piece of evidence of a failure is one occurrence."""

    outcome: Outcome
    evidence: tuple[Evidence, ...] = ()
    reason: Message | None = None
    weight: int | None = None
    """How many occurrences a failure counts for, where a check has bands; None: as many as its evidence."""

    @property
    def times(self) -> int:
        """How often the deduction is due."""
        return max(1, len(self.evidence)) if self.weight is None else self.weight


@dataclass(frozen=True, slots=True)
class Bar:
    """How good evidence must be before somebody is accused (all 0..1)."""

    accuse: float
    """Confidence of a phrase hit."""
    role: float
    """Confidence that the accused party spoke."""
    hearing: float
    """Confidence of the recogniser where a phrase was searched and not found."""
    coverage: float = 0.6
    """Share of the party's speech in that window that was transcribed at all."""


BARS: dict[Severity, Bar] = {
    Severity.A: Bar(accuse=0.7, role=0.65, hearing=0.55),
    Severity.B: Bar(accuse=0.6, role=0.6, hearing=0.5),
    Severity.C: Bar(accuse=0.55, role=0.55, hearing=0.5),
    Severity.D: Bar(accuse=0.5, role=0.55, hearing=0.5),
    Severity.E: Bar(accuse=0.45, role=0.5, hearing=0.4),
}
"""Default bars: the graver the accusation, the better the proof."""


def passed(reason: Message | None = None, evidence: tuple[Evidence, ...] = ()) -> CheckResult:
    return CheckResult(Outcome.PASSED, evidence, reason)


def failed(
    reason: Message | None, evidence: tuple[Evidence, ...], *, weight: int | None = None
) -> CheckResult:
    return CheckResult(Outcome.FAILED, evidence, reason, weight)


def undetermined(reason: Message | None, evidence: tuple[Evidence, ...] = ()) -> CheckResult:
    return CheckResult(Outcome.UNDETERMINED, evidence, reason)


def not_applicable(reason: Message) -> CheckResult:
    return CheckResult(Outcome.NOT_APPLICABLE, (), reason)
