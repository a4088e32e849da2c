"""What a report for people is made of, whoever writes it down: pages, files that are printed, spreadsheets
and JSON are drawn from this one value. Every text is a message, every figure leads to its calls.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from pipeline.control import ChartKind, Quadrant, Rule, Side, Unsaid
from pipeline.domain import Severity
from pipeline.messages import Message, Text
from pipeline.reports.readable.asked import ChartStep, ReportQuery
from pipeline.store.filter import CallFilter


class Unit(StrEnum):
    """How a number is shown."""

    COUNT = "count"
    SCORE = "score"
    """Points of a hundred, one decimal."""
    SHARE = "share"
    """0..1, shown of a hundred with one decimal."""
    POINTS = "points"
    """Points lost of a hundred calls."""
    RATIO = "ratio"
    """Two decimals."""


@dataclass(frozen=True, slots=True)
class ReportFigure:
    """A number of a report."""

    value: float | None
    """None: there was nothing to count."""
    unit: Unit = Unit.COUNT
    low: float | None = None
    high: float | None = None
    """Ends of its interval: 95 % of a share; the least and the most that a score can come to."""
    calls: CallFilter | None = None
    """The calls behind it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A call, or some seconds of it."""

    call_id: str
    starts: float | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """Words of a table."""

    text: Text
    calls: CallFilter | None = None
    report: ReportQuery | None = None
    """The report about what is named."""
    place: Place | None = None
    severity: Severity | None = None


Cell: TypeAlias = ReportFigure | Label


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[Message, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: Message | None = None


@dataclass(frozen=True, slots=True)
class ControlPoint:
    first: date
    last: date
    value: float
    of: int
    """Calls it was counted on."""
    calls: CallFilter
    limits: tuple[float, ...] = ()
    """Lower 3, 2, 1 sigma, upper 1, 2, 3 sigma; empty where none are drawn."""
    fired: tuple[tuple[Rule, Side], ...] = ()
    """Rules that fire here."""


@dataclass(frozen=True, slots=True)
class ControlPlot:
    """A control chart, or the bare points where there are too few to say."""

    unit: Unit
    step: ChartStep
    points: tuple[ControlPoint, ...]
    centre: float | None
    kind: ChartKind | None
    unsaid: Unsaid | None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class ClusterPoint:
    name: Text
    mean: float
    variation: float
    of: int
    quadrant: Quadrant
    report: ReportQuery


@dataclass(frozen=True, slots=True)
class ClusterPlot:
    points: tuple[ClusterPoint, ...]
    level: float
    steadiness: float


@dataclass(frozen=True, slots=True)
class ReportBar:
    """A value beside that of others."""

    name: Text
    figure: ReportFigure
    other: float | None = None
    """The same of the period before, or of the group."""
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class BarPlot:
    unit: Unit
    bars: tuple[ReportBar, ...]
    other: Message | None = None
    """What ``other`` of the bars is."""


Plot: TypeAlias = ControlPlot | ClusterPlot | BarPlot


@dataclass(frozen=True, slots=True)
class Headline:
    """A number that stands first, with what it is compared to."""

    title: Message
    figure: ReportFigure
    before: ReportFigure | None = None
    group: ReportFigure | None = None


@dataclass(frozen=True, slots=True)
class Clipping:
    """A place to listen to."""

    place: Place
    who: Text
    when: str | None
    quote: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class ClipExamples:
    """Places beside each other: as it should not be, and as it should."""

    bad: tuple[Clipping, ...]
    good: tuple[Clipping, ...]


@dataclass(frozen=True, slots=True)
class ReportSection:
    """One thing that a report tells: a sentence, what shows it, and the table behind it."""

    id: str
    title: Text
    says: tuple[Message, ...] = ()
    """What the figures say, worked out from them."""
    plots: tuple[Plot, ...] = ()
    headlines: tuple[Headline, ...] = ()
    tables: tuple[Table, ...] = ()
    examples: ClipExamples | None = None
    notes: tuple[Message, ...] = ()
    """How to read it: thresholds and where they come from."""
    breaks: bool = False
    """Begins a new page in print."""


@dataclass(frozen=True, slots=True)
class Report:
    query: ReportQuery
    title: Message
    about: Text | None
    """Whose calls: an agent, a team, a queue, a criterion."""
    first: date
    last: date
    before: tuple[date, date]
    """The period that it is compared with."""
    made_at: datetime
    sections: tuple[ReportSection, ...] = field(default=())
