"""The way to the identity provider and back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.domain.people import User
from pipeline.errors import Missing, Refused
from pipeline.store import Store
from pipeline.web.access import TheSettings, TheStore, Visitor, anyone
from pipeline.web.cookies import is_https
from pipeline.web.oidc import SECONDS, Identity, load_flow, provider
from pipeline.web.signin import address_of, begin_session, safe_next

router = APIRouter(prefix="/sign-in/oidc")

Anyone = Annotated[Visitor | None, Depends(anyone)]
COOKIE = "callinspect-oidc"


@router.get("")
def leave(request: Request, _: Anyone, settings: TheSettings, next: str = "/") -> Response:
    if not settings.oidc.issuer:
        raise Missing("no identity provider is configured", code="missing")
    address, flow = provider(settings.oidc).begin(redirect=_redirect(request), next=safe_next(next))
    response = RedirectResponse(address, 303)
    # Lax: the provider's redirect back is a navigation from another site
    response.set_cookie(
        COOKIE,
        flow.dump().encode().hex(),
        max_age=SECONDS,
        path="/sign-in/oidc",
        httponly=True,
        secure=is_https(request),
        samesite="lax",
    )
    return response


@router.get("/back")
def back(
    request: Request, _: Anyone, settings: TheSettings, store: TheStore, code: str = "", state: str = ""
) -> Response:
    if not settings.oidc.issuer:
        raise Missing("no identity provider is configured", code="missing")
    flow = load_flow(_plain(request.cookies.get(COOKIE)))
    if flow is None or not code:
        raise Refused("the sign-in took too long or was broken off", code="oidc")
    who = provider(settings.oidc).finish(flow, code=code, state=state, redirect=_redirect(request))
    user = _account(store, who)
    if user is None or user.disabled:
        store.audit.note("sign-in-failed", subject=who.name, address=address_of(request), how="oidc")
        raise Refused("no account", code="oidc-unknown", name=who.name)
    response = RedirectResponse(safe_next(flow.next), 303)
    begin_session(request, response, user, how="oidc")
    response.delete_cookie(COOKIE, path="/sign-in/oidc")
    return response


def _account(store: Store, who: Identity) -> User | None:
    return store.accounts.of_subject(who.subject) or (
        store.accounts.bind(who.name, who.subject) if who.name else None
    )


def _redirect(request: Request) -> str:
    public = str(request.app.state.settings.serve.public_url).rstrip("/")
    return f"{public or str(request.base_url).rstrip('/')}/sign-in/oidc/back"


def _plain(text: str | None) -> str | None:
    try:
        return bytes.fromhex(text or "").decode()
    except ValueError:
        return None
