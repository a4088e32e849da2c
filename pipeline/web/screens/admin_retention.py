"""Retention: what would go, and deleting it after two questions (see pipeline/web/purges.py)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from pipeline.errors import Conflict, Refused
from pipeline.messages import say
from pipeline.store import Store
from pipeline.store.purging import Purge
from pipeline.web.access import Permission, TheStore, Visitor, allowed
from pipeline.web.context import PageContext
from pipeline.web.purges import Due, Purges
from pipeline.web.render import page

router = APIRouter(prefix="/admin/retention")

MayRetention = Annotated[Visitor, Depends(allowed(Permission.RETENTION))]
Token = Annotated[str, Form(max_length=100)]
Typed = Annotated[str, Form(max_length=100)]

KEPT_DAYS = 180
"""What the form proposes to keep: half a year of calls, so that two quarterly reviews can look back."""


@dataclass(frozen=True, slots=True)
class RetentionPage(PageContext):
    template: ClassVar[str] = "admin/retention.html"
    before: str
    """The day that is chosen, or proposed."""
    found: Purge | None = None
    """What would go."""
    done: Purge | None = None
    """What has gone."""
    token: str = ""
    """Stands for the question that is asked."""
    everything: bool = False
    """True where no call would be left."""
    sure: bool = False
    """True where it is asked once more."""


@router.get("")
def retention(request: Request, visitor: MayRetention, store: TheStore, before: str = "") -> Response:
    """Choose a day and see what would go."""
    day = _day(before)
    if day is None:
        proposed = date.today() - timedelta(days=KEPT_DAYS)
        return page(request, RetentionPage(str(proposed)), visitor=visitor)
    found = store.purge(day, dry_run=True)
    everything = found.calls >= store.calls.count()
    token = _purges(request).ask(
        Due.COUNT, session=visitor.session, before=day, found=found, everything=everything
    )
    context = RetentionPage(str(day), found=found, token=token, everything=everything)
    return page(request, context, visitor=visitor)


@router.post("/check")
def check(request: Request, visitor: MayRetention, token: Token = "", calls: Typed = "") -> Response:
    """The number was typed: ask once more, on a page of its own."""
    asked = _purges(request).answered(token, Due.COUNT, session=visitor.session)
    if calls.strip() != str(asked.found.calls):
        raise Refused("another number", code="purge-typed", wanted=asked.found.calls)
    again = _purges(request).ask(
        Due.YES,
        session=visitor.session,
        before=asked.before,
        found=asked.found,
        everything=asked.everything,
    )
    context = RetentionPage(
        str(asked.before), found=asked.found, token=again, everything=asked.everything, sure=True
    )
    return page(request, context, visitor=visitor)


@router.post("")
def purge(
    request: Request, visitor: MayRetention, store: TheStore, token: Token = "", word: Typed = ""
) -> Response:
    """Delete what the preview counted, where it still is that."""
    asked = _purges(request).answered(token, Due.YES, session=visitor.session)
    wanted = say(visitor.lang, "retention.word")
    if asked.everything and word.strip() != wanted:
        raise Refused("another word", code="purge-typed", wanted=wanted)
    _unchanged(store, asked.before, asked.found)
    store.audit.note(
        "purge-begin", subject=str(asked.before), calls=asked.found.calls, everything=asked.everything
    )
    done = store.purge(asked.before)
    return page(request, RetentionPage(str(asked.before), done=done), visitor=visitor)


def _unchanged(store: Store, before: date, found: object) -> None:
    now = store.purge(before, dry_run=True)
    if now != found:
        raise Conflict("it has changed since the preview", code="purge-changed", calls=now.calls)


def _purges(request: Request) -> Purges:
    found: Purges = request.app.state.purges
    return found


def _day(text: str) -> date | None:
    """A day as the browser writes it, not after today.

    Raises:
        Refused: something else.
    """
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Refused("not a day", code="day", text=text) from error
    if day > date.today():
        raise Refused("a day to come", code="day-future", day=day)
    return day
