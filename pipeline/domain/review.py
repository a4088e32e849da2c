"""What people say about findings. Machine findings are never edited: these stand beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pipeline.domain.call import Role
from pipeline.domain.finding import Outcome, Severity
from pipeline.domain.phases import Next, OpenCause, Phase, ReviewState
from pipeline.domain.span import Span


class Verdict(StrEnum):
    """What a person found when they listened to a finding.

    It speaks about the accusation: on a finding that the machine could not determine, ``confirmed`` says that
    it is a violation, ``overturned`` that it is none.
    """

    CONFIRMED = "confirmed"
    OVERTURNED = "overturned"
    UNSURE = "unsure"
    """Cannot tell from the recording."""


class DecisionKind(StrEnum):
    """What an event does."""

    VERDICT = "verdict"
    ADDITION = "addition"
    """A violation that the machine missed, or one more place of one that it found."""
    ROLES = "roles"
    """Agent and customer were swapped in the whole call."""
    COMMENT = "comment"
    ANSWER = "answer"
    """What somebody says to a question above the sheet."""
    FINISH = "finish"
    REOPEN = "reopen"
    UNDO = "undo"


class Origin(StrEnum):
    """On what occasion somebody decided."""

    REVIEW = "review"
    SECOND = "second"
    APPEAL = "appeal"
    """Final: a panel has heard it."""
    SAMPLE = "sample"


class CaseState(StrEnum):
    NONE = "none"
    """Nothing to review: not flagged, and nobody waits for it."""
    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Decision:
    """One event; events are only ever appended."""

    id: int
    call_id: str
    kind: DecisionKind
    by: int | None
    """Key of the user; None: the command line."""
    at: datetime
    request: str
    """Name the browser gave this press of a button: sent twice, it counts once."""
    origin: Origin = Origin.REVIEW
    criterion: str | None = None
    verdict: Verdict | None = None
    outcome: Outcome | None = None
    """What the machine had said."""
    span: Span | None = None
    role: Role | None = None
    quote: str | None = None
    comment: str = ""
    undoes: int | None = None
    by_name: str | None = None
    """Name to show of who did it."""
    details: Mapping[str, object] = field(default_factory=dict)
    undone: bool = False
    """True where a later event took it back."""
    audio_sha256: str = ""
    """Digest of the sound it was made on."""
    sound_in_doubt: bool = False
    """True where an earlier version of the program may have made it on other sound than the call has."""

    @property
    def final(self) -> bool:
        """True where it ends a dispute: made by a supervisor, or by the panel of an appeal."""
        return bool(self.details.get("final")) or self.origin is Origin.APPEAL

    @property
    def grave(self) -> bool:
        """True where two people must agree."""
        return bool(self.details.get("grave"))

    @property
    def swapped(self) -> bool:
        """Whether the roles of the call were corrected when this was decided."""
        return bool(self.details.get("swapped"))

    @property
    def applies(self) -> bool:
        """False where somebody said that an item which people answer does not apply to this call."""
        return self.details.get("applies") is not False

    @property
    def answer(self) -> str | None:
        """What was said to a question."""
        found = self.details.get("answer")
        return found if isinstance(found, str) else None

    @property
    def version(self) -> int:
        """Version of the case that this made."""
        found = self.details.get("version", 0)
        return found if isinstance(found, int) else 0


@dataclass(frozen=True, slots=True)
class Addition:
    """A place that a person added."""

    span: Span
    role: Role | None
    quote: str
    comment: str = ""
    decision: int = 0
    by: int | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """The latest word of one person on a finding."""

    by: int | None
    verdict: Verdict
    at: datetime
    decision: int
    comment: str = ""
    by_name: str | None = None
    applies: bool = True


@dataclass(frozen=True, slots=True)
class FindingVerdict:
    """What people's events add up to on one finding."""

    criterion: str
    outcome: Outcome
    """What the machine said when it was decided."""
    verdict: Verdict | None
    """The word that stands, in doubt or not; None where it may not be known to who looks."""
    by: int | None
    at: datetime
    decision: int
    """The event that made the verdict."""
    phase: Phase = Phase.SETTLED
    grave: bool = False
    """Two people must agree."""
    added: bool = False
    """A person found it, not the machine."""
    second: int | None = None
    """The other person: who agreed, disagreed, could not tell, or whose word was overruled."""
    comment: str = ""
    additions: tuple[Addition, ...] = ()
    by_name: str | None = None
    second_name: str | None = None
    voices: tuple[Voice, ...] = ()
    """Everybody's latest word, in the order in which they spoke first."""
    hidden: bool = False
    """Words of others are left out: a second person is to listen without knowing them."""
    applies: bool = True
    """False where what is no violation is so because it does not apply."""
    state: ReviewState = ReviewState.UNREVIEWED
    cause: OpenCause | None = None
    next: Next = Next.NOBODY
    """These three follow from phase and verdict, whatever is given: fields, so that JSON carries them."""

    def __post_init__(self) -> None:
        cause = self.phase.cause
        settled = ReviewState.OVERTURNED if self.verdict is Verdict.OVERTURNED else ReviewState.CONFIRMED
        object.__setattr__(self, "cause", cause)
        object.__setattr__(self, "next", self.phase.next)
        object.__setattr__(self, "state", settled if cause is None else ReviewState.OPEN)

    @property
    def settled(self) -> bool:
        """False: somebody is still to speak."""
        return self.cause is None

    @property
    def disputed(self) -> bool:
        return self.cause is OpenCause.DISPUTED

    def holds(self, outcome: Outcome | None) -> bool:
        """Whether it still speaks about what the machine says now. What a person heard, stays heard."""
        return self.added or outcome is self.outcome


@dataclass(frozen=True, slots=True)
class Case:
    """A call as work for people: what waits, who has it, what came out."""

    call_id: str
    state: CaseState
    priority: float
    worst: Severity | None
    """Gravest class among what still stands."""
    confidence: float | None
    """Lowest among the evidence of violations nobody has decided."""
    pending: int
    """Findings that somebody is still to speak about: violations and grave doubts that nobody has decided,
    and whatever is open."""
    score: float | None
    """With the verdicts in it, provisional unless ``final``; None where it cannot be said."""
    score_low: float | None
    """If everything that is not settled counts."""
    score_high: float | None
    """If none of it does."""
    final: bool
    """False while anything that costs points is not reviewed or open."""
    passed: bool | None
    """None unless ``final``."""
    open_findings: int
    """Those of the pending ones about which somebody has spoken."""
    causes: tuple[OpenCause, ...]
    """Why they are open."""
    assigned: int | None
    claimed: int | None
    """Who has it open; None also where their time is over."""
    claimed_until: datetime | None
    finished_by: int | None
    finished_at: datetime | None
    version: int
    assigned_name: str | None = None
    claimed_name: str | None = None
    finished_name: str | None = None
    event: int | None = None
    """The event this answer is about, where it answers one."""

    @property
    def unreviewed(self) -> int:
        """Those of the pending ones that nobody has spoken about."""
        return self.pending - self.open_findings


class AppealState(StrEnum):
    """How far an appeal has come."""

    FILED = "filed"
    """Waits for the team lead."""
    RETURNED = "returned"
    """The lead sent it back: not a case for the panel."""
    ACCEPTED = "accepted"
    """The panel listens; the supervisor decides."""
    UPHELD = "upheld"
    """The agent was right: the finding falls."""
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    """The lead let the deadline pass."""
