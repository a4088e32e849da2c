"""Runs and what they left uninspected, as JSON, and what people say of that."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from pipeline.batch.operation import Situation, WatchedRun, situation, watched
from pipeline.batch.run_report import RunReport, run_report
from pipeline.store.repositories.failures import FailedRecording, FailureMark
from pipeline.web.access import Permission, TheStore, Visitor, allowed
from pipeline.web.api.answers import failures as answers
from pipeline.web.fields import Number
from pipeline.web.sanitise import SanitisedJSON
from pipeline.web.screens.runs import LISTED, mark_failures

router = APIRouter(prefix="/api/v1", tags=["runs"], default_response_class=SanitisedJSON)
Operator = Annotated[Visitor, Depends(allowed(Permission.RUNS))]
Name = Annotated[str, Field(min_length=1, max_length=4096)]


class RunList(BaseModel):
    """How things stand, and the latest runs."""

    exit_status: int
    """Of `callinspect status`."""
    now: Situation
    runs: list[WatchedRun]


class FailureList(BaseModel):
    total: int
    open: int
    failures: list[FailedRecording]


class FailureWord(BaseModel):
    """What becomes of failures."""

    model_config = ConfigDict(extra="forbid")

    names: list[Name] = Field(
        min_length=1, max_length=500, description="ids of calls, or paths of files that no call holds"
    )
    kind: FailureMark
    request: str = Field(
        min_length=1, max_length=64, pattern="^[!-~]+$", description="a UUID, new for each act"
    )
    reason: str = Field("", max_length=1000, description="why it may stay as it is; needed to accept")


@router.get("/runs", response_model=RunList, responses=answers())
def runs(visitor: Operator, store: TheStore, limit: Annotated[int, Query(ge=1, le=500)] = LISTED) -> Any:
    """The newest first."""
    now = situation(store)
    found = watched(store, store.runs.latest(limit=limit))
    return RunList(exit_status=now.exit_status, now=now, runs=list(found))


@router.get("/runs/{run}", response_model=RunReport, responses=answers(404))
def run(visitor: Operator, store: TheStore, run: Number) -> Any:
    """What one run did: counts, reasons, time by stage, each recording that it left uninspected."""
    return run_report(store, run)


@router.get("/failures", response_model=FailureList, responses=answers())
def failures(
    visitor: Operator,
    store: TheStore,
    limit: Annotated[int, Query(ge=1, le=500)] = LISTED,
    offset: Annotated[int, Query(ge=0, le=10**7)] = 0,
) -> Any:
    """What could not be inspected, or in part only, over all runs; the newest first."""
    found = store.failures.all()
    open_ = sum(one.acceptance is None for one in found)
    return FailureList(total=len(found), open=open_, failures=list(found[offset : offset + limit]))


@router.post("/failures", response_model=list[FailedRecording], responses=answers(404, 409))
def mark(visitor: Operator, store: TheStore, what: FailureWord) -> Any:
    """Let failures be, take that back, or have the next run try again; all of them, or none."""
    return list(
        mark_failures(store, visitor, what.names, what.kind, reason=what.reason, request=what.request)
    )
