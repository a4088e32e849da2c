"""The account of who is signed in: password, language, theme, where they are signed in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.errors import Refused
from pipeline.store import Store
from pipeline.web import passwords, signin
from pipeline.web.access import SignedIn, TheStore, Visitor
from pipeline.web.render import page

router = APIRouter(prefix="/account")


@router.get("")
def account(request: Request, visitor: SignedIn, store: TheStore, done: str = "") -> Response:
    return _page(request, visitor, store, done=done)


@router.post("/password")
def change_password(
    request: Request,
    visitor: SignedIn,
    store: TheStore,
    current: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Ends all other sessions. A wrong current password counts like a failed sign-in."""
    user = visitor.user
    try:
        signin.confirm(request, user, current)
        passwords.check(password, again, name=user.name)
    except Refused as error:
        return _page(request, visitor, store, error=error)
    store.accounts.set_password(user.id, passwords.make(password), keep=visitor.session)
    return RedirectResponse("/account?done=password", 303)


@router.post("/sessions")
def sign_out_elsewhere(request: Request, visitor: SignedIn, store: TheStore) -> Response:
    store.sessions.close_all(visitor.user.id, keep=visitor.session)
    return RedirectResponse("/account?done=sessions", 303)


def _page(
    request: Request, visitor: Visitor, store: Store, *, done: str = "", error: Refused | None = None
) -> Response:
    return page(
        request,
        "account/index.html",
        visitor=visitor,
        status=400 if error else 200,
        sessions=store.sessions.of_user(visitor.user.id),
        has_password=(store.accounts.credentials(visitor.user.name) or (None, None))[1] is not None,
        shortest=passwords.SHORTEST,
        done=done if done in ("password", "sessions") else "",
        error=error,
    )
