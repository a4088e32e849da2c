"""Sign in, sign out, choose a password by a one-time link, language and theme."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from pipeline.errors import Refused
from pipeline.messages import languages
from pipeline.web import passwords
from pipeline.web.access import Forbidden, SignedIn, TheStore, Visitor, anyone, the_settings
from pipeline.web.context import PageContext
from pipeline.web.cookies import drop_session, keep_preference, preferred_lang
from pipeline.web.errors import in_words
from pipeline.web.render import page
from pipeline.web.secrets import digest
from pipeline.web.signin import attempt, begin_session, safe_next

router = APIRouter()

Anyone = Annotated[Visitor | None, Depends(anyone)]


@dataclass(frozen=True, slots=True)
class SignInPage(PageContext):
    template: ClassVar[str] = "sign-in/index.html"
    next: str
    """Where to go afterwards."""
    name: str
    error: str | None
    """Key of the words."""
    wait: int
    """Seconds until the next attempt."""
    oidc: str | None
    """What the identity provider is called, where there is one."""


@dataclass(frozen=True, slots=True)
class InvitationPage(PageContext):
    template: ClassVar[str] = "sign-in/invitation.html"
    token: str
    name: str | None
    """None: the link holds no more."""
    message: str | None
    """Why the password was not taken."""
    shortest: int
    """Characters of a password."""


@router.get("/sign-in")
def sign_in_page(request: Request, visitor: Anyone, next: str = "/") -> Response:
    if visitor is not None:
        return RedirectResponse(safe_next(next), 303)
    return _sign_in_page(request, next=safe_next(next))


@router.post("/sign-in")
def sign_in(
    request: Request,
    _: Anyone,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    tried = attempt(request, name, password)
    if tried.user is None:
        wait = math.ceil(tried.wait)
        error = "sign-in.wait" if wait else "sign-in.wrong"
        return _sign_in_page(request, next=safe_next(next), name=name, error=error, wait=wait)
    response = RedirectResponse(safe_next(next), 303)
    begin_session(request, response, tried.user, how="password")
    return response


def _sign_in_page(
    request: Request, *, next: str, name: str = "", error: str | None = None, wait: int = 0
) -> Response:
    oidc = the_settings(request).oidc
    return page(
        request,
        SignInPage(next, name, error, wait, oidc.title if oidc.issuer else None),
        status=429 if wait else 401 if error else 200,
        headers={"Retry-After": str(wait)} if wait else None,
    )


@router.post("/sign-out")
def sign_out(request: Request, visitor: SignedIn, store: TheStore) -> Response:
    store.sessions.close(visitor.session)
    response = RedirectResponse("/sign-in", 303)
    drop_session(request, response)
    return response


@router.get("/session")
def session(visitor: Anyone) -> JSONResponse:
    """Who is signed in now and what their writes must carry: the page asks before it sends again."""
    return JSONResponse({"user": visitor and visitor.user.id, "csrf": visitor and visitor.csrf})


@router.get("/invitation/{token}")
def invitation(request: Request, _: Anyone, store: TheStore, token: str) -> Response:
    user = store.sessions.invited(digest(token))
    return _invitation(request, token, user.display_name if user else None)


@router.post("/invitation/{token}")
def accept(
    request: Request,
    _: Anyone,
    store: TheStore,
    token: str,
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    user = store.sessions.invited(digest(token))
    if user is None:
        return _invitation(request, token, None)
    try:
        passwords.check(password, again, name=user.name)
    except Refused as error:
        return _invitation(request, token, user.display_name, error=error)
    changed = store.sessions.accept(digest(token), password=passwords.make(password))
    if changed is None:
        return _invitation(request, token, None)
    response = RedirectResponse("/", 303)
    begin_session(request, response, changed, how="link")
    return response


def _invitation(request: Request, token: str, name: str | None, error: Refused | None = None) -> Response:
    status = 404 if name is None else 400 if error else 200
    message = in_words(error, preferred_lang(request), the_settings(request)) if error else None
    return page(request, InvitationPage(token, name, message, passwords.SHORTEST), status=status)


@router.post("/preferences")
async def preferences(
    request: Request,
    visitor: Anyone,
    store: TheStore,
    lang: Annotated[str | None, Form()] = None,
    theme: Annotated[str | None, Form()] = None,
    next: Annotated[str, Form()] = "/",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    """Language and theme, of the account and of this browser."""
    if visitor is not None and (request.headers.get("x-csrf-token") or csrf) != visitor.csrf:
        raise Forbidden("error.csrf", visitor=visitor)
    lang = lang if lang in languages() else None
    theme = theme if theme in ("light", "dark", "system") else None
    if visitor is not None:
        await run_in_threadpool(store.accounts.prefer, visitor.user.id, lang=lang, theme=theme)
    response = (
        Response(status_code=204) if "hx-request" in request.headers else RedirectResponse(_back(next), 303)
    )
    for name, value in (("lang", lang), ("theme", theme)):
        if value is not None:
            keep_preference(request, response, name, value)
    return response


def _back(address: str) -> str:
    return address if address == "/sign-in" or address.startswith("/sign-in?") else safe_next(address)
