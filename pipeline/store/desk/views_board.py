"""What the board hands out: rows of lists, and counts behind the charts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pipeline.domain import OpenCause, Severity, Status
from pipeline.messages import Sentence
from pipeline.store.views import CriterionCount, RunRow, StoredProblem


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A call in a list."""

    call_id: str
    started_at: str | None
    """The clock where the call was taken, ISO 8601."""
    counted_at: str
    """The moment that the call counts under where nobody says when it began."""
    file: str
    """The end of the path of its recording: what people know a call by that has neither time nor agent."""
    agent_id: str | None
    agent_name: str | None
    team: str | None
    queue: str | None
    duration: float | None
    status: Status
    reason: Sentence | None
    reason_code: str | None
    machine_score: float | None
    score: float | None
    """With people's verdicts in it, provisional unless ``final``."""
    score_low: float | None
    score_high: float | None
    final: bool
    """False while anything that costs points is not reviewed or open."""
    passed: bool | None
    """None unless ``final``."""
    fatal: bool
    flagged: bool
    flag_reasons: tuple[Sentence, ...]
    alerts: tuple[str, ...]
    worst: Severity | None
    confidence: float | None
    pending: int
    state: str
    open_findings: int
    """Of the pending ones, those about which somebody has spoken."""
    causes: tuple[OpenCause, ...]
    """Why they are open."""
    priority: float
    assigned: int | None
    assigned_name: str | None
    claimed: int | None
    """Who has it open; None where their time is over."""
    claimed_name: str | None
    finished_name: str | None
    version: int


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of a list; ``after`` continues it, None at its end."""

    rows: tuple[QueueRow, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """A count that stopped at its limit where ``more`` is set."""

    value: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class CriterionName:
    criterion: str
    title: str
    severity: Severity | None


@dataclass(frozen=True, slots=True)
class AgentName:
    agent_id: str
    name: str | None
    team: str | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What filters can be set to: all that occurs in the scope."""

    teams: tuple[str, ...]
    queues: tuple[str, ...]
    criteria: tuple[CriterionName, ...]
    agents: tuple[AgentName, ...]


@dataclass(frozen=True, slots=True)
class SavedFilter:
    id: int
    name: str
    query: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over calls, with people's verdicts in them."""

    calls: int = 0
    judged: int = 0
    """Calls with a score sheet that applies."""
    scored: int = 0
    points: float = 0.0
    lows: float = 0.0
    """The points that are left if everything that is not settled counts."""
    highs: float = 0.0
    """The points that are left if none of it does."""
    pending: int = 0
    """Calls whose score is not final."""
    passing: int = 0
    """Calls that pass whatever comes of what is not settled."""
    may_pass: int = 0
    """Calls that pass if none of it counts."""
    flagged: int = 0
    violating: int = 0
    """Calls in which some violation still stands."""
    open: int = 0
    """Flagged calls that wait for a person."""
    seconds: float = 0.0

    @property
    def mean(self) -> float | None:
        return self.points / self.scored if self.scored else None

    @property
    def means(self) -> tuple[float, float] | None:
        """The least and the greatest mean that can come of it."""
        return (self.lows / self.scored, self.highs / self.scored) if self.scored else None

    @property
    def pass_shares(self) -> tuple[float, float] | None:
        """The least and the greatest share of scored calls that can come to pass."""
        return (self.passing / self.scored, self.may_pass / self.scored) if self.scored else None

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.calls + other.calls,
            self.judged + other.judged,
            self.scored + other.scored,
            self.points + other.points,
            self.lows + other.lows,
            self.highs + other.highs,
            self.pending + other.pending,
            self.passing + other.passing,
            self.may_pass + other.may_pass,
            self.flagged + other.flagged,
            self.violating + other.violating,
            self.open + other.open,
            self.seconds + other.seconds,
        )


@dataclass(frozen=True, slots=True)
class Undated:
    """Calls of which nobody says when they began, as they stand beside a night."""

    calls: int
    open: int
    first: date
    last: date | None
    """Days under which they count; None: until now."""
    alerts: tuple[AlertCount, ...]
    alerted: int


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """Calls of one status for one reason."""

    status: Status
    reason: str
    """The stable code where there is one, else what is stored of the sentence: what the filter takes."""
    sentence: Sentence | None
    calls: int


@dataclass(frozen=True, slots=True)
class AlertCount:
    """Calls in which a customer said this."""

    code: str
    calls: int
    open: int
    """Of them, those nobody has finished."""


@dataclass(frozen=True, slots=True)
class Worst:
    """Flagged calls by the gravest class of what still stands."""

    severity: Severity | None
    calls: int
    open: int


@dataclass(frozen=True, slots=True)
class Night:
    """Everything about the calls of one day."""

    day: date | None
    """None: the calls without a start."""
    total: Tally
    statuses: Mapping[Status, int]
    teams: tuple[tuple[str | None, Tally], ...]
    bins: tuple[int, ...]
    """Calls by score with verdicts, ten bins of ten points; the last holds 100 too."""
    worst: tuple[Worst, ...]
    alerts: tuple[AlertCount, ...]
    alerted: int
    """Calls with any alert."""
    reasons: tuple[ReasonCount, ...]


@dataclass(frozen=True, slots=True)
class RunState:
    """The latest run, and how far it is."""

    run: RunRow
    done: int
    """Inspections this run has written."""
    total: int | None
    """Calls it set out to do, where it has said so."""
    problems: Mapping[str, int]
    """Kind -> how many."""


@dataclass(frozen=True, slots=True)
class Problems:
    """Problems of a run, the first ones."""

    rows: tuple[StoredProblem, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class AgentTally:
    agent: AgentName
    tally: Tally
    confirmed: int
    overturned: int


@dataclass(frozen=True, slots=True)
class Week:
    """One week of an agent beside that of the team."""

    monday: date
    own: Tally
    team: Tally


@dataclass(frozen=True, slots=True)
class AgentPage:
    agent: AgentName
    total: Tally
    team: Tally
    weeks: tuple[Week, ...]
    criteria: tuple[CriterionCount, ...]
    best: tuple[QueueRow, ...]
    worst: tuple[QueueRow, ...]
    exemplars: tuple[tuple[str, QueueRow], ...]
    """Title and call of what was approved as an example."""
