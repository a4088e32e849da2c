"""Answers to what people do on the call screen: what changed for htmx, the page again for plain forms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from pydantic import PlainSerializer

from pipeline.domain import Case
from pipeline.errors import Conflict, Refused, ReviewError
from pipeline.messages import known, say
from pipeline.store import Store
from pipeline.web.access import Visitor, the_settings
from pipeline.web.call.bands import Drawing, drawing
from pipeline.web.call.sheet import Entry
from pipeline.web.call.view import CallView, call_twin, look
from pipeline.web.context import PageContext
from pipeline.web.errors import STATUS, for_htmx, in_words
from pipeline.web.queue_link import fields_of
from pipeline.web.render import call_url, fragment


class Questions(StrEnum):
    """What of the questions above the sheet is shown anew."""

    LEFT = "left"
    """Nothing: they stand as they are."""
    TOO = "too"
    ALONE = "alone"
    """Nothing else but the account and the head."""


@dataclass(frozen=True, slots=True)
class CallChanged(PageContext):
    """What a decision changed on the page."""

    template: ClassVar[str] = "call/changed.html"
    view: Annotated[CallView, PlainSerializer(call_twin)]
    entry: Entry | None
    """The finding that was decided on; None: all of them are shown anew, unless questions are shown alone."""
    questions: Questions
    drawing: Drawing
    queue: str
    message: str | None
    """Why nothing was done."""


def answer(
    request: Request,
    store: Store,
    call_id: str,
    visitor: Visitor,
    write: Callable[[], Case],
    *,
    criterion: str | None = None,
    at: str | None = None,
    whole: bool = False,
    questions: Questions = Questions.LEFT,
) -> Response:
    """Do it, and show how the call stands then: one finding, all of them, or (``whole``) the page anew.

    A form that was sent without scripts leads back to the finding ``at``.
    """
    try:
        write()
    except (Conflict, Refused) as error:
        return refused(request, store, call_id, visitor, error, criterion=criterion, questions=questions)
    if whole and for_htmx(request):
        return Response(status_code=204, headers={"HX-Redirect": call_url(call_id)})
    if not for_htmx(request):
        return RedirectResponse(call_url(call_id) + (f"#finding-{at}" if at else ""), 303)
    return changed(request, store, call_id, visitor, criterion=criterion, questions=questions)


def refused(
    request: Request,
    store: Store,
    call_id: str,
    visitor: Visitor,
    error: ReviewError,
    *,
    criterion: str | None = None,
    questions: Questions = Questions.LEFT,
) -> Response:
    """Why not, above the finding as it stands now."""
    if not for_htmx(request) or error.code == "other-recording":
        raise error  # not into the page of another recording
    return changed(
        request,
        store,
        call_id,
        visitor,
        criterion=criterion,
        questions=questions,
        status=STATUS[type(error)],
        message=explained(request, error, visitor),
    )


def explained(request: Request, error: ReviewError, visitor: Visitor) -> str:
    """The error in words; verdicts in it too."""
    verdict = f"verdict.{error.facts.get('verdict')}"
    facts = {"verdict": say(visitor.lang, verdict)} if known(verdict) else {}
    return in_words(error, visitor.lang, the_settings(request), **facts)


def changed(
    request: Request,
    store: Store,
    call_id: str,
    visitor: Visitor,
    *,
    criterion: str | None,
    questions: Questions = Questions.LEFT,
    status: int = 200,
    message: str | None = None,
) -> Response:
    view = look(store, call_id, visitor, words=questions is not Questions.LEFT)
    context = CallChanged(
        view=view,
        entry=view.entry(criterion) if criterion else None,
        questions=questions,
        drawing=drawing(view.inspection, view.sheet, view.weak),
        queue=queue_of(request),
        message=message,
    )
    return fragment(request, context, visitor=visitor, status=status)


def queue_of(request: Request) -> str:
    """The list somebody came from, as htmx says where the page is: the head of the page leads back there."""
    address = urlsplit(request.headers.get("hx-current-url", ""))
    return fields_of(address.query).get("queue", "")
