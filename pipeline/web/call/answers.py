"""Answers to what people do on the call screen: what changed for htmx, the page again for plain forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from pipeline.domain import Case
from pipeline.errors import Conflict, Refused, ReviewError
from pipeline.messages import known, say
from pipeline.store import Store
from pipeline.web.access import Visitor, the_settings
from pipeline.web.asking import fields_of
from pipeline.web.call.bands import drawing
from pipeline.web.call.view import look
from pipeline.web.errors import STATUS, for_htmx, in_words
from pipeline.web.render import call_url, fragment


def answer(
    request: Request,
    store: Store,
    call_id: str,
    visitor: Visitor,
    write: Callable[[], Case],
    *,
    criterion: str | None = None,
    whole: bool = False,
) -> Response:
    """Do it, and show how the call stands then: one finding, all of them, or (``whole``) the page anew."""
    try:
        write()
    except (Conflict, Refused) as error:
        return refused(request, store, call_id, visitor, error, criterion=criterion)
    if whole and for_htmx(request):
        return Response(status_code=204, headers={"HX-Redirect": call_url(call_id)})
    if not for_htmx(request):
        return RedirectResponse(call_url(call_id) + (f"#finding-{criterion}" if criterion else ""), 303)
    return changed(request, store, call_id, visitor, criterion=criterion)


def refused(
    request: Request,
    store: Store,
    call_id: str,
    visitor: Visitor,
    error: ReviewError,
    *,
    criterion: str | None = None,
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
    status: int = 200,
    message: str | None = None,
) -> Response:
    view = look(store, call_id, visitor, words=False)
    queue = queue_of(request)
    entry = view.entry(criterion) if criterion else None
    return fragment(
        request,
        "call/changed.html",
        visitor=visitor,
        status=status,
        view=view,
        entry=entry,
        drawing=drawing(view.inspection, view.sheet),
        queue=queue,
        **plain(oob=True, message=message, finding_message=message if entry else None),
    )


def queue_of(request: Request) -> str:
    """The list somebody came from, as htmx says where the page is: the head of the page leads back there."""
    address = urlsplit(request.headers.get("hx-current-url", ""))
    return fields_of(address.query).get("queue", "")


def plain(**changed: Any) -> dict[str, Any]:
    """What the templates ask about themselves: the whole screen, unless told otherwise."""
    whole: dict[str, Any] = {"oob": False, "undo_oob": False, "account_oob": False}
    return {**whole, "message": None, "skipped": None, "finding_message": None, **changed}
