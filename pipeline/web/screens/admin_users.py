"""Accounts: add, change, disable, hand out one-time links."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.domain.people import User, UserRole
from pipeline.errors import Missing, Refused
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.web.access import Permission, TheSettings, TheStore, Visitor, allowed
from pipeline.web.links import HOURS, one_time_link
from pipeline.web.render import page

router = APIRouter(prefix="/admin/users")

MayUsers = Annotated[Visitor, Depends(allowed(Permission.USERS))]
Text = Annotated[str, Form(max_length=200)]


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
    return page(request, "admin/link.html", visitor=visitor, user=user, link=link, hours=HOURS)


def _list(
    request: Request,
    visitor: Visitor,
    store: Store,
    *,
    error: Refused | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    return page(
        request,
        "admin/users.html",
        visitor=visitor,
        status=400 if error else 200,
        rows=store.accounts.all(),
        teams=[row.team for row in store.accounts.teams() if row.team],
        roles=tuple(UserRole),
        error=error,
        typed=typed or {},
    )


def _one(
    request: Request, visitor: Visitor, store: Store, user: User, *, error: Refused | None = None
) -> Response:
    return page(
        request,
        "admin/user.html",
        visitor=visitor,
        status=400 if error else 200,
        user=user,
        teams=[row.team for row in store.accounts.teams() if row.team],
        roles=tuple(UserRole),
        sessions=store.sessions.of_user(user.id),
        error=error,
    )
