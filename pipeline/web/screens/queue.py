"""The queue: what waits for a person, and all calls; claim, assign, take the next one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BeforeValidator

from pipeline.domain import Satisfaction, Severity, Status
from pipeline.store.filter import QueueState
from pipeline.store.repositories.queue import Choices, Count, QueuePage, SavedFilter
from pipeline.web.access import Permission, TheStore, Visitor, allowed
from pipeline.web.call.leaving import LeftCall, left_open
from pipeline.web.context import PageContext, Person
from pipeline.web.fields import Number
from pipeline.web.names import FieldName
from pipeline.web.queue_link import QueueLink, fields_of, read_link
from pipeline.web.redact import redact_queue
from pipeline.web.render import call_url, page, url
from pipeline.web.scopes import assignable, check_assignable, check_open_to
from pipeline.web.screens.call import opened

router = APIRouter(prefix="/queue")

Listener = Annotated[Visitor, Depends(allowed(Permission.LISTEN))]
Reviewer = Annotated[Visitor, Depends(allowed(Permission.REVIEW))]
Assigner = Annotated[Visitor, Depends(allowed(Permission.ASSIGN))]
Worker = Annotated[Visitor, Depends(allowed(Permission.REVIEW, Permission.ASSIGN))]
Query = Annotated[str, Form(max_length=4000)]

MOST_ASSIGNED = 500
"""Calls that are assigned at once."""


@dataclass(frozen=True, slots=True)
class QueueScreen(PageContext):
    template: ClassVar[str] = "queue/index.html"
    link: QueueLink
    calls: QueuePage
    continued: bool
    """True on a further page of the list."""
    counts: Mapping[QueueState, Count]
    choices: Choices
    saved: tuple[SavedFilter, ...]
    reviewers: tuple[Person, ...]
    """Whom calls can be given to, by those who give them."""
    none_left: bool
    """True after somebody asked for the next call and there was none."""
    left: LeftCall | None
    """The call that they came from then, where it is not done."""
    severities: tuple[Severity, ...]
    statuses: tuple[Status, ...]
    satisfactions: tuple[Satisfaction, ...]


@router.get("")
def queue(request: Request, visitor: Listener, store: TheStore) -> Response:
    link = _of_visitor(visitor, read_link(request.query_params))
    by = visitor.user.id
    after = request.query_params.get("after")
    states = list(QueueState) if visitor.works else [QueueState.ALL]
    found = store.queue.page(link.conditions, visitor.scope, by=by, after=after)
    context = QueueScreen(
        link=link,
        calls=redact_queue(found, visitor),
        continued=after is not None,
        counts=store.queue.counts(link.conditions, visitor.scope, by=by, states=states),
        choices=store.queue.choices(visitor.scope),
        saved=tuple(store.queue.saved_filters(by)) if visitor.works else (),
        reviewers=assignable(store, visitor) if visitor.may(Permission.ASSIGN) else (),
        none_left="none" in request.query_params,
        left=left_open(store, visitor, request.query_params.get("left", "")) if visitor.works else None,
        severities=tuple(Severity),
        statuses=tuple(Status),
        satisfactions=tuple(Satisfaction),
    )
    return page(request, context, visitor=visitor)


def _of_visitor(visitor: Visitor, link: QueueLink) -> QueueLink:
    """Agents have calls, but no queue."""
    return link if visitor.works else QueueLink(replace(link.conditions, state=QueueState.ALL))


def _of(query: str) -> QueueLink:
    """The list a form was on."""
    return read_link(fields_of(query))


@router.post("/next")
def take_next(visitor: Reviewer, store: TheStore, query: Query = "") -> Response:
    """Take what most needs a person, of what the list shows; the list again where nothing is left."""
    link = _of(query)
    found = store.cases.next(visitor.user.id, visitor.scope, link.conditions)
    if found is None:
        return RedirectResponse(url("/queue", **link.fields(), none=1), 303)
    return RedirectResponse(opened(store, found, visitor, query), 303)


@router.post("/claim")
def claim(
    visitor: Reviewer, store: TheStore, call_id: Annotated[FieldName, Form()], query: Query = ""
) -> Response:
    """Take one call and open it."""
    check_open_to(store, visitor, call_id)
    store.cases.claim(call_id, visitor.user.id)
    return RedirectResponse(call_url(call_id, queue=query or None), 303)


@router.post("/release")
def release(
    visitor: Reviewer, store: TheStore, call_id: Annotated[FieldName, Form()], query: Query = ""
) -> Response:
    """Give a call back; it comes again after the others."""
    check_open_to(store, visitor, call_id)
    store.cases.leave(call_id, visitor.user.id)
    return RedirectResponse(_of(query).url(), 303)


def _key(value: object) -> object:
    """What the field of a form says; empty: to nobody."""
    return value or None


@router.post("/assign")
def assign(
    visitor: Assigner,
    store: TheStore,
    calls: Annotated[list[FieldName], Form(max_length=MOST_ASSIGNED)],
    to: Annotated[int | None, BeforeValidator(_key), Form()] = None,
    query: Query = "",
) -> Response:
    """Give calls to somebody, or (``to`` empty) to nobody."""
    check_open_to(store, visitor, *calls)
    check_assignable(store, visitor, to)
    store.cases.assign(calls, to, visitor.user.id)
    return RedirectResponse(_of(query).url(), 303)


@router.post("/filters")
def save_filter(
    visitor: Worker, store: TheStore, name: Annotated[str, Form(max_length=200)], query: Query = ""
) -> Response:
    """Keep the filter of a list under a name."""
    link = _of(query)
    store.queue.save_filter(visitor.user.id, name, link.url().partition("?")[2])
    return RedirectResponse(link.url(), 303)


@router.post("/filters/{filter_id}/delete")
def delete_filter(visitor: Worker, store: TheStore, filter_id: Number, query: Query = "") -> Response:
    store.queue.delete_filter(visitor.user.id, filter_id)
    return RedirectResponse(_of(query).url(), 303)
