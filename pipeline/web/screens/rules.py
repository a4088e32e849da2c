"""The rules as everybody may read them; and, for those who write them, what an edit would flip."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.domain import Evidence, How, PhraseKind, Role, Span
from pipeline.errors import Missing, UsageError
from pipeline.phrases import explain
from pipeline.rubric.matched import matched
from pipeline.settings import Lang, Settings
from pipeline.store.desk.usage import RecentHit
from pipeline.web.access import Permission, TheSettings, TheStore, Visitor, allowed, nothing_sealed
from pipeline.web.paths import plain_paths
from pipeline.web.render import fragment, page
from pipeline.web.rulebook.book import Book, matcher_of, read_book
from pipeline.web.rulebook.reading import Reading
from pipeline.web.rulebook.what_if import MOST_CHARACTERS, files, trials

router = APIRouter(prefix="/rules")

MOST_TRIED = 500
"""Characters of a sentence that is tried."""
SHOWN = 50
"""Calls listed under a trial; all are counted."""
PERIODS = {"1": 1, "7": 7, "30": 30, "all": None}
"""Days back from today that an edit is tried on."""

Reader = Annotated[Visitor, Depends(allowed(Permission.RULES))]
Author = Annotated[Visitor, Depends(allowed(Permission.WHAT_IF))]
Unsealed = Depends(nothing_sealed)
"""A trial tells what the machine says of every call."""


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


@router.get("/what-if")
def editor(request: Request, visitor: Author, settings: TheSettings, file: str | None = None) -> Response:
    known = files(settings)
    chosen = file if file in known else next(iter(known))
    text = known[chosen].read_text(encoding="utf-8")
    return page(
        request,
        "rules/what_if.html",
        visitor=visitor,
        files=list(known),
        file=chosen,
        text=text,
        periods=list(PERIODS),
        period="7",
        most=MOST_CHARACTERS,
    )


@router.post("/what-if", dependencies=[Unsealed])
def start(
    visitor: Author,
    settings: TheSettings,
    file: Annotated[str, Form()],
    text: Annotated[str, Form(max_length=MOST_CHARACTERS)],
    period: Annotated[str, Form()] = "7",
) -> Response:
    if file not in files(settings):
        raise Missing(f"there is no file {file!r}", code="missing")
    days = PERIODS.get(period)
    since = None if days is None else date.today() - timedelta(days=days)
    trial = trials().start(
        settings,
        user=visitor.user.id,
        file=file,
        text=text.replace("\r\n", "\n"),
        since=since,
        lang=visitor.lang,
    )
    return RedirectResponse(f"/rules/what-if/{trial.id}", status_code=303)


@router.get("/what-if/{trial_id}", dependencies=[Unsealed])
def trial(request: Request, trial_id: str, visitor: Author) -> Response:
    found = trials().get(trial_id, user=visitor.user.id)
    if found is None:
        raise Missing(f"there is no trial {trial_id!r}", code="missing")
    htmx = request.headers.get("hx-request") == "true"
    return (fragment if htmx else page)(
        request,
        "rules/trial_state.html" if htmx else "rules/trial.html",
        visitor=visitor,
        trial=found,
        shown=SHOWN,
    )
