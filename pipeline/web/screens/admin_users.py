"""Accounts: add, change, disable, hand out one-time links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.domain.people import User, UserRole
from pipeline.errors import Missing, Refused
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.repositories.accounts import UserRow
from pipeline.web.access import Permission, TheSettings, TheStore, Visitor, allowed, the_settings
from pipeline.web.context import PageContext
from pipeline.web.errors import in_words
from pipeline.web.links import HOURS, one_time_link
from pipeline.web.render import page

router = APIRouter(prefix="/admin/users")

MayUsers = Annotated[Visitor, Depends(allowed(Permission.USERS))]
Text = Annotated[str, Form(max_length=200)]


@dataclass(frozen=True, slots=True)
class UsersPage(PageContext):
    template: ClassVar[str] = "admin/users.html"
    rows: tuple[UserRow, ...]
    teams: tuple[str, ...]
    roles: tuple[UserRole, ...]
    message: str | None = None
    """Why an account was not added."""
    typed: Mapping[str, str] = field(default_factory=dict)
    """What was typed into the form then."""


@dataclass(frozen=True, slots=True)
class UserPage(PageContext):
    template: ClassVar[str] = "admin/user.html"
    user: User
    teams: tuple[str, ...]
    roles: tuple[UserRole, ...]
    sessions: int
    """Browsers in which they are signed in."""
    message: str | None = None
    """Why the account was not changed."""


@dataclass(frozen=True, slots=True)
class LinkPage(PageContext):
    template: ClassVar[str] = "admin/link.html"
    user: User
    link: str
    hours: float
    """For which it holds."""


@router.get("")
def users(request: Request, visitor: MayUsers, store: TheStore) -> Response:
    return _list(request, visitor, store)


@router.post("")
def add(
    request: Request,
    visitor: MayUsers,
    store: TheStore,
    settings: TheSettings,
    role: Annotated[UserRole, Form()],
    name: Text = "",
    display_name: Text = "",
    team: Text = "",
    agent_id: Text = "",
) -> Response:
    """The answer shows the link; it can be seen this once."""
    try:
        user = store.accounts.add(
            name,
            display_name=display_name,
            role=role,
            team=team.strip() or None,
            agent_id=agent_id.strip() or None,
        )
    except Refused as error:
        typed = {"name": name, "display_name": display_name, "team": team, "agent_id": agent_id, "role": role}
        return _list(request, visitor, store, error=error, typed=typed)
    return _with_link(request, visitor, store, settings, user)


@router.get("/{user_id}")
def user(request: Request, visitor: MayUsers, store: TheStore, user_id: int) -> Response:
    return _one(request, visitor, store, _found(store, user_id))


@router.post("/{user_id}")
def change(
    request: Request,
    visitor: MayUsers,
    store: TheStore,
    user_id: int,
    role: Annotated[UserRole, Form()],
    display_name: Text = "",
    team: Text = "",
    agent_id: Text = "",
) -> Response:
    before = _found(store, user_id)
    try:
        store.accounts.change(
            user_id,
            display_name=display_name,
            role=role,
            team=team.strip() or None,
            agent_id=agent_id.strip() or None,
        )
    except Refused as error:
        return _one(request, visitor, store, before, error=error)
    return RedirectResponse("/admin/users", 303)


@router.post("/{user_id}/disable")
def disable(
    request: Request,
    visitor: MayUsers,
    store: TheStore,
    user_id: int,
    disabled: Annotated[bool, Form()] = True,
) -> Response:
    before = _found(store, user_id)
    try:
        store.accounts.change(user_id, disabled=disabled)
    except Refused as error:
        return _one(request, visitor, store, before, error=error)
    return RedirectResponse("/admin/users", 303)


@router.post("/{user_id}/invite")
def invite(
    request: Request, visitor: MayUsers, store: TheStore, settings: TheSettings, user_id: int
) -> Response:
    return _with_link(request, visitor, store, settings, _found(store, user_id))


def _found(store: Store, user_id: int) -> User:
    found = store.accounts.user(user_id) if abs(user_id) < 2**31 else None
    if found is None:
        raise Missing("there is no such account", code="no-user")
    return found


def _with_link(request: Request, visitor: Visitor, store: Store, settings: Settings, user: User) -> Response:
    base = settings.serve.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    link = one_time_link(store, user, base=base)
    return page(request, LinkPage(user, link, HOURS), visitor=visitor)


def _list(
    request: Request,
    visitor: Visitor,
    store: Store,
    *,
    error: Refused | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    context = UsersPage(
        rows=tuple(store.accounts.all()),
        teams=_teams(store),
        roles=tuple(UserRole),
        message=in_words(error, visitor.lang, the_settings(request)) if error else None,
        typed=typed or {},
    )
    return page(request, context, visitor=visitor, status=400 if error else 200)


def _one(
    request: Request, visitor: Visitor, store: Store, user: User, *, error: Refused | None = None
) -> Response:
    context = UserPage(
        user=user,
        teams=_teams(store),
        roles=tuple(UserRole),
        sessions=len(store.sessions.of_user(user.id)),
        message=in_words(error, visitor.lang, the_settings(request)) if error else None,
    )
    return page(request, context, visitor=visitor, status=400 if error else 200)


def _teams(store: Store) -> tuple[str, ...]:
    return tuple(row.team for row in store.accounts.teams() if row.team)
