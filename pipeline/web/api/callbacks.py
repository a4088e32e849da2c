"""Customers to be called back, and what rules over the call list found, as JSON."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from pipeline.store.repositories.callbacks import SHOWN, Callback, CallbackGroup, CallbackStep
from pipeline.store.repositories.listed_calls import ListCounts, ListFilter, ListFinding
from pipeline.web.access import Permission, TheStore, VisibleCall, Visitor, allowed
from pipeline.web.api.alerts import LAST, Token, Words
from pipeline.web.api.answers import failures
from pipeline.web.sanitise import SanitisedJSON
from pipeline.web.screens.callbacks import take_step

router = APIRouter(prefix="/api/v1", tags=["call list"], default_response_class=SanitisedJSON)
Worker = Annotated[Visitor, Depends(allowed(Permission.ALERT))]
Reader = Annotated[Visitor, Depends(allowed(Permission.REVIEW, Permission.ASSIGN))]
Text = Annotated[str | None, Query(max_length=400)]


class CallbackAnswer(BaseModel):
    """A page of the tasks, and how many there are."""

    total: int
    callbacks: list[Callback]


class CallbackWord(BaseModel):
    """One step; which fields it needs depends on its kind."""

    model_config = ConfigDict(extra="forbid")

    kind: CallbackStep
    request: Token
    seen: int | None = Field(None, ge=0, le=2**31 - 1, description="version of the task that was looked at")
    due: date | None = Field(None, le=LAST)
    remark: Words = ""


class ListFindings(BaseModel):
    """What rules over the call list found: counts of all of it, and a page of it."""

    counts: ListCounts
    findings: list[ListFinding]


@router.get("/callbacks", response_model=CallbackAnswer, responses=failures())
def callbacks(
    visitor: Worker,
    store: TheStore,
    group: CallbackGroup = CallbackGroup.OPEN,
    limit: Annotated[int, Query(ge=1, le=500)] = SHOWN,
    offset: Annotated[int, Query(ge=0, le=10**7)] = 0,
) -> Any:
    """Customers who were very dissatisfied: the longest due first."""
    found = store.callbacks.page(group, by=visitor.user.id, scope=visitor.scope, limit=limit, offset=offset)
    return CallbackAnswer(total=found.total, callbacks=list(found.rows))


@router.post("/calls/{call_id}/callback", response_model=Callback, responses=failures(404, 409))
def step(call_id: VisibleCall, visitor: Worker, store: TheStore, what: CallbackWord) -> Any:
    """Take it, move its last day, say that it is done or that it is not; the same `request` again changes
    nothing."""
    return take_step(store, visitor, call_id, what.kind, what.request, what.due, what.remark, what.seen)


@router.get("/call-list", response_model=ListFindings, responses=failures())
def call_list(
    visitor: Reader,
    store: TheStore,
    date_from: Annotated[date | None, Query(alias="from", le=LAST)] = None,
    date_to: Annotated[date | None, Query(alias="to", le=LAST)] = None,
    rule: Text = None,
    team: Text = None,
    agent: Text = None,
    hour: Annotated[int | None, Query(ge=0, le=23)] = None,
    limit: Annotated[int, Query(ge=0, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=10**7)] = 0,
) -> Any:
    """What went against the rules over the call list; `agent=-`: what is no one agent's doing."""
    wanted = ListFilter(date_from, date_to, rule, team, "" if agent == "-" else agent, hour)
    found = list(store.listed.findings(wanted, visitor.scope, limit=limit, offset=offset))
    return ListFindings(counts=store.listed.counts(wanted, visitor.scope), findings=found)
