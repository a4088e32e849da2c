"""Judgement: the outcome of each criterion on one call, its proof and its points."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain.call import Role
from pipeline.domain.phrase import How
from pipeline.domain.span import Span
from pipeline.messages.message import Message, Text


class Severity(StrEnum):
    """Class of a violation, A gravest."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"


ASKED, REQUIRED = "check.asked", "check.required"
"""Codes of the reason of an item that no machine judges, where nobody was to look at it yet: may be answered,
and must be."""


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not-applicable"
    UNDETERMINED = "undetermined"
    """Could not be measured, or the evidence is too weak to accuse anyone."""
    HINT = "hint"
    """Something to do better that is no violation: no points, no flag, counted nowhere."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The seconds of audio that prove a finding.

    The absence of a required phrase cites the window that was searched (``phrase`` set, ``how`` None).
    """

    span: Span
    role: Role | None = None
    quote: str = ""
    phrase: str | None = None
    how: How | None = None
    confidence: float = 1.0
    wording: str = ""
    """What the sound matched, where that told and not what was written (see ``PhraseHit``)."""
    per_1000: float | None = None
    """What ``confidence`` was weighed against: how often it is said in 1,000 utterances; None where that is
    usual."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one criterion on one call."""

    criterion: str
    title: str
    section: str
    severity: Severity | None
    outcome: Outcome
    points: float
    """Points added (bonus) or taken away (negative); 0 unless failed or bonus earned."""
    evidence: tuple[Evidence, ...] = ()
    reason: Message | None = None
    """One sentence for people: why this outcome."""
    fatal: bool = False
    """True where this failure alone brings the score to 0."""
    group: str = ""
    """The line of the sheet this belongs to: several criteria that people see and weigh as one."""
    group_title: str = ""
    weight: int | None = None
    """How often a failure counts, where not once for each piece of evidence (a measure far out of bounds)."""
    only_flags: bool = False
    """True where it failed and takes no points until a person confirms it: too much of what this criterion
    finds was overturned, or a supervisor said so."""

    @property
    def asked(self) -> bool:
        """True where a person answers this, and no machine."""
        return self.reason is not None and self.reason.code in (ASKED, REQUIRED)

    @property
    def required(self) -> bool:
        """True where a review is not done before somebody has answered it."""
        return self.reason is not None and self.reason.code == REQUIRED


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of the explanation of a score."""

    criterion: str
    title: Text
    """What the rules call the item, or what the line is."""
    points: float
    evidence: tuple[Evidence, ...]
    note: Message | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a scorecard: what it is worth on this call and what was reached."""

    title: str
    points: float
    maximum: float


@dataclass(frozen=True, slots=True)
class Scorecard:
    """All findings of a call and the score they make.

    ``score`` is None where the sheet is not applicable (voicemail, no dialogue, ...).
    """

    findings: tuple[Finding, ...]
    score: float | None
    passed: bool | None
    fatal: bool
    ledger: tuple[LedgerEntry, ...]
    sections: tuple[Section, ...] = ()
    flagged: bool = False
    flag_reasons: tuple[Message, ...] = ()
    alerts: tuple[str, ...] = ()
    """Customer escalations that must reach a person the same day, as phrase codes."""
    not_applicable: Message | None = None
    """Why the whole sheet does not apply; None where it does."""
