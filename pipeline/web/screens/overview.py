"""The overview of a day: what was inspected, how it went, what must be looked at today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from pipeline.domain import Scope, Status
from pipeline.intervals import Proportion, wilson
from pipeline.messages import Message
from pipeline.reports.readable.kinds.reviewers import FEWEST_TIMED
from pipeline.store import Store
from pipeline.store.repositories.call_totals import CallTotals
from pipeline.store.repositories.callbacks import Callback, CallbackCounts
from pipeline.store.repositories.day_statistics import DaySummary, Undated, Worst
from pipeline.web.access import Permission, SignedIn, TheStore, Visitor, allowed
from pipeline.web.alert_lines import AlertBoard, board_of
from pipeline.web.charts import BarPart, ChartColumn, axis_top, columns, stacked
from pipeline.web.context import PageContext
from pipeline.web.queue_link import QueueLink, day_of, link_to
from pipeline.web.render import fragment, page, url

router = APIRouter()
FIRST_CALLBACKS = 5
"""Customers to be called back whom the first screen names; the rest is counted."""
WORK_DAYS = 14
"""Days of the visitor's own reviews."""
WORK_WIDTH, WORK_HEIGHT = 760.0, 60.0
WIDTH, HEIGHT = 760.0, 150.0
"""Units of the distribution of scores."""


@dataclass(frozen=True, slots=True)
class RunProgress:
    """The latest run, without where it runs and what it reads."""

    id: int
    state: str
    started_at: datetime
    finished_at: datetime | None
    done: int
    """Of the calls that the visitor may see."""
    total: int | None
    """Calls it set out to do, where it has said so."""
    problems: Mapping[str, int]
    """Kind -> how many; empty for those who may not read them."""


@dataclass(frozen=True, slots=True)
class DayFigures:
    """The figures of one day, and the sizes of its charts."""

    summary: DaySummary
    calls: QueueLink
    bars: tuple[ChartColumn, ...]
    """Calls by score."""
    size: tuple[float, float]
    severities: tuple[tuple[Worst, tuple[BarPart, ...]], ...]
    """Flagged calls by the gravest class, and the bar that is drawn for them."""
    statuses: tuple[tuple[Status, int], ...]
    shares: tuple[Proportion, ...]
    """Calls with a violation, for each team in turn."""
    share_top: float


@dataclass(frozen=True, slots=True)
class CallbackBoard:
    """Customers to be called back: how many, and the first of them."""

    counts: CallbackCounts
    rows: tuple[Callback, ...]


@dataclass(frozen=True, slots=True)
class OwnReviews:
    """How the visitor's own reviews get on."""

    days: int
    """Up to today."""
    finished: int
    open: int
    """Calls that they hold now."""
    minutes: float | None
    """Of a call, the middle one; None where too few were timed."""
    bars: tuple[ChartColumn, ...]
    """Calls finished by day."""
    size: tuple[float, float]


@dataclass(frozen=True, slots=True)
class OverviewPage(PageContext):
    template: ClassVar[str] = "overview/index.html"
    days: tuple[date, ...]
    chosen: date | None
    earlier: date | None
    later: date | None
    alerts: AlertBoard | None
    """What customers threaten and nobody has settled, of all days; None for those who have no part in it."""
    callbacks: CallbackBoard | None
    """Customers to be called back; None for those who have no part in it."""
    work: OwnReviews | None
    """None for those who do not review, or have not lately."""
    figures: DayFigures | None
    """None where there is no day to show."""
    run: RunProgress | None
    narrow: bool
    """True where the visitor does not see all calls."""
    undated: Undated | None
    undated_calls: QueueLink


@dataclass(frozen=True, slots=True)
class RunFragment(PageContext):
    template: ClassVar[str] = "overview/run.html"
    run: RunProgress | None


@dataclass(frozen=True, slots=True)
class RunProblem:
    """Something a run met besides its calls."""

    kind: str
    reason: Message
    file: str | None
    """The name of the file; where it lies is nobody's business."""
    call_id: str | None
    line: int | None


@dataclass(frozen=True, slots=True)
class ProblemsPage(PageContext):
    template: ClassVar[str] = "overview/problems.html"
    run: RunProgress | None
    rows: tuple[RunProblem, ...]
    more: bool
    """True where there are more of them than are listed."""


@router.get("/")
def overview(
    request: Request,
    visitor: SignedIn,
    store: TheStore,
    day: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    days = store.days.latest(visitor.scope)
    chosen = day_of(day) or store.days.newest(visitor.scope)
    undated = store.days.undated(chosen, visitor.scope) if chosen else None
    context = OverviewPage(
        days=tuple(days),
        chosen=chosen,
        earlier=next((day for day in days if chosen and day < chosen), None),
        later=next((day for day in reversed(days) if chosen and day > chosen), None),
        alerts=board_of(store, visitor),
        callbacks=_callbacks(store, visitor),
        work=_work(store, visitor),
        figures=_figures(store.days.summary(chosen, visitor.scope), chosen) if chosen else None,
        run=_progress(store, visitor),
        narrow=visitor.scope != Scope(),
        undated=undated,
        undated_calls=link_to(
            undated=True,
            date_from=undated.first if undated else None,
            date_to=undated.last if undated else None,
        ),
    )
    return page(request, context, visitor=visitor)


@router.get("/overview/run")
def run(request: Request, visitor: SignedIn, store: TheStore) -> Response:
    """The state of the run, for a page that watches it."""
    return fragment(request, RunFragment(_progress(store, visitor)), visitor=visitor)


_READ_PROBLEMS = (Permission.REVIEW, Permission.ASSIGN, Permission.SAMPLE)
ProblemReader = Annotated[Visitor, Depends(allowed(*_READ_PROBLEMS))]


@router.get("/overview/problems")
def problems(request: Request, visitor: ProblemReader, store: TheStore) -> Response:
    """What the latest run met besides its calls."""
    run = _progress(store, visitor)
    found = store.days.problems(run.id) if run else None
    rows = tuple(
        RunProblem(row.kind, row.reason, row.path.name if row.path else None, row.call_id, row.line)
        for row in (found.rows if found else ())
    )
    context = ProblemsPage(run, rows, found is not None and found.more)
    return page(request, context, visitor=visitor)


def _callbacks(store: Store, visitor: Visitor) -> CallbackBoard | None:
    if not visitor.may(Permission.ALERT):
        return None
    counts = store.callbacks.counts(scope=visitor.scope)
    if not counts.open:
        return None
    return CallbackBoard(counts, store.callbacks.page(scope=visitor.scope, limit=FIRST_CALLBACKS).rows)


def _work(store: Store, visitor: Visitor) -> OwnReviews | None:
    if not visitor.may(Permission.REVIEW):
        return None
    last = date.today()
    days = [last - timedelta(days=WORK_DAYS - 1 - n) for n in range(WORK_DAYS)]
    found = next(iter(store.reviewer_paces.of(days[0], last, visitor.scope, user=visitor.user.id)), None)
    if found is None:
        return None
    counts = [found.finished.get(day, 0) for day in days]
    link = url("/reports/reviewers", **{"from": days[0], "to": last})
    labels = [f"{day:%m-%d}" for day in days]
    return OwnReviews(
        days=WORK_DAYS,
        finished=sum(counts),
        open=found.open,
        minutes=found.median if len(found.minutes) >= FEWEST_TIMED else None,
        bars=tuple(columns(counts, labels, [link] * WORK_DAYS, width=WORK_WIDTH, height=WORK_HEIGHT)),
        size=(WORK_WIDTH, WORK_HEIGHT),
    )


def _progress(store: Store, visitor: Visitor) -> RunProgress | None:
    """The latest run, as far as it is about calls that the visitor may see."""
    state = store.days.run_state(visitor.scope)
    if state is None:
        return None
    run = state.run
    told = state.problems if any(visitor.may(one) for one in _READ_PROBLEMS) else {}
    return RunProgress(run.id, run.state, run.started_at, run.finished_at, state.done, state.total, told)


def _figures(summary: DaySummary, day: date) -> DayFigures:
    calls = link_to(date_from=day, date_to=day)
    starts = [n * 10 for n in range(len(summary.bins))]
    ends = [None if start == 90 else float(start + 10) for start in starts]
    hrefs = [
        calls.url(score_from=float(start) if start else None, score_below=end)
        for start, end in zip(starts, ends, strict=True)
    ]
    labels = [f"{start}–{start + (10 if start == 90 else 9)}" for start in starts]
    most = max((w.calls for w in summary.worst), default=0)
    shares = tuple(violating(tally) for _, tally in summary.teams)
    return DayFigures(
        summary=summary,
        calls=calls,
        bars=tuple(columns(summary.bins, labels, hrefs, width=WIDTH, height=HEIGHT)),
        size=(WIDTH, HEIGHT),
        severities=tuple(
            (w, tuple(stacked([("open", w.open), ("done", w.calls - w.open)], top=most)))
            for w in summary.worst
        ),
        statuses=tuple((status, summary.statuses.get(status, 0)) for status in Status),
        shares=shares,
        share_top=axis_top([100 * (s.high or 0) for s in shares]),
    )


def violating(tally: CallTotals) -> Proportion:
    """Calls in which some violation still stands, of those that were judged."""
    return wilson(min(tally.violating, tally.judged), tally.judged)
