"""Which call needs a person first: one number, higher first.

    priority = gravest undecided violation (A 60, B 40, C 20, D 8, E 4)
             + 1 for each further one, at most 9
             + 25 where one of them is fatal
             + 40 for an escalation that must be seen the same day
             + up to 15 for the weakest evidence among them: 15 x (1 - confidence)
             + 10 for doubt: a criterion of class A or B that the machine could not determine
             + 30 where a finding is open: another person's word is waited for
             + 1.5 for each day the call lies back

The age is written as days *from* a fixed day, so that a stored priority never has to be counted anew: with
every day all calls rise alike, and their order stays. The figures are ours: an escalated call comes before a
grave one of the same day, and no class C waits longer than a month behind new calls of class A.

The database only counts (:class:`Workload`); the sum is done here, for one call as for ten thousand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.domain import FindingVerdict, OpenCause, Outcome, Severity

SEVERITY = {Severity.A: 60.0, Severity.B: 40.0, Severity.C: 20.0, Severity.D: 8.0, Severity.E: 4.0}
FURTHER, FURTHER_AT_MOST = 1.0, 9
FATAL = 25.0
ALERT = 40.0
WEAKEST = 15.0
DOUBT = 10.0
SECOND = 30.0
DAY = 1.5
GRAVE = (Severity.A, Severity.B)
"""Classes of which a doubt is worth a person's time."""
FIRST_DAY = 2026 * 365.25 + 30.4375 + 1
"""2026-01-01, as :func:`day_number` counts."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A finding as the queue sees it."""

    outcome: Outcome
    severity: Severity | None
    fatal: bool = False
    confidence: float | None = None
    """Lowest among its evidence."""
    verdict: FindingVerdict | None = None
    """What people say, where that still speaks about this outcome."""
    asked: bool = False
    """A person must answer it, and no machine does."""

    @property
    def undecided(self) -> bool:
        """A violation that nobody has looked at."""
        return self.verdict is None and self.outcome is Outcome.FAILED

    @property
    def doubtful(self) -> bool:
        """Not determined, grave if it were true, and nobody has looked at it."""
        return self.verdict is None and self.outcome is Outcome.UNDETERMINED and self.severity in GRAVE

    @property
    def unanswered(self) -> bool:
        """A person must answer it, and nobody has."""
        return self.asked and self.verdict is None

    @property
    def waits(self) -> bool:
        """True where nobody has spoken, and somebody should."""
        return self.undecided or self.doubtful

    @property
    def cause(self) -> OpenCause | None:
        """Why it is open, where it is."""
        return None if self.verdict is None else self.verdict.cause


@dataclass(frozen=True, slots=True)
class Workload:
    """What a call asks of people: the facts that its place in the queue follows from."""

    undecided: int
    """Violations that nobody has looked at."""
    doubts: int
    """Grave criteria that the machine could not determine, and nobody has looked at."""
    worst: Severity | None
    """Gravest class among the undecided."""
    fatal: bool
    """One of the undecided is fatal."""
    confidence: float | None
    """Lowest among the evidence of the undecided."""
    alerts: bool
    """Somebody must see it the same day."""
    day: str
    """The date it was taken (or, unknown, inspected), ``YYYY-MM-DD...``."""
    open_findings: int = 0
    """Findings about which somebody has spoken, and somebody else is still to speak."""
    causes: tuple[OpenCause, ...] = ()
    """Why they are open, each once."""
    unanswered: int = 0
    """Items that a person must answer, and nobody has. They make no call more urgent."""

    @property
    def pending(self) -> int:
        """Findings that somebody is still to speak about."""
        return self.undecided + self.doubts + self.open_findings + self.unanswered


def workload(findings: Iterable[Weighed], *, alerts: bool, day: str) -> Workload:
    """Count the findings of one call."""
    found = list(findings)
    undecided = [f for f in found if f.undecided]
    causes = [f.cause for f in found if f.cause is not None]
    return Workload(
        undecided=len(undecided),
        doubts=sum(f.doubtful for f in found),
        worst=min((f.severity for f in undecided if f.severity is not None), default=None),
        fatal=any(f.fatal for f in undecided),
        confidence=min((f.confidence for f in undecided if f.confidence is not None), default=None),
        alerts=alerts,
        day=day,
        open_findings=len(causes),
        causes=tuple(sorted(set(causes))),
        unanswered=sum(f.unanswered for f in found),
    )


def priority(work: Workload) -> float:
    """The place of a call in the queue, by the sum above."""
    value = 0.0 if work.worst is None else SEVERITY[work.worst]
    value += FURTHER * min(max(work.undecided - 1, 0), FURTHER_AT_MOST)
    value += FATAL * work.fatal
    value += ALERT * work.alerts
    value += 0.0 if work.confidence is None else WEAKEST * (1 - work.confidence)
    value += DOUBT * (work.doubts > 0)
    value += SECOND * (work.open_findings > 0)
    return value - DAY * (day_number(work.day) - FIRST_DAY)


def day_number(day: str) -> float:
    """Days, near enough for an order."""
    return int(day[:4]) * 365.25 + int(day[5:7]) * 30.4375 + int(day[8:10])
