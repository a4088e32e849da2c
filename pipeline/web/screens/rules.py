"""The rules as everybody may read them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from pipeline.domain import Evidence, How, PhraseKind, Role, Span
from pipeline.errors import Missing, UsageError
from pipeline.messages import Lang
from pipeline.phrases import explain
from pipeline.rubric.matched import matched
from pipeline.settings import Settings
from pipeline.store.desk.usage import RecentHit
from pipeline.web.access import Permission, TheSettings, TheStore, Visitor, allowed
from pipeline.web.paths import plain_paths
from pipeline.web.render import fragment, page
from pipeline.web.rulebook.book import Book, matcher_of, read_book
from pipeline.web.rulebook.reading import Reading

router = APIRouter(prefix="/rules")

MOST_TRIED = 500
"""Characters of a sentence that is tried."""

Reader = Annotated[Visitor, Depends(allowed(Permission.RULES))]


def _author(visitor: Visitor) -> bool:
    """Whoever writes rules sees codes, patterns and places in files too."""
    return visitor.may(Permission.WHAT_IF)


def _told(hit: RecentHit, kind: PhraseKind, lang: Lang) -> str:
    place = Evidence(Span(hit.start, hit.end), None, hit.quote, hit.phrase, How(hit.how), hit.confidence)
    return matched(place, kind, lang=lang)


def _book(settings: Settings) -> tuple[Book | None, str]:
    """The rules, or why they cannot be read now."""
    try:
        return read_book(settings), ""
    except UsageError as error:
        return None, plain_paths(error, settings)


@router.get("")
def sheet(request: Request, visitor: Reader, settings: TheSettings, store: TheStore) -> Response:
    book, problem = _book(settings)
    return page(
        request,
        "rules/sheet.html",
        visitor=visitor,
        book=book,
        author=_author(visitor),
        problem=problem,
        reading=Reading(book, visitor.lang) if book else None,
        use=store.desk.usage.criteria(visitor.scope),
    )


@router.get("/phrases")
def codes(request: Request, visitor: Reader, settings: TheSettings, store: TheStore) -> Response:
    book, problem = _book(settings)
    return page(
        request,
        "rules/codes.html",
        visitor=visitor,
        book=book,
        author=_author(visitor),
        problem=problem,
        use=store.desk.usage.phrases(visitor.scope),
    )


@router.get("/phrases/{code}")
def code(request: Request, code: str, visitor: Reader, settings: TheSettings, store: TheStore) -> Response:
    book, problem = _book(settings)
    if book is None or code not in book.lexicons.codes:
        raise Missing(problem or f"there is no code {code!r}", code="missing")
    return page(
        request,
        "rules/code.html",
        visitor=visitor,
        book=book,
        author=_author(visitor),
        code=book.lexicons.codes[code],
        told_hit=lambda hit: _told(hit, book.lexicons.codes[code].kind, visitor.lang),
        use=store.desk.usage.phrases(visitor.scope, code=code),
        criteria=store.desk.usage.criteria(visitor.scope),
        recent=store.desk.usage.recent(code, visitor.scope),
    )


@router.get("/try")
def try_sentence(
    request: Request,
    visitor: Reader,
    settings: TheSettings,
    text: Annotated[str, Query(max_length=MOST_TRIED)] = "",
    role: Role = Role.AGENT,
) -> Response:
    book, problem = _book(settings)
    told = None
    if book is not None and text.strip():
        told = explain(book.lexicons, text, role, matcher=matcher_of(settings))
    htmx = request.headers.get("hx-request") == "true" and request.headers.get("hx-boosted") != "true"
    return (fragment if htmx else page)(
        request,
        "rules/tried.html" if htmx else "rules/try.html",
        visitor=visitor,
        book=book,
        author=_author(visitor),
        problem=problem,
        text=text,
        role=role,
        told=told,
    )
