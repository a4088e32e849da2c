"""A person says that a call holds the corrected recording of another: ask, show both, do it, undo it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.batch.merging import merge, undo_merge
from pipeline.domain import CallHeader
from pipeline.errors import Conflict, Refused, no_call
from pipeline.review.effective import Effective
from pipeline.store import Store
from pipeline.web.access import (
    Permission,
    TheSettings,
    TheStore,
    VisibleCall,
    Visitor,
    allowed,
    check_unsealed,
)
from pipeline.web.call.acts import present_rules
from pipeline.web.context import PageContext
from pipeline.web.errors import STATUS, in_words
from pipeline.web.names import FieldName
from pipeline.web.render import call_url, page

router = APIRouter(prefix="/calls/{call_id}/corrects")

Merger = Annotated[Visitor, Depends(allowed(Permission.MERGE))]
Old = Annotated[FieldName, Form(alias="call", min_length=1, max_length=2000)]
Digest = Annotated[str, Form(max_length=64)]


@dataclass(frozen=True, slots=True)
class CallFacts:
    """One of the two calls, as far as somebody must see it to tell them apart."""

    call: CallHeader
    duration: float | None
    sha256: str
    score: float | None
    """As the machine says."""
    effective: Effective | None
    decisions: int
    """Acts of people that stay with this sound."""
    copies: tuple[str, ...]
    """Where the sound lies: the end of each path."""


@dataclass(frozen=True, slots=True)
class CorrectsPage(PageContext):
    template: ClassVar[str] = "call/corrects.html"
    call_id: str
    old: str
    """Id of the call that would be replaced, as it was given."""
    message: str | None
    """Why nothing was done."""
    sides: tuple[CallFacts, ...]
    """The old call and this one; nothing where there is no such old call."""


@router.get("")
def ask(request: Request, call_id: VisibleCall, visitor: Merger, store: TheStore, call: str = "") -> Response:
    """Which call this one corrects; with ``call``, both side by side and the question."""
    old = call.strip()
    check_unsealed(visitor, old)
    return _both(request, call_id, visitor, store, old)


@router.post("")
def correct(
    request: Request,
    call_id: VisibleCall,
    visitor: Merger,
    store: TheStore,
    settings: TheSettings,
    old: Old,
    sound: Digest,
    old_sound: Digest,
) -> Response:
    """Let this call take the place of the other, if both are still the sounds that were shown."""
    check_unsealed(visitor, old)
    rules, by = partial(present_rules, store, settings), visitor.user.id
    try:
        done = merge(store, rules, call_id, old, by=by, seen=(sound, old_sound))
    except (Conflict, Refused) as error:
        why = in_words(error, visitor.lang, settings)
        return _both(request, call_id, visitor, store, old, status=STATUS[type(error)], message=why)
    return RedirectResponse(call_url(done.call_id), 303)


@router.post("/undo")
def undo(call_id: VisibleCall, visitor: Merger, store: TheStore, settings: TheSettings) -> Response:
    """Let both calls stand on their own again; the one that had been replaced opens."""
    done = undo_merge(store, partial(present_rules, store, settings), call_id, by=visitor.user.id)
    return RedirectResponse(call_url(done.replaced), 303)


def _both(
    request: Request,
    call_id: str,
    visitor: Visitor,
    store: Store,
    old: str,
    *,
    status: int = 200,
    message: str | None = None,
) -> Response:
    """The two calls and the question; the field for the other's id where there is no such call."""
    new_side, old_side = _side(store, call_id), _side(store, old) if old else None
    if new_side is None:
        raise no_call(call_id)
    context = CorrectsPage(call_id, old, message, () if old_side is None else (old_side, new_side))
    return page(request, context, visitor=visitor, status=404 if old and old_side is None else status)


def _side(store: Store, call_id: str) -> CallFacts | None:
    """None where there is no such call, or where another has taken its place."""
    found = store.inspections.current(call_id)
    if found is None:
        return None
    decisions = store.decisions
    known = store.identities.known(call_ids=[call_id])
    files = next((one.files for one in known if one.call_id == call_id), ())
    return CallFacts(
        call=found.recording.call.header,
        duration=found.duration,
        sha256=found.recording.sha256,
        score=found.scorecard.score if found.scorecard else None,
        effective=decisions.effective(call_id),
        decisions=sum(not event.undone for event in decisions.history(call_id)),
        copies=tuple(path.name for paths in files for path in paths),
    )
