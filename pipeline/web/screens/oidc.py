"""The way to the identity provider and back."""

from __future__ import annotations

import base64
import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from pipeline.domain.people import User
from pipeline.errors import Missing, Refused
from pipeline.store import Store
from pipeline.web.access import TheSettings, TheStore, Visitor, anyone
from pipeline.web.cookies import is_https
from pipeline.web.oidc import SECONDS, Identity, provider
from pipeline.web.proxies import address_of
from pipeline.web.signin import begin_session, safe_next

router = APIRouter(prefix="/sign-in/oidc")

Anyone = Annotated[Visitor | None, Depends(anyone)]
COOKIE = "callinspect-oidc"
"""Holds the session of one sign-in: state, nonce, verifier, and where to go afterwards."""


@router.get("")
async def leave(request: Request, _: Anyone, settings: TheSettings, next: str = "/") -> Response:
    if not settings.oidc.issuer:
        raise Missing("no identity provider is configured", code="missing")
    session = request.scope["session"] = {"next": safe_next(next)}
    address = await provider(settings.oidc).begin(request, redirect=_redirect(request))
    response = RedirectResponse(address, 303)
    # Lax: the provider's redirect back is a navigation from another site
    response.set_cookie(
        COOKIE,
        base64.urlsafe_b64encode(json.dumps(session).encode()).decode(),
        max_age=SECONDS,
        path="/sign-in/oidc",
        httponly=True,
        secure=is_https(request),
        samesite="lax",
    )
    return response


@router.get("/back")
async def back(request: Request, _: Anyone, settings: TheSettings, store: TheStore) -> Response:
    if not settings.oidc.issuer:
        raise Missing("no identity provider is configured", code="missing")
    session = request.scope["session"] = _session(request.cookies.get(COOKIE, ""))
    if not session or not request.query_params.get("code"):
        raise Refused("the sign-in took too long or was broken off", code="oidc")
    who = await provider(settings.oidc).finish(request)
    response = RedirectResponse(safe_next(str(session.get("next", "/"))), 303)
    await run_in_threadpool(_sign_in, request, response, store, who)
    response.delete_cookie(COOKIE, path="/sign-in/oidc")
    return response


def _sign_in(request: Request, response: Response, store: Store, who: Identity) -> None:
    """
    Raises:
        Refused: nobody has an account for them.
    """
    user: User | None = store.accounts.of_subject(who.subject)
    user = user or (store.accounts.bind(who.name, who.subject) if who.name else None)
    if user is None or user.disabled:
        store.audit.note("sign-in-failed", subject=who.name, address=address_of(request), how="oidc")
        raise Refused("no account", code="oidc-unknown", name=who.name)
    begin_session(request, response, user, how="oidc")


def _redirect(request: Request) -> str:
    public = str(request.app.state.settings.serve.public_url).rstrip("/")
    return f"{public or str(request.base_url).rstrip('/')}/sign-in/oidc/back"


def _session(cookie: str) -> dict[str, Any]:
    """What was put into the cookie; nothing where it is anything else."""
    try:
        found = json.loads(base64.urlsafe_b64decode(cookie))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
