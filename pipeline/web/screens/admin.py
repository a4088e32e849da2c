"""Administration: the way in, and teams. Accounts, the audit log and retention have modules of their own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.domain.people import UserRole, scope_of
from pipeline.web.access import Permission, TheStore, Visitor, allowed
from pipeline.web.render import page

P = Permission
router = APIRouter(prefix="/admin")

MayAdminister = Annotated[Visitor, Depends(allowed(P.USERS, P.AUDIT, P.RETENTION))]
MayUsers = Annotated[Visitor, Depends(allowed(P.USERS))]


@router.get("")
def start(visitor: MayAdminister) -> Response:
    return RedirectResponse("/admin/users" if visitor.may(P.USERS) else "/admin/audit", 303)


@router.get("/teams")
def teams(request: Request, visitor: MayUsers, store: TheStore) -> Response:
    """The teams of the call lists and whose scope they are in; accounts that see nothing."""
    people = [row.user for row in store.accounts.all() if not row.user.disabled]
    known = store.accounts.teams()
    named = {row.team for row in known}
    return page(
        request,
        "admin/teams.html",
        visitor=visitor,
        teams=known,
        leads={
            row.team: [u for u in people if u.role is UserRole.LEAD and u.team == row.team] for row in known
        },
        reviewers={
            row.team: [u for u in people if u.role is UserRole.REVIEWER and u.team in (None, row.team)]
            for row in known
        },
        blind=[u for u in people if scope_of(u).nothing],
        strange=[u for u in people if u.team is not None and u.team not in named],
    )
