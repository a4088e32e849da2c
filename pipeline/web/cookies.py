"""The cookies: session, browser, and language and theme of people who are not signed in yet."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from pipeline.messages import Lang, languages

THEMES = ("light", "dark")
YEAR = 365 * 24 * 3600


def is_https(request: Request) -> bool:
    """Also behind a proxy that ends TLS, where ``serve.public_url`` says so."""
    public = str(request.app.state.settings.serve.public_url)
    return request.url.scheme == "https" or public.startswith("https://")


def session_name(request: Request) -> str:
    """``__Host-`` ties the cookie to this very host over https. On plain http (loopback) browsers refuse
    that name, and some do not send a Secure cookie back at all."""
    return "__Host-callinspect" if is_https(request) else "callinspect"


def session_cookie(request: Request) -> str | None:
    return request.cookies.get(session_name(request))


def keep_session(request: Request, response: Response, token: str) -> None:
    """For as long as the browser is open; the store ends it earlier."""
    response.set_cookie(
        session_name(request), token, path="/", httponly=True, secure=is_https(request), samesite="lax"
    )


def browser_name(request: Request) -> str:
    return "__Host-callinspect-browser" if is_https(request) else "callinspect-browser"


def browser_cookie(request: Request) -> str | None:
    return request.cookies.get(browser_name(request))


def keep_browser(request: Request, response: Response, token: str) -> None:
    """By this a browser is known again in which somebody has signed in. It opens nothing, and signing out
    leaves it."""
    response.set_cookie(
        browser_name(request), token, path="/", max_age=YEAR, httponly=True, secure=is_https(request),
        samesite="lax",
    )  # fmt: skip


def drop_session(request: Request, response: Response) -> None:
    response.delete_cookie(
        session_name(request), path="/", httponly=True, secure=is_https(request), samesite="lax"
    )


def keep_preference(request: Request, response: Response, name: str, value: str) -> None:
    response.set_cookie(
        name, value, path="/", max_age=YEAR, httponly=True, secure=is_https(request), samesite="lax"
    )


def preferred_lang(request: Request, chosen: str | None = None) -> Lang:
    """The account's, else the browser's cookie, else the setting."""
    for lang in (chosen, request.cookies.get("lang")):
        if lang is not None and lang in languages():
            return lang
    found: Lang = request.app.state.settings.lang
    return found


def preferred_theme(request: Request, chosen: str | None = None) -> str | None:
    """light, dark, or None for the system's."""
    theme = chosen or request.cookies.get("theme")
    return theme if theme in THEMES else None
