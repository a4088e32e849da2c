"""What the store hands out besides whole inspections: light rows and counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pipeline.domain import Call, IdSource, OpenCause, Revisions, Severity, Status
from pipeline.messages import Message


class Freshness(StrEnum):
    """What the store knows about a recording, seen from the revisions a run would use."""

    CURRENT = "current"
    """Inspected with these revisions and these facts of the call: nothing to do."""
    FACTS_CHANGED = "facts-changed"
    """Inspected with these revisions, but the call list says something else about the call now."""
    KNOWN = "known"
    """Inspected with these revisions earlier, then with others: can be made current without listening."""
    JUDGED_OTHERWISE = "judged-otherwise"
    """Inspected with other lexicons or another rubric."""
    ABSENT = "absent"
    """Not heard with this engine, model and settings: listen."""


@dataclass(frozen=True, slots=True)
class StoredFreshness:
    """The freshness of a call, with what a summary says about a call it does not inspect again."""

    freshness: Freshness
    status: Status | None = None
    reason: Message | None = None
    duration: float | None = None
    heard: bool = False
    """True where the current inspection has what was heard: it can be judged again without listening."""
    reason_code: str | None = None
    listed_otherwise: str | None = None
    """The agent's channel, where the call list says it only now and the machine took the other."""
    ruled_otherwise: bool = False
    """True where the call stands as other lexicons or another rubric judged it."""


@dataclass(frozen=True, slots=True)
class KnownCall:
    """A stored call, as far as it matters for which call a recording is."""

    key: int
    call: Call
    sha256: str
    source: IdSource
    files: tuple[tuple[Path, ...], ...]
    replaced_by: int | None
    """The call that holds the corrected file of this one."""
    untouched: bool
    """True where nothing could ever be read and nobody has done anything with it: it takes on other sound."""
    absorbed: tuple[str, ...] = ()
    """Ids it had before people said that it is the corrected file of another call."""
    places: frozenset[tuple[Path, ...]] = field(init=False, repr=False, compare=False)
    """``files``, to be looked up: thousands of hang-ups can be one and the same silence."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", frozenset(self.files))

    @property
    def call_id(self) -> str:
        return self.call.call_id


@dataclass(frozen=True, slots=True)
class Renaming:
    """A stored call that gets another id, or another source of it."""

    key: int
    before: str
    call_id: str
    source: IdSource


@dataclass(frozen=True, slots=True)
class CallRow:
    """The current inspection of one call without its transcript: what lists and exports show."""

    call: Call
    status: Status
    reason: Message | None
    duration: float | None
    layout: str | None
    machine_score: float | None
    score: float | None
    """With people's verdicts in it, provisional unless ``final``; None where it cannot be said."""
    score_low: float | None
    """If everything that is not settled counts."""
    score_high: float | None
    """If none of it does."""
    final: bool
    """False while anything that costs points is not reviewed or open."""
    passed: bool | None
    """None unless ``final``."""
    fatal: bool
    flagged: bool
    flag_reasons: tuple[Message, ...]
    """With people's verdicts in them; the machine's where nothing is settled."""
    alerts: tuple[str, ...]
    not_applicable: Message | None
    measures: Mapping[str, float | None]
    """Measure name -> value; empty where none were taken."""
    revisions: Revisions
    files: tuple[tuple[Path, ...], ...]
    """Where the sound lies: more than one place where there are identical copies."""
    inspected_at: datetime
    reason_code: str | None = None
    worst: Severity | None = None
    """Gravest class among what still stands, people's verdicts in it."""
    review: str = "none"
    """How far people are with it: none (nothing to review), open or done."""
    causes: tuple[OpenCause, ...] = ()
    """Why findings of it are open."""
    pending: int = 0
    """Findings about which somebody is still to speak."""

    @property
    def paths(self) -> tuple[Path, ...]:
        """The place known longest."""
        return self.files[0] if self.files else ()


@dataclass(frozen=True, slots=True)
class CriterionCount:
    """How one agent did on one criterion.

    ``violations`` counts places in the audio (pieces of evidence); ``confirmed``, ``overturned`` and
    ``pending`` count findings, which is what people review.
    """

    agent_id: str | None
    agent_name: str | None
    team: str | None
    criterion: str
    title: str
    severity: Severity | None
    eligible_calls: int
    """Calls in which the criterion passed or failed."""
    violations: int
    calls_with_violation: int
    confirmed: int
    overturned: int
    pending: int
    """Violated findings that nobody has reviewed, and findings that are open."""
    added: int = 0
    """Of ``confirmed``: violations that people found and the machine did not."""
    only_flags: int = 0
    """Of ``calls_with_violation``: those in which it takes no points until a person confirms it."""


@dataclass(frozen=True, slots=True)
class SummaryFigures:
    """Sums over a set of calls, as they stand now."""

    calls: int
    statuses: Mapping[Status, int]
    audio_seconds: float
    flagged: int
    alerts: int
    """Calls with an escalation that must reach a person the same day."""
    fatal: int
    passed: int
    """Calls that pass whatever comes of what is not settled."""
    may_pass: int
    """Calls that pass if none of it counts."""
    pending: int
    """Calls whose score is not final."""
    scored: int
    mean_score: float | None
    scores: tuple[int, ...]
    """Calls by score: ten bins of ten points, the last one with 100."""
    severities: Mapping[Severity, int]
    """Severity -> calls with at least one violation of it."""


@dataclass(frozen=True, slots=True)
class StoredProblem:
    """Something of a run that is not an inspection: a bad row, a missing file, ..."""

    kind: str
    reason: Message
    path: Path | None = None
    call_id: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run over a dump."""

    id: int
    kind: str
    state: str
    dump: str | None
    host: str
    pid: int
    started_at: datetime
    finished_at: datetime | None
    summary: Mapping[str, object] | None

    @property
    def who(self) -> Message:
        """In brackets, for people: its process, its machine, and since when."""
        since = f"{self.started_at.astimezone():%H:%M:%S}"
        return Message("store.run", process=str(self.pid), host=str(self.host), since=since)


class WorkState(StrEnum):
    """How far a recording of a night is."""

    TODO = "todo"
    CLAIMED = "claimed"
    """A run is at it, as long as its lease is renewed."""
    DONE = "done"
    FAILED = "failed"
    """Nothing of it could be inspected; the reason stands beside it."""


ENDED = (WorkState.DONE, WorkState.FAILED)
"""What is not taken up again without a reason."""


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One recording of one call in the list of what there is to do."""

    id: int
    call_id: str
    audio_sha256: str
    state: WorkState
    run: int
    attempt: int
    begun: bool
    """A worker was at it, and nobody knows how that ended."""
    crashes: int
    """Workers that died on it alone, over all runs."""
    leased: bool
    """Claimed, and the lease has not run out."""
    reason: Message | None = None
    reason_code: str | None = None

    @property
    def suspect(self) -> bool:
        """Whoever was at it may have died of it."""
        return self.state not in ENDED and (self.begun or self.crashes > 0)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to store one call. Where somebody else has claimed it since, there is none any more."""

    item: int
    owner: str
    attempt: int
    begun: bool
    """Somebody else was at it before, and nobody knows how that ended."""


@dataclass(frozen=True, slots=True)
class RunningNight:
    """A run that is at work, and what it judges by."""

    run: RunRow
    revisions: Revisions
    program: str
    """Digest of the part of the program that judges."""


@dataclass(frozen=True, slots=True)
class SignOfLife:
    """How far a run is, as it said last."""

    at: datetime
    stage: str
    done: int
    total: int
    audio_seconds: float = 0.0
    workers: int = 0
    calls_per_hour: float | None = None
    ends_at: datetime | None = None
    """As far as can be said."""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What tells whether a file changed without reading it."""

    path: Path
    size: int
    mtime_ns: int
