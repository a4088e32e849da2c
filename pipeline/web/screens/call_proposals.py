"""From a finding on the call screen to a proposal for the rules, with one key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.errors import Refused, UsageError
from pipeline.web.access import Permission, TheSettings, TheStore, VisibleCall, Visitor, allowed
from pipeline.web.call.learning import proposed
from pipeline.web.call.view import look
from pipeline.web.context import PageContext
from pipeline.web.errors import for_htmx
from pipeline.web.render import call_url, fragment
from pipeline.web.rulebook.book import read_book
from pipeline.web.screens.call_decisions import Criterion, RequestId, Sound

router = APIRouter(prefix="/calls/{call_id}")

Reviewer = Annotated[Visitor, Depends(allowed(Permission.REVIEW))]


@dataclass(frozen=True, slots=True)
class ProposedFragment(PageContext):
    """That it was proposed, in the place of the button."""

    template: ClassVar[str] = "call/proposed.html"
    count: int
    """How many sentences are new; 0: somebody proposed them before."""


@router.post("/proposals")
def propose(
    request: Request,
    call_id: VisibleCall,
    visitor: Reviewer,
    store: TheStore,
    settings: TheSettings,
    criterion: Criterion,
    request_id: RequestId,
    sound: Sound = None,
) -> Response:
    """Propose what a settled finding teaches."""
    view = look(store, call_id, visitor, words=False)
    try:
        book = read_book(settings)
    except UsageError as error:
        raise Refused(f"the rules cannot be read: {error}", code="rules-broken", reason=error) from error
    sentences = proposed(view.entry(criterion), view.inspection, book)
    by = visitor.user.id
    count = store.proposals.propose(call_id, sentences, by=by, request=request_id, sound=sound)
    if not for_htmx(request):
        return RedirectResponse(call_url(call_id) + f"#finding-{criterion}", 303)
    return fragment(request, ProposedFragment(count), visitor=visitor)
