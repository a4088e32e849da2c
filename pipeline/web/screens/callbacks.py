"""Customers who were very dissatisfied: who calls them back, by when, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.store.repositories.callbacks import (
    SHOWN,
    Callback,
    CallbackCounts,
    CallbackGroup,
    CallbackStep,
)
from pipeline.web.access import Permission, TheStore, Visitor, allowed, check_unsealed
from pipeline.web.context import PageContext
from pipeline.web.fields import RequestName
from pipeline.web.names import FieldName
from pipeline.web.queue_link import day_of
from pipeline.web.render import page, url
from pipeline.web.scopes import check_in_scope

router = APIRouter(prefix="/callbacks")
Worker = Annotated[Visitor, Depends(allowed(Permission.ALERT))]


@dataclass(frozen=True, slots=True)
class CallbacksPage(PageContext):
    template: ClassVar[str] = "callbacks/index.html"
    group: CallbackGroup
    groups: tuple[CallbackGroup, ...]
    counts: CallbackCounts
    rows: tuple[Callback, ...]
    total: int
    first: int
    """Number of the first line that is shown, from 1."""
    shown: int
    call: str
    """The one call that was asked for; empty: a list."""


@router.get("")
def index(
    request: Request,
    visitor: Worker,
    store: TheStore,
    group: Annotated[str, Query(max_length=10)] = "open",
    call: Annotated[FieldName, Query(max_length=2000)] = "",
    offset: Annotated[int, Query(ge=0, le=10**7)] = 0,
) -> Response:
    chosen = CallbackGroup(group) if group in set(CallbackGroup) else CallbackGroup.OPEN
    if call:
        check_in_scope(store, visitor, call)
        check_unsealed(visitor, call)
        one = store.callbacks.of_call(call)
        rows: tuple[Callback, ...] = () if one is None else (one,)
        total = len(rows)
    else:
        found = store.callbacks.page(chosen, by=visitor.user.id, scope=visitor.scope, offset=offset)
        rows, total = found.rows, found.total
    context = CallbacksPage(
        group=chosen,
        groups=tuple(CallbackGroup),
        counts=store.callbacks.counts(scope=visitor.scope),
        rows=rows,
        total=total,
        first=offset + 1,
        shown=SHOWN,
        call=call,
    )
    return page(request, context, visitor=visitor)


@router.post("")
def step(
    visitor: Worker,
    store: TheStore,
    token: RequestName,
    call_id: Annotated[FieldName, Form()],
    kind: Annotated[CallbackStep, Form()],
    seen: Annotated[int, Form(ge=0, le=2**31 - 1)],
    due: Annotated[str, Form(max_length=10)] = "",
    remark: Annotated[str, Form(max_length=4000)] = "",
    group: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Take it, move its day, say that it is done, or that it is not."""
    take_step(store, visitor, call_id, kind, token, day_of(due), remark, seen)
    return RedirectResponse(url("/callbacks", group=group or None, call=None if group else call_id), 303)


def take_step(
    store: TheStore,
    visitor: Visitor,
    call_id: str,
    kind: CallbackStep,
    token: str,
    due: date | None,
    remark: str,
    seen: int | None,
) -> Callback:
    """One step of a call that the visitor may see.

    Raises:
        Missing: it is not in their scope. Forbidden: they are still to score it blind.
    """
    check_in_scope(store, visitor, call_id)
    check_unsealed(visitor, call_id)
    return store.callbacks.step(
        call_id, kind, by=visitor.user, request=token, due=due, remark=remark, seen=seen
    )
