"""The account of who is signed in: password, language, theme, where they are signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.errors import Refused
from pipeline.store import Store
from pipeline.web import passwords, signin
from pipeline.web.access import SignedIn, TheStore, Visitor, the_settings
from pipeline.web.context import PageContext
from pipeline.web.errors import in_words
from pipeline.web.render import page

router = APIRouter(prefix="/account")


@dataclass(frozen=True, slots=True)
class SignedInBrowser:
    """A browser that is signed in; nothing by which it could be known to the server."""

    agent: str | None
    created_at: str
    seen_at: str
    here: bool
    """True for the one that asks."""


@dataclass(frozen=True, slots=True)
class AccountPage(PageContext):
    template: ClassVar[str] = "account/index.html"
    sessions: tuple[SignedInBrowser, ...]
    has_password: bool
    mail: str | None
    """Where notices go."""
    mailed: bool
    """The centre sends mail."""
    shortest: int
    """Characters of a password."""
    done: str
    message: str | None
    """Why the password was not changed."""


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


@router.post("/mail")
def choose_mail(
    request: Request, visitor: SignedIn, store: TheStore, mail: Annotated[str, Form(max_length=255)] = ""
) -> Response:
    """Everybody says themselves whether, and where, mail goes."""
    store.accounts.set_mail(visitor.user.id, mail.strip() or None)
    return RedirectResponse("/account?done=mail", 303)


def _page(
    request: Request, visitor: Visitor, store: Store, *, done: str = "", error: Refused | None = None
) -> Response:
    sessions = store.sessions.of_user(visitor.user.id)
    context = AccountPage(
        sessions=tuple(
            SignedInBrowser(row.agent, row.created_at, row.seen_at, row.token == visitor.session)
            for row in sessions
        ),
        has_password=(store.accounts.credentials(visitor.user.name) or (None, None))[1] is not None,
        mail=store.accounts.mail_of(visitor.user.id),
        mailed=bool(the_settings(request).mail.host),
        shortest=passwords.SHORTEST,
        done=done if done in ("password", "sessions", "mail") else "",
        message=in_words(error, visitor.lang, the_settings(request)) if error else None,
    )
    return page(request, context, visitor=visitor, status=400 if error else 200)
