"""What goes wrong, as a page, as a fragment for htmx, or as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlencode, urlsplit, urlunsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from pipeline.errors import Conflict, Missing, Refused, ReviewError, StoreError, UsageError
from pipeline.messages import Lang, MessageError, known, say
from pipeline.settings import Settings
from pipeline.web.access import Forbidden, NotSignedIn, Visitor, the_settings, visitor_of
from pipeline.web.context import PageContext, wants_json
from pipeline.web.cookies import preferred_lang
from pipeline.web.names import address
from pipeline.web.paths import plain_paths
from pipeline.web.render import fragment, page
from pipeline.web.rendered_message import RulesFault, rules_fault
from pipeline.web.sanitise import SanitisedJSON

STATUS: dict[type[ReviewError], int] = {Conflict: 409, Missing: 404, Refused: 400}

TITLES = {
    400: "error.title.bad",
    401: "error.title.signed-out",
    403: "error.title.forbidden",
    404: "error.title.missing",
    405: "error.title.bad",
    409: "error.title.conflict",
    413: "error.title.bad",
    422: "error.title.bad",
    429: "error.title.wait",
    503: "error.title.store",
}


def register(app: FastAPI) -> None:
    """Let every kind of error find its answer."""
    app.add_exception_handler(NotSignedIn, _not_signed_in)
    app.add_exception_handler(Forbidden, _forbidden)
    app.add_exception_handler(ReviewError, _review_error)
    app.add_exception_handler(StoreError, _store_error)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)


@dataclass(frozen=True, slots=True)
class ErrorPage(PageContext):
    """What went wrong, in words."""

    template: ClassVar[str] = "error/page.html"
    title: str
    """Key of the words."""
    message: str
    number: str
    """Of the entry in the server's log; empty where nothing was unexpected."""
    back: str = ""
    """Where somebody came from, on this site; empty where that is unknown, or the page that failed."""


@dataclass(frozen=True, slots=True)
class ErrorFragment(PageContext):
    """The same beside what was being worked on."""

    template: ClassVar[str] = "error/fragment.html"
    message: str
    code: str
    number: str


def for_program(request: Request) -> bool:
    """The API, or the twin of a page."""
    return request.url.path.startswith("/api/") or wants_json(request)


def for_htmx(request: Request) -> bool:
    """htmx, or our own script sending a queued form: both want a fragment and no redirect."""
    return "hx-request" in request.headers


async def answer(request: Request, status: int, key: str, **facts: object) -> Response:
    """The answer to an error whose words have a key; ``request.state.visitor`` only if already known."""
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    lang = visitor.lang if visitor else preferred_lang(request)
    return show(request, status, key.removeprefix("error."), say(lang, key, **facts), visitor)


def show(
    request: Request,
    status: int,
    code: str,
    message: str,
    visitor: Visitor | None,
    *,
    reason: RulesFault | None = None,
) -> Response:
    """``reason``: the fault in a file of the rules that is behind it; programs get it in parts."""
    if for_program(request):
        told = {"code": code, "message": message, **({"reason": asdict(reason)} if reason else {})}
        return SanitisedJSON({"error": told}, status_code=status)
    number = getattr(request.state, "number", "")
    if for_htmx(request):
        # beside the page, not in place of what was being worked on
        aside = {"HX-Retarget": "#messages", "HX-Reswap": "afterbegin", "HX-Push-Url": "false"}
        beside = ErrorFragment(message, code, number)
        return fragment(request, beside, visitor=visitor, status=status, headers=aside)
    title = TITLES.get(status, "error.title.unexpected")
    error = ErrorPage(title, message, number, _back(request))
    return page(request, error, visitor=visitor, status=status)


def _back(request: Request) -> str:
    came = urlsplit(request.headers.get("referer", ""))
    there = urlunsplit(("", "", came.path, came.query, ""))
    ours = came.netloc == request.headers.get("host") and there.startswith("/") and not there.startswith("//")
    return there if ours and (request.method != "GET" or there != address(request)) else ""


async def _not_signed_in(request: Request, error: Exception) -> Response:
    if for_program(request) or for_htmx(request):
        return await answer(request, 401, "error.signed-out")
    there = address(request) if request.method == "GET" else "/"
    return RedirectResponse("/sign-in" + (f"?{urlencode({'next': there})}" if there != "/" else ""), 303)


async def _forbidden(request: Request, error: Exception) -> Response:
    assert isinstance(error, Forbidden)
    return await answer(request, 403, error.reason)


async def _review_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ReviewError)
    visitor = await visitor_of(request)
    lang = visitor.lang if visitor else preferred_lang(request)
    settings = the_settings(request)
    message = in_words(error, lang, settings)
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    fault = error.facts.get("reason")
    reason = rules_fault(fault, lang, settings) if isinstance(fault, UsageError) else None
    return show(request, status, error.code, message, visitor, reason=reason)


def in_words(error: ReviewError, lang: Lang, settings: Settings, **facts: object) -> str:
    """What somebody is told, in their language where there are words for it. An error or a path among the
    facts says where files lie on the server: that stays here."""
    key = f"error.{error.code}"
    if not known(key):
        return plain_paths(error, settings)
    inner = {
        name: plain_paths(_said(fact, lang), settings) if isinstance(fact, Exception | Path) else fact
        for name, fact in {**error.facts, **facts}.items()
    }
    return say(lang, key, **inner)


def _said(fact: Exception | Path, lang: Lang) -> object:
    return fact.said(lang) if isinstance(fact, MessageError) else fact


async def _store_error(request: Request, error: Exception) -> Response:
    return await answer(request, 503, "error.store")


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    await visitor_of(request)
    key = {404: "error.missing", 405: "error.method", 413: "error.too-large"}.get(
        error.status_code, "error.bad"
    )
    response = await answer(request, error.status_code, key)
    response.headers.update(error.headers or {})
    return response


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    visitor = await visitor_of(request)
    lang = visitor.lang if visitor else preferred_lang(request)
    names = sorted({str(part["loc"][-1]) for part in error.errors() if part.get("loc")})
    return show(request, 422, "invalid", say(lang, "error.invalid", fields=", ".join(names)), visitor)
