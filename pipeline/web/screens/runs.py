"""Runs: which there were and what each left uninspected; and what people say of that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.batch.operation import Situation, WatchedRun, situation, watched
from pipeline.batch.run_report import run_report
from pipeline.store import Store
from pipeline.store.repositories.failures import FailedRecording, FailureMark
from pipeline.web.access import Permission, TheStore, Visitor, allowed
from pipeline.web.context import PageContext
from pipeline.web.fields import Number, RequestName
from pipeline.web.render import page
from pipeline.web.run_pages import PLACELESS, run_page

router = APIRouter()
Operator = Annotated[Visitor, Depends(allowed(Permission.RUNS))]
LISTED = 100
"""Runs, or failures, on a page."""


@dataclass(frozen=True, slots=True)
class RunsPage(PageContext):
    template: ClassVar[str] = "runs/index.html"
    now: Annotated[Situation, PLACELESS]
    runs: Annotated[tuple[WatchedRun, ...], PLACELESS]
    """The newest first."""


@dataclass(frozen=True, slots=True)
class FailuresPage(PageContext):
    template: ClassVar[str] = "runs/failures.html"
    rows: Annotated[tuple[FailedRecording, ...], PLACELESS]
    """Those that nobody accepted first."""
    open: int
    total: int
    first: int
    """Number of the first line that is shown, from 1."""


@router.get("/runs")
def runs(request: Request, visitor: Operator, store: TheStore) -> Response:
    context = RunsPage(situation(store), watched(store, store.runs.latest(limit=LISTED)))
    return page(request, context, visitor=visitor)


@router.get("/runs/{run}")
def run(request: Request, visitor: Operator, store: TheStore, run: Number) -> Response:
    return page(request, run_page(run_report(store, run)), visitor=visitor)


@router.get("/failures")
def failures(
    request: Request,
    visitor: Operator,
    store: TheStore,
    offset: Annotated[int, Query(ge=0, le=10**7)] = 0,
) -> Response:
    found = sorted(store.failures.all(), key=lambda one: one.acceptance is not None)
    context = FailuresPage(
        rows=tuple(found[offset : offset + LISTED]),
        open=sum(one.acceptance is None for one in found),
        total=len(found),
        first=offset + 1,
    )
    return page(request, context, visitor=visitor)


@router.post("/failures")
def mark(
    visitor: Operator,
    store: TheStore,
    token: RequestName,
    name: Annotated[str, Form(max_length=4096)],
    kind: Annotated[FailureMark, Form()],
    reason: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Let a failure be, take that back, or have the next run try again."""
    mark_failures(store, visitor, [name], kind, reason=reason, request=token)
    return RedirectResponse("/failures", 303)


def mark_failures(
    store: Store, visitor: Visitor, names: list[str], kind: FailureMark, *, reason: str, request: str
) -> tuple[FailedRecording, ...]:
    """
    Raises:
        ReviewError: as :class:`pipeline.store.repositories.failures.Failures`.
    """
    by = visitor.user.id
    if kind is FailureMark.RETRY:
        return store.failures.retry(names, by=by, request=request)
    undo = kind is FailureMark.UNDO
    return store.failures.accept(names, reason="" if undo else reason, by=by, request=request, undo=undo)
