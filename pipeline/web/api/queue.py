"""The queue: what waits for a person; claims and assignment."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from pipeline.domain import Case
from pipeline.store.repositories.queue import QueuePage
from pipeline.web.access import Permission, TheStore, VisibleCall, Visitor, allowed
from pipeline.web.api.answers import failures
from pipeline.web.queue_link import QueueQuery, read_link
from pipeline.web.sanitise import SanitisedJSON
from pipeline.web.scopes import check_assignable, check_open_to

router = APIRouter(prefix="/api/v1/queue", tags=["queue"], default_response_class=SanitisedJSON)

Worker = Annotated[Visitor, Depends(allowed(Permission.REVIEW, Permission.ASSIGN))]
Reviewer = Annotated[Visitor, Depends(allowed(Permission.REVIEW))]
Assigner = Annotated[Visitor, Depends(allowed(Permission.ASSIGN))]
MOST_ASSIGNED = 500


class NextCall(BaseModel):
    """The call that was claimed; null where nothing is left."""

    call_id: str | None
    again: bool = Field(False, description="all others were seen: it was left undecided before")


class Assigning(BaseModel):
    model_config = ConfigDict(extra="forbid")

    calls: list[str] = Field(min_length=1, max_length=MOST_ASSIGNED)
    to: int | None = Field(None, ge=1, le=2**31 - 1, description="key of a reviewer; null: to nobody")


class AssignedCalls(BaseModel):
    calls: int


@router.get("", response_model=QueuePage, responses=failures())
def queue(
    request: Request,
    visitor: Worker,
    store: TheStore,
    _: Annotated[QueueQuery, Query()],
    after: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Any:
    """What most needs a person first."""
    wanted = read_link(request.query_params).conditions
    return store.queue.page(wanted, visitor.scope, by=visitor.user.id, after=after, limit=limit)


@router.post("/next", response_model=NextCall, responses=failures(404))
def take_next(
    request: Request,
    visitor: Reviewer,
    store: TheStore,
    _: Annotated[QueueQuery, Query()],
    after: Annotated[str | None, Query(max_length=1000, description="the call that is left")] = None,
) -> Any:
    """Claim the call that most needs this person, of what the filters leave.

    ``after`` is given back, and comes again when all others were seen.
    """
    wanted, by, cases = read_link(request.query_params).conditions, visitor.user.id, store.cases
    if after is not None:
        check_open_to(store, visitor, after)
        cases.leave(after, by)
    found = cases.next(by, visitor.scope, wanted, after=after)
    return NextCall(call_id=found, again=found is not None and cases.skipped(found, by) is not None)


@router.post("/assign", response_model=AssignedCalls, responses=failures(404))
def assign(visitor: Assigner, store: TheStore, body: Annotated[Assigning, Body()]) -> Any:
    """Give calls to one reviewer. 404 where a call is out of sight, or nobody such a reviewer."""
    check_open_to(store, visitor, *body.calls)
    check_assignable(store, visitor, body.to)
    return AssignedCalls(calls=store.cases.assign(body.calls, body.to, visitor.user.id))


@router.post("/{call_id}/claim", response_model=Case, responses=failures(404, 409))
def claim(call_id: VisibleCall, visitor: Reviewer, store: TheStore) -> Any:
    """Take a call, or say that one is still at it; 409 where somebody else has it open."""
    return store.cases.claim(call_id, visitor.user.id)


@router.post("/{call_id}/release", response_model=Case, responses=failures(404))
def release(call_id: VisibleCall, visitor: Reviewer, store: TheStore) -> Any:
    """Give a call back; it comes again after the others."""
    return store.cases.leave(call_id, visitor.user.id)
