"""Administration: the way in, and teams. Accounts, the audit log and retention have modules of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.domain.people import User, UserRole, scope_of
from pipeline.store.repositories.accounts import TeamRow
from pipeline.web.access import Permission, TheStore, Visitor, allowed
from pipeline.web.context import PageContext
from pipeline.web.render import page

P = Permission
router = APIRouter(prefix="/admin")

MayAdminister = Annotated[Visitor, Depends(allowed(P.USERS, P.AUDIT, P.RETENTION))]
MayUsers = Annotated[Visitor, Depends(allowed(P.USERS))]


@dataclass(frozen=True, slots=True)
class TeamScope:
    """A team of the call lists, and the accounts in whose scope it is."""

    team: TeamRow
    leads: tuple[User, ...]
    reviewers: tuple[User, ...]


@dataclass(frozen=True, slots=True)
class TeamsPage(PageContext):
    template: ClassVar[str] = "admin/teams.html"
    teams: tuple[TeamScope, ...]
    without_scope: tuple[User, ...]
    """Accounts that see no call."""
    unknown_team: tuple[User, ...]
    """Accounts of a team that no call list names."""


@router.get("")
def start(visitor: MayAdminister) -> Response:
    return RedirectResponse("/admin/users" if visitor.may(P.USERS) else "/admin/audit", 303)


@router.get("/teams")
def teams(request: Request, visitor: MayUsers, store: TheStore) -> Response:
    """The teams of the call lists and whose scope they are in; accounts that see nothing."""
    people = [row.user for row in store.accounts.all() if not row.user.disabled]
    known = store.accounts.teams()
    named = {row.team for row in known}
    context = TeamsPage(
        teams=tuple(
            TeamScope(
                row,
                tuple(u for u in people if row.team and u.role is UserRole.LEAD and u.team == row.team),
                tuple(u for u in people if u.role is UserRole.REVIEWER and u.team in (None, row.team)),
            )
            for row in known
        ),
        without_scope=tuple(u for u in people if scope_of(u).nothing),
        unknown_team=tuple(u for u in people if u.team is not None and u.team not in named),
    )
    return page(request, context, visitor=visitor)
