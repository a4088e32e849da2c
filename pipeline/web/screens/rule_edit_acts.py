"""What is done with an edit of the rules: tried, published, given up, rolled back, dropped."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form
from fastapi.responses import RedirectResponse, Response

from pipeline.batch.publishing import abandon, publish, roll_back
from pipeline.errors import Refused
from pipeline.store.repositories.rule_edit_rows import OPEN
from pipeline.web.access import TheSettings, TheStore, nothing_sealed
from pipeline.web.fields import Number
from pipeline.web.rulebook.trying import edit_trials
from pipeline.web.screens.rule_edits import Editor, Seen, Words, to_edit
from pipeline.web.screens.what_if import PERIODS

router = APIRouter(prefix="/rules/edits")


@router.post("/{edit_id}/try", dependencies=[Depends(nothing_sealed)])
def try_edit(
    edit_id: Number,
    visitor: Editor,
    settings: TheSettings,
    store: TheStore,
    period: Annotated[str, Form(max_length=10)] = "30",
) -> Response:
    """Check it and try it on stored calls, in the background."""
    edit = store.rule_edits.edit(edit_id)
    if edit.state not in OPEN:
        raise Refused("it is no draft any more", code="edit-closed")
    days = PERIODS.get(period)
    since = None if days is None else date.today() - timedelta(days=days)
    edit_trials().start(settings, store, edit, by=visitor.user.id, since=since, lang=visitor.lang)
    return to_edit(edit_id, "#report")


@router.post("/{edit_id}/publish")
def publish_edit(
    edit_id: Number, visitor: Editor, settings: TheSettings, store: TheStore, seen: Seen, reason: Words = ""
) -> Response:
    publish(store, settings, edit_id, by=visitor.user.id, reason=reason, seen=seen)
    return to_edit(edit_id)


@router.post("/{edit_id}/roll-back")
def roll_back_edit(
    edit_id: Number, visitor: Editor, settings: TheSettings, store: TheStore, seen: Seen, reason: Words = ""
) -> Response:
    roll_back(store, settings, edit_id, by=visitor.user.id, reason=reason, seen=seen)
    return to_edit(edit_id)


@router.post("/{edit_id}/abandon")
def abandon_edit(
    edit_id: Number, visitor: Editor, settings: TheSettings, store: TheStore, seen: Seen
) -> Response:
    """Give up publishing what was interrupted."""
    left = abandon(store, settings, edit_id, by=visitor.user.id, seen=seen)
    return to_edit(edit_id, f"?{urlencode({'left': left}, doseq=True)}" if left else "")


@router.post("/{edit_id}/drop")
def drop(edit_id: Number, visitor: Editor, store: TheStore, seen: Seen) -> Response:
    store.rule_edits.drop(edit_id, seen=seen, by=visitor.user.id)
    return RedirectResponse("/rules/edits", status_code=303)
