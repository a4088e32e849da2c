"""What a run says at its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.domain import Severity
from pipeline.messages import Message
from pipeline.store import StoredProblem
from pipeline.store.repositories.failures import LEFT_OUT

TOO_FEW = "too-few"
"""Kind of the problem that fewer recordings came than were expected."""
OTHER_RULES = "other-rules"
"""Kind of the notice that calls stood as other rules judged them until this run."""
NOT_INSPECTED = LEFT_OUT | {TOO_FEW}
"""Kinds of problems that leave a recording of the dump uninspected."""
WAITING = "still-written"
"""Kind of the problem that a file is still being written or copied: the next run takes it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; a new one for every step, and every second while recordings are heard."""

    stage: str
    """``wait`` (for another run of the night), ``discover``, ``identify`` or ``inspect``."""
    calls_done: int
    calls_total: int
    audio_seconds: float = 0.0
    """Seconds of audio inspected so far."""
    wall_seconds: float = 0.0
    """Since the stage began."""
    workers: int = 0
    calls_in_work: int = 0
    """Calls that the workers are at."""


@dataclass(frozen=True, slots=True)
class NotRead:
    """A call whose audio could not be read, or in part only, this time or (unchanged) earlier."""

    call_id: str
    paths: tuple[Path, ...]
    reason: Message | None
    reason_code: str | None = None
    """Stable name of the reason, where it has one."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run over a dump. Numbers of calls, unless the name says otherwise."""

    run_id: int
    found: int
    """Calls of the dump (after ``since``)."""
    inspected: int
    """Inspected by this run, without the incomplete and not applicable ones."""
    incomplete: tuple[NotRead, ...]
    """Judged, but a part of the audio could not be read; all of the dump, whether inspected by this run or
    known from an earlier one."""
    not_applicable: int
    """By this run: heard, but nothing to judge."""
    rejudged: int
    """Of the three above: judged again without listening, for new lexicons, a new rubric or call list; or
    earlier, by rules that count again."""
    up_to_date: int
    """Had an inspection already; what could not be read, or in part only, and was not tried again is not
    among them."""
    unreadable: tuple[NotRead, ...]
    """All of the dump, whether tried by this run or known from an earlier one."""
    left: int
    """Not done: the run was stopped, or ``limit`` was reached."""
    problems: tuple[StoredProblem, ...]
    workers: int
    audio_seconds: float
    """Seconds of audio this run listened to."""
    wall_seconds: float
    stopped: bool
    """True where a signal, or trouble with the machine, ended the run early."""
    flagged: int
    """This and all below: over all inspected calls of the dump, as they stand now."""
    alerts: int
    fatal: int
    scored: int
    passed: int
    """Calls that pass whatever comes of what is not settled."""
    may_pass: int
    """Calls that pass if none of it counts."""
    pending: int
    """Calls whose score is not final."""
    mean_score: float | None
    scores: tuple[int, ...]
    """Calls by score, ten bins of ten points; the last holds 100 too."""
    severities: Mapping[Severity, int]
    """Calls with at least one violation of that class."""
    renamed: tuple[tuple[str, str], ...] = ()
    """Ids of stored calls before and after, where the call list names them otherwise now."""
    elsewhere: int = 0
    """Calls of the dump that other runs did meanwhile, which share the night."""
    dropped: int = 0
    """Results that were not stored: this run had been stopped for so long that others took the calls over."""
    worker_peak_bytes: int = 0
    """The most memory that one worker process took; 0 where none was needed."""
    trouble: Message | None = None
    """What is wrong with the machine, where that ended the run."""
    accepted: tuple[NotRead, ...] = ()
    """Could not be inspected, or in part only, and somebody said that it may stay so; in no count above. A
    file that no call holds goes by its path."""
    retried: int = 0
    """Calls that were tried again, because somebody asked for it."""
    stages: Mapping[str, float] = field(default_factory=dict)
    """Stage of the inspection -> seconds that workers (the last: the run itself) spent in it, together."""

    @property
    def partial(self) -> int:
        """How many recordings could be read in part only."""
        return len(self.incomplete)

    @property
    def waiting(self) -> int:
        """How many files are still being written or copied; the next run takes them."""
        return sum(one.kind == WAITING for one in self.problems)

    @property
    def hours_per_hour(self) -> float | None:
        """Audio hours inspected per hour on the clock."""
        return self.audio_seconds / self.wall_seconds if self.wall_seconds and self.audio_seconds else None

    @property
    def exit_status(self) -> int:
        """0 all inspected; 1 some recordings could not be, or in part only; 3 stopped early, run it again."""
        if self.stopped:
            return 3
        missing = any(p.kind in NOT_INSPECTED for p in self.problems)
        return 1 if self.unreadable or self.incomplete or missing else 0
