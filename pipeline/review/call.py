"""A call under review: what the machine found, what people said, and the case that both add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline.domain import (
    CaseState,
    Decision,
    DecisionKind,
    Finding,
    FindingVerdict,
    OpenCause,
    Outcome,
    Scorecard,
    Severity,
)
from pipeline.review.claims import Claim
from pipeline.review.effective import Effective, of_the_machine
from pipeline.review.folding import outcome_with, taken_back
from pipeline.review.priority import Weighed, Workload, priority, workload


@dataclass(frozen=True, slots=True)
class CallUnderReview:
    """A call with what people said about it."""

    call_id: str
    inspection: int
    """Key of the current one."""
    inspected_at: datetime
    audio_sha256: str
    flagged: bool
    """Flagged or with an alert."""
    alerts: bool
    day: str
    """The moment that it counts under, ``YYYY-MM-DD...``."""
    rubric: str
    """Revision."""
    card: Scorecard | None
    events: tuple[Decision, ...]
    """In the order they came."""
    duration: float | None
    version: int
    """Of the case; 0 where there is none yet."""
    claim: Claim | None = None
    finished: bool = False
    agent_id: str | None = None
    """Whose call it is."""
    verdicts: Mapping[str, FindingVerdict] = field(default_factory=dict)
    """Criterion -> verdict, those that do not hold any more too."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.card.findings if self.card else ()

    @property
    def undecided(self) -> int:
        """Violations that nobody has decided about."""
        failed = (f for f in self.findings if f.outcome is Outcome.FAILED and f.severity is not None)
        return sum(self.held(f.criterion, f.outcome) is None for f in failed)

    @property
    def weighed(self) -> dict[str, Weighed]:
        """Criterion -> finding as the queue sees it."""
        return {
            f.criterion: Weighed(
                outcome=f.outcome,
                severity=f.severity,
                fatal=f.fatal,
                confidence=min((e.confidence for e in f.evidence), default=None),
                verdict=self.held(f.criterion, f.outcome),
                asked=f.required,
            )
            for f in self.findings
        }

    @property
    def unanswered(self) -> tuple[str, ...]:
        """Items that people must answer, and nobody has."""
        return tuple(name for name, one in self.weighed.items() if one.unanswered)

    @property
    def waiting(self) -> dict[str, Outcome]:
        """What nobody has spoken about, and what the machine says of it."""
        return {criterion: one.outcome for criterion, one in self.weighed.items() if one.waits}

    @property
    def worst(self) -> Severity | None:
        """Gravest class among what still stands."""
        standing: list[Severity] = [
            f.severity
            for f in self.findings
            if f.severity is not None
            and outcome_with(f.outcome, self.verdicts.get(f.criterion)) is Outcome.FAILED
        ]
        return min(standing, default=None)

    def held(self, criterion: str, outcome: Outcome | None) -> FindingVerdict | None:
        """The verdict on a criterion, where it still speaks about what the machine says."""
        found = self.verdicts.get(criterion)
        return found if found is not None and found.holds(outcome) else None


@dataclass(frozen=True, slots=True)
class CaseFigures:
    """What a queue shows and sorts by: the part of a case that follows from findings and verdicts."""

    state: CaseState
    priority: float
    worst: Severity | None
    confidence: float | None
    pending: int
    score: float | None
    score_low: float | None
    score_high: float | None
    final: bool
    passed: bool | None
    passes_low: bool | None
    passes_high: bool | None
    open_findings: int = 0
    causes: tuple[OpenCause, ...] = ()
    finished_by: int | None = None
    finished_at: datetime | None = None


def figures(call: CallUnderReview, score: Effective | None) -> CaseFigures:
    """The case of a call about which people have decided something.

    Args:
        score: with the verdicts in it; None where the sheet was never used.
    """
    work = workload(call.weighed.values(), alerts=call.alerts, day=call.day)
    finished_by, finished_at = _finished(call.events, call.waiting, call.unanswered)
    state = CaseState.OPEN if call.flagged or work.open_findings else CaseState.NONE
    if finished_at is not None and not work.open_findings:
        state, work = CaseState.DONE, replace(work, unanswered=0)  # a later sheet may ask for more
    return _case(state, work, call.worst, score, finished_by, finished_at)


def undecided_figures(
    work: Workload, *, flagged: bool, score: float | None, passed: bool | None
) -> CaseFigures:
    """The case of a call about which nobody has decided anything, which are nearly all.

    Args:
        work: of the machine's findings alone.
        flagged: the call is flagged. score: None where the sheet was never used or gives none.
    """
    state = CaseState.OPEN if flagged or work.alerts else CaseState.NONE
    known = of_the_machine(score, passed, pending=work.undecided > 0)
    return _case(state, work, work.worst, known)


def _case(
    state: CaseState,
    work: Workload,
    worst: Severity | None,
    score: Effective | None,
    finished_by: int | None = None,
    finished_at: datetime | None = None,
) -> CaseFigures:
    return CaseFigures(
        state=state,
        priority=priority(work),
        worst=worst,
        confidence=work.confidence,
        pending=work.pending,
        score=score.score if score else None,
        score_low=score.low if score else None,
        score_high=score.high if score else None,
        final=score.final if score else True,
        passed=score.passed if score else None,
        passes_low=score.passes_low if score else None,
        passes_high=score.passes_high if score else None,
        open_findings=work.open_findings,
        causes=work.causes,
        finished_by=finished_by,
        finished_at=finished_at,
    )


def _finished(
    events: Sequence[Decision], waiting: Mapping[str, Outcome], unanswered: Sequence[str]
) -> tuple[int | None, datetime | None]:
    """Who finished the call and when; nobody where something waits since that was not left then.

    The number alone does not tell: one finding may have gone and another come. A doubt that was left and has
    become a violation is new too. An item that had been answered and is not any more waits again; one that a
    later sheet asks does not.
    """
    gone = taken_back(events)
    kinds = (DecisionKind.FINISH, DecisionKind.REOPEN)
    turns = [e for e in events if e.kind in kinds and e.id not in gone and not e.sound_in_doubt]
    if not turns or turns[-1].kind is DecisionKind.REOPEN:
        return None, None
    recorded = turns[-1].details.get("left")
    left = recorded if isinstance(recorded, dict) else {}
    if any(left.get(criterion) not in (outcome, Outcome.FAILED) for criterion, outcome in waiting.items()):
        return None, None
    answered = turns[-1].details.get("answered")
    if isinstance(answered, list) and set(answered) & set(unanswered):
        return None, None
    return turns[-1].by, turns[-1].at
