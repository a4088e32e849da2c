"""What somebody is told: a list, and reading it, which takes a POST."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.errors import Missing
from pipeline.review.notices import Notice, NoticeKind
from pipeline.web.access import SignedIn, TheStore
from pipeline.web.context import PageContext
from pipeline.web.fields import MOST, Number
from pipeline.web.render import page, url

router = APIRouter(prefix="/notices")

SHOWN = 100


@dataclass(frozen=True, slots=True)
class NoticeLine:
    notice: Notice
    link: str


@dataclass(frozen=True, slots=True)
class NoticesPage(PageContext):
    template: ClassVar[str] = "notices/index.html"
    lines: tuple[NoticeLine, ...]
    unread: int


@router.get("")
def notices(request: Request, visitor: SignedIn, store: TheStore) -> Response:
    found = store.notices.of(visitor.user.id, visitor.scope, limit=SHOWN)
    unread = store.notices.unread(visitor.user.id, visitor.scope)
    return page(request, NoticesPage(lines_of(found), unread), visitor=visitor)


@router.post("/read")
def read_all(
    visitor: SignedIn, store: TheStore, upto: Annotated[int | None, Form(ge=0, le=MOST)] = None
) -> Response:
    """All that stood on the page; what came meanwhile stays new."""
    store.notices.read(visitor.user.id, upto=upto)
    return RedirectResponse("/notices", 303)


@router.post("/{notice}/open")
def open_notice(notice: Number, visitor: SignedIn, store: TheStore) -> Response:
    """Read it, and go where it leads."""
    found = store.notices.of(visitor.user.id, visitor.scope, ids=(notice,))
    if not found:
        raise Missing(f"there is no notice {notice}", code="no-notice")
    store.notices.read(visitor.user.id, (notice,))
    return RedirectResponse(link_of(found[0]), 303)


def lines_of(found: Iterable[Notice]) -> tuple[NoticeLine, ...]:
    return tuple(NoticeLine(one, link_of(one)) for one in found)


def link_of(one: Notice) -> str:
    """The page that a notice leads to."""
    match one.kind:
        case NoticeKind.APPEAL:
            return f"/appeals/{one.number}"
        case NoticeKind.NOTE | NoticeKind.NOTE_READ:
            return url("/coaching", agent=one.agent_id)
        case NoticeKind.GOAL | NoticeKind.GOAL_KNOWN | NoticeKind.GOAL_DUE | NoticeKind.GOAL_ENDED:
            return f"/coaching/goals/{one.goal}"
        case NoticeKind.CALLS:
            return "/queue?state=mine"
        case NoticeKind.EXEMPLAR:
            return "/exemplars"
