"""Decisions on a call: verdicts, additions, comments, undo, swapped roles, finished and opened again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from pipeline.batch.roles import correct_roles, undo_roles
from pipeline.domain import Case, DecisionKind, Role, Span, Verdict
from pipeline.errors import Missing, Refused, UsageError
from pipeline.inspection import Rules
from pipeline.settings import Settings
from pipeline.web.access import Permission, TheSettings, TheStore, VisibleCall, Visitor, allowed
from pipeline.web.call.answers import answer, check_claim, page_again
from pipeline.web.rulebook.book import matcher_of, read_book

router = APIRouter(prefix="/calls/{call_id}")

Reviewer = Annotated[Visitor, Depends(allowed(Permission.REVIEW))]
RequestId = Annotated[str, Form(alias="request", min_length=1, max_length=64)]
Text = Annotated[str, Form(max_length=4000)]
Criterion = Annotated[str, Form(max_length=200)]


@router.post("/verdicts")
def decide(
    request: Request,
    call_id: VisibleCall,
    visitor: Reviewer,
    store: TheStore,
    criterion: Criterion,
    request_id: RequestId,
    verdict: Annotated[Verdict | None, Form()] = None,
    seen: Annotated[int, Form(ge=0)] = 0,
    comment: Text = "",
) -> Response:
    """Confirm, overturn, cannot tell; without a verdict the text is a comment on the finding."""
    by = visitor.user.id
    decisions = store.desk.decisions

    def write() -> Case:
        check_claim(store, call_id, visitor)
        if verdict is None:
            return decisions.comment(call_id, comment, by=by, request=request_id, criterion=criterion)
        return decisions.decide(
            call_id, criterion, verdict, by=by, request=request_id, seen=seen, comment=comment
        )

    return answer(request, store, call_id, visitor, write, criterion=criterion)


@router.post("/additions")
def add(
    request: Request,
    call_id: VisibleCall,
    visitor: Reviewer,
    store: TheStore,
    criterion: Criterion,
    request_id: RequestId,
    start: Annotated[float, Form(ge=0, allow_inf_nan=False)],
    end: Annotated[float, Form(ge=0, allow_inf_nan=False)],
    role: Annotated[Role, Form()] = Role.AGENT,
    quote: Text = "",
    comment: Text = "",
) -> Response:
    """A violation the machine missed."""

    def write() -> Case:
        check_claim(store, call_id, visitor)
        if end < start:
            raise Refused("the place ends before it begins", code="outside")
        return store.desk.decisions.add(
            call_id,
            criterion,
            Span(start, end),
            role,
            quote,
            by=visitor.user.id,
            request=request_id,
            comment=comment,
        )

    return answer(request, store, call_id, visitor, write)


@router.post("/comments")
def comment(
    request: Request,
    call_id: VisibleCall,
    visitor: Reviewer,
    store: TheStore,
    request_id: RequestId,
    comment: Text = "",
) -> Response:
    """A remark on the whole call."""

    def write() -> Case:
        return store.desk.decisions.comment(call_id, comment, by=visitor.user.id, request=request_id)

    return answer(request, store, call_id, visitor, write)


@router.post("/undo")
def undo(
    request: Request,
    call_id: VisibleCall,
    visitor: Reviewer,
    store: TheStore,
    settings: TheSettings,
    request_id: RequestId,
    event: Annotated[int, Form(ge=1, le=2**31 - 1)],
) -> Response:
    """Take an event of this call back."""
    by, decisions = visitor.user.id, store.desk.decisions
    taken = decisions.event(event)
    if taken.call_id != call_id:
        raise Missing(f"there is no decision {event} here", code="no-decision")
    if taken.kind is DecisionKind.ROLES:
        check_claim(store, call_id, visitor)
        undo_roles(store, _rules(settings), event, by=by, request=request_id)
        return page_again(request, call_id)

    def write() -> Case:
        return decisions.undo(event, by=by, request=request_id)

    return answer(request, store, call_id, visitor, write)


@router.post("/roles")
def swap_roles(
    request: Request,
    call_id: VisibleCall,
    visitor: Reviewer,
    store: TheStore,
    settings: TheSettings,
    request_id: RequestId,
) -> Response:
    """Agent and customer are the other way round: the whole call is judged anew, and the page with it."""
    check_claim(store, call_id, visitor)
    correct_roles(store, _rules(settings), call_id, by=visitor.user.id, request=request_id)
    return page_again(request, call_id)


@router.post("/finish")
def finish(
    request: Request,
    call_id: VisibleCall,
    visitor: Reviewer,
    store: TheStore,
    request_id: RequestId,
    incomplete: bool = Form(False),
) -> Response:
    """Say that this call is reviewed."""

    def write() -> Case:
        check_claim(store, call_id, visitor)
        return store.desk.decisions.finish(
            call_id, by=visitor.user.id, request=request_id, incomplete=incomplete
        )

    return answer(request, store, call_id, visitor, write)


@router.post("/reopen")
def reopen(
    request: Request, call_id: VisibleCall, visitor: Reviewer, store: TheStore, request_id: RequestId
) -> Response:
    def write() -> Case:
        return store.desk.decisions.reopen(call_id, by=visitor.user.id, request=request_id)

    return answer(request, store, call_id, visitor, write)


def _rules(settings: Settings) -> Rules:
    """By which calls are judged now.

    Raises:
        Refused: ``rules-broken``.
    """
    try:
        return Rules(matcher_of(settings), read_book(settings).rubric)
    except UsageError as error:
        raise Refused(f"the rules cannot be read: {error}", code="rules-broken", reason=error) from error
