"""An alert: a customer who threatens to go outside, or to harm themselves, and what people do about it.

::

    new ──take──> taken ──report──> reported ──close──> closed      (once liability was judged)
     │              │                  │
     └──────────────┴──────overturn────┴──> overturned               (it was no escalation)

An alert belongs to a call, a phrase code and the sound it was given on. It is there as soon as the machine or
a person finds the escalation. Each step is an event with time and name; the last one can be taken back, and
what stands is what the other events add up to (:func:`pipeline.review.alert_rules.standing_of`). Whether it
is late is worked out when somebody looks, and written nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from pipeline.domain import CallHeader, Role, Span
from pipeline.settings import AlertSettings


class AlertState(StrEnum):
    """How far people are with it."""

    NEW = "new"
    """Nobody has it."""
    TAKEN = "taken"
    REPORTED = "reported"
    """Whoever has to know of it has been told."""
    CLOSED = "closed"
    OVERTURNED = "overturned"
    """It was no escalation."""


class Degree(StrEnum):
    """How far the customer has gone."""

    UNSTATED = "unstated"
    SPEAKS = "speaks"
    """Speaks of it: 我要走……."""
    WILL = "will"
    """Will do it: 我会……."""
    DONE = "done"
    """Has done it: 我已经投诉到……."""


class Liability(StrEnum):
    """Whether the centre is to blame, as somebody judged who heard it."""

    NONE = "none"
    LIGHT = "light"
    MEDIUM = "medium"
    GRAVE = "grave"


class AlertStep(StrEnum):
    """What can happen to an alert; each is an event."""

    RAISE = "raise"
    """A person found it, and the machine did not."""
    TAKE = "take"
    REPORT = "report"
    DEGREE = "degree"
    LIABILITY = "liability"
    ANALYSE = "analyse"
    """Cause, right handling and prevention, for the complaint report."""
    CLOSE = "close"
    OVERTURN = "overturn"
    FOLLOW = "follow"
    """The finding of the same name was overturned, which settles this too; nobody's own step."""
    COMMENT = "comment"
    UNDO = "undo"


OPEN = frozenset({AlertState.NEW, AlertState.TAKEN, AlertState.REPORTED})
"""States in which something is still to happen."""


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """How long people have: until a working day ends, or some time from the finding."""

    days: int = 0
    """Working days after the one on which it is found, which ends first; 0: the same day."""
    after: timedelta | None = None
    """From the finding; None: whole days count."""

    @classmethod
    def read(cls, text: str) -> TimeLimit:
        """From ``30m``, ``4h`` or ``2d``."""
        number = int(text[:-1])
        match text[-1]:
            case "m":
                return cls(after=timedelta(minutes=number))
            case "h":
                return cls(after=timedelta(hours=number))
            case _:
                return cls(days=number)


SAME_DAY = TimeLimit()


@dataclass(frozen=True, slots=True)
class AlertTerms:
    """By when alerts are to be dealt with, as the centre says."""

    limits: Mapping[str, TimeLimit] = field(default_factory=dict)
    """Code -> how long, where it is not the same day."""
    day_ends: int = 24
    """Hour at which a working day ends, by the clock of the call."""
    working: frozenset[int] = frozenset(range(1, 8))
    """Days of the week, Monday 1."""
    first: tuple[str, ...] = ("esc-self-harm",)
    """Codes that stand above all others."""

    @classmethod
    def of(cls, settings: AlertSettings) -> AlertTerms:
        """As the settings say."""
        return cls(
            limits={code: TimeLimit.read(text) for code, text in settings.within.items()},
            day_ends=settings.day_ends,
            working=frozenset(settings.working_days),
            first=settings.first,
        )

    def due(self, code: str, started: datetime | None, found: datetime) -> datetime:
        """By when: the end of the working day on which it was said, or found where that was later.

        Args:
            started: when the call began, with its offset (none: as the clock here goes); None where nobody
                knows. found: when the machine, or a person, found it.
        """
        zone = _zone(started)
        begun = None if started is None else started.replace(tzinfo=started.tzinfo or zone)
        base = max(found, begun or found).astimezone(zone)
        limit = self.limits.get(code, SAME_DAY)
        if limit.after is not None:
            return base + limit.after
        day = base.date()
        while not self._works(day.isoweekday()) or base >= self._end(day, zone):
            day += timedelta(days=1)
        for _ in range(limit.days):
            day += timedelta(days=1)
            while not self._works(day.isoweekday()):
                day += timedelta(days=1)
        return self._end(day, zone)

    def _works(self, weekday: int) -> bool:
        return weekday in self.working

    def _end(self, day: date, zone: tzinfo | None) -> datetime:
        return datetime.combine(day, time(), zone) + timedelta(hours=self.day_ends)


def _zone(started: datetime | None) -> tzinfo | None:
    """The clock on the wall where the call was taken; this machine's where nobody says which that is."""
    if started is not None and started.tzinfo is not None:
        return started.tzinfo
    return datetime.now().astimezone().tzinfo


@dataclass(frozen=True, slots=True)
class AlertPlace:
    """Where it was said."""

    span: Span
    role: Role | None
    quote: str
    confidence: float | None = None
    """None: a person heard it."""


@dataclass(frozen=True, slots=True)
class ReportMade:
    """That whoever has to know was told."""

    at: datetime
    """When, as the person says who reported it."""
    by: int | None
    by_name: str | None
    to: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the complaint report says of it."""

    cause: str = ""
    handling: str = ""
    """What would have been right."""
    prevention: str = ""

    def __bool__(self) -> bool:
        return bool(self.cause or self.handling or self.prevention)


NO_ANALYSIS = Analysis()


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """Something that happened to an alert; never changed."""

    id: int
    kind: AlertStep
    by: int | None
    """None: the shell."""
    by_name: str | None
    at: datetime
    comment: str = ""
    degree: Degree | None = None
    liability: Liability | None = None
    reported_at: datetime | None = None
    reported_to: str = ""
    analysis: Analysis = NO_ANALYSIS
    undoes: int | None = None
    undone: bool = False
    """True where a later event took it back."""


@dataclass(frozen=True, slots=True)
class AlertStanding:
    """What the events add up to."""

    state: AlertState = AlertState.NEW
    owner: int | None = None
    owner_name: str | None = None
    degree: Degree | None = None
    """As a person corrected it."""
    liability: Liability | None = None
    report: ReportMade | None = None
    analysis: Analysis = NO_ANALYSIS
    reason: str = ""
    """Why it was closed or overturned."""
    ended_at: datetime | None = None
    ended_by_name: str | None = None
    agent_id: str | None = None
    team: str | None = None
    """Of the call."""
    last: AlertEvent | None = None
    """What an undo takes back."""

    @property
    def open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert with everything that happened to it."""

    id: int
    call: CallHeader
    code: str
    found_at: datetime
    raised_by_name: str | None
    """Who found it; None: the machine."""
    by_machine: bool
    """True where the machine finds it in what it heard last."""
    heard: Degree
    """As the words say."""
    places: Sequence[AlertPlace]
    due_at: datetime
    first: bool
    """True where it stands above all others."""
    audio_sha256: str
    version: int
    standing: AlertStanding
    late: bool
    """When somebody looked: reported after the deadline, or not reported although it is over."""
    events: tuple[AlertEvent, ...] = ()
    """In the order they came."""
    replaced_by: str | None = None
    """The call that has taken the place of this one, whose alerts count instead."""

    @property
    def degree(self) -> Degree:
        """A person's word, else that of the words."""
        return self.standing.degree or self.heard

    @property
    def state(self) -> AlertState:
        return self.standing.state

    @property
    def open(self) -> bool:
        return self.standing.open

    @property
    def overdue(self) -> bool:
        """Late, and somebody has still to do something about it: these stand first."""
        return self.late and self.state in (AlertState.NEW, AlertState.TAKEN)

    @property
    def place(self) -> AlertPlace | None:
        """Where it was said most plainly."""
        return next(iter(self.places), None)


def is_late(standing: AlertStanding, due_at: datetime, now: datetime) -> bool:
    """Whether the deadline, which is that of the report, was missed."""
    if standing.state is AlertState.OVERTURNED:
        return False
    if standing.report is not None:
        return standing.report.at > due_at
    return standing.open and now >= due_at
