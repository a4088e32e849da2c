"""Tonight: what was inspected, how it went, what must be looked at today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from pipeline.domain import Scope, Severity, Status
from pipeline.review.intervals import Proportion, wilson
from pipeline.store.filter import ANY_ALERT, QueueState
from pipeline.store.repositories.call_totals import CallTotals
from pipeline.store.repositories.day_statistics import DaySummary, RunState, Undated
from pipeline.web.access import Permission, SignedIn, TheSettings, TheStore, Visitor, allowed
from pipeline.web.asking import day_of, link
from pipeline.web.charts import axis_top, columns, stacked
from pipeline.web.render import fragment, page
from pipeline.web.titles import code_titles

router = APIRouter()
WIDTH, HEIGHT = 760.0, 150.0
"""Units of the distribution of scores."""
LIVE = "running"


@router.get("/")
def tonight(
    request: Request,
    visitor: SignedIn,
    store: TheStore,
    settings: TheSettings,
    night: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    days = store.days.latest(visitor.scope)
    chosen = day_of(night) or store.days.newest(visitor.scope)
    beside = store.days.undated(chosen, visitor.scope) if chosen else None
    return page(
        request,
        "tonight/index.html",
        visitor=visitor,
        days=days,
        chosen=chosen,
        earlier=next((day for day in days if chosen and day < chosen), None),
        later=next((day for day in reversed(days) if chosen and day > chosen), None),
        state=store.days.run_state(),
        narrow=visitor.scope != Scope(),
        beside=beside,
        without=_without(beside),
        **(
            {}
            if chosen is None
            else _facts(store.days.summary(chosen, visitor.scope), chosen, code_titles(settings))
        ),
    )


@router.get("/tonight/run")
def run(request: Request, visitor: SignedIn, store: TheStore) -> Response:
    """The state of the run, for a page that watches it."""
    return fragment(request, "tonight/run.html", visitor=visitor, state=store.days.run_state())


Curious = Annotated[Visitor, Depends(allowed(Permission.REVIEW, Permission.ASSIGN, Permission.SAMPLE))]


@router.get("/tonight/problems")
def problems(request: Request, visitor: Curious, store: TheStore) -> Response:
    """What the latest run met besides its calls."""
    state: RunState | None = store.days.run_state()
    found = store.days.problems(state.run.id) if state else None
    return page(request, "tonight/problems.html", visitor=visitor, state=state, found=found)


def _facts(night: DaySummary, day: date, titles: Mapping[str, str]) -> dict[str, Any]:
    def calls(state: QueueState = QueueState.ALL, **wanted: Any) -> str:
        return link(state, date_from=day, date_to=day, **wanted)

    starts = [n * 10 for n in range(len(night.bins))]
    ends = [None if start == 90 else float(start + 10) for start in starts]
    hrefs = [
        calls(score_from=float(start) if start else None, score_below=end)
        for start, end in zip(starts, ends, strict=True)
    ]
    labels = [f"{start}–{start + (10 if start == 90 else 9)}" for start in starts]
    most = max((w.calls for w in night.worst), default=0)
    shares = {team: violating(tally) for team, tally in night.teams}
    return {
        "night": night,
        "calls": calls,
        "titles": titles,
        "bars": columns(night.bins, labels, hrefs, width=WIDTH, height=HEIGHT),
        "size": (WIDTH, HEIGHT),
        "severities": [
            (w, stacked([("open", w.open), ("done", w.calls - w.open)], top=most)) for w in night.worst
        ],
        "statuses": [(status, night.statuses.get(status, 0)) for status in Status],
        "shares": shares,
        "share_top": axis_top([100 * (s.high or 0) for s in shares.values()]),
        "Severity": Severity,
        "QueueState": QueueState,
        "ANY_ALERT": ANY_ALERT,
    }


def _without(beside: Undated | None) -> Callable[..., str]:
    """Links into the list of calls of which nobody says when they began."""

    def calls(state: QueueState = QueueState.ALL, **wanted: Any) -> str:
        if beside is None:
            return link(state, undated=True, **wanted)
        return link(state, undated=True, date_from=beside.first, date_to=beside.last, **wanted)

    return calls


def violating(tally: CallTotals) -> Proportion:
    """Calls in which some violation still stands, of those that were judged."""
    return wilson(min(tally.violating, tally.judged), tally.judged)
