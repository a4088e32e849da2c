"""Administration: the way in, teams, retention. Accounts and the audit log have modules of their own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.domain.people import UserRole, scope_of
from pipeline.errors import Refused
from pipeline.web.access import Permission, TheStore, Visitor, allowed
from pipeline.web.render import page

P = Permission
router = APIRouter(prefix="/admin")

MayAdminister = Annotated[Visitor, Depends(allowed(P.USERS, P.AUDIT, P.RETENTION))]
MayUsers = Annotated[Visitor, Depends(allowed(P.USERS))]
MayRetention = Annotated[Visitor, Depends(allowed(P.RETENTION))]

KEPT_DAYS = 180
"""What the form proposes to keep: half a year of calls, so that two quarterly reviews can look back."""


@router.get("")
def start(visitor: MayAdminister) -> Response:
    return RedirectResponse("/admin/users" if visitor.may(P.USERS) else "/admin/audit", 303)


@router.get("/teams")
def teams(request: Request, visitor: MayUsers, store: TheStore) -> Response:
    """The teams of the call lists and whose scope they are in; accounts that see nothing."""
    people = [row.user for row in store.desk.people.all() if not row.user.disabled]
    known = store.desk.people.teams()
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


@router.get("/retention")
def retention(request: Request, visitor: MayRetention, store: TheStore, before: str = "") -> Response:
    """Choose a day and see what would go."""
    day = _day(before)
    found = store.purge(day, dry_run=True) if day else None
    return page(
        request,
        "admin/retention.html",
        visitor=visitor,
        before=str(day or date.today() - timedelta(days=KEPT_DAYS)),
        found=found,
        done=None,
    )


@router.post("/retention")
def purge(
    request: Request, visitor: MayRetention, store: TheStore, before: Annotated[str, Form()] = ""
) -> Response:
    """Delete. Doing it twice finds nothing the second time."""
    day = _day(before)
    if day is None:
        raise Refused("not a day", code="day", text=before)
    done = store.purge(day)
    return page(request, "admin/retention.html", visitor=visitor, before=str(day), found=None, done=done)


def _day(text: str) -> date | None:
    """A day as the browser writes it, not after today.

    Raises:
        Refused: something else.
    """
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Refused("not a day", code="day", text=text) from error
    if day > date.today():
        raise Refused("a day to come", code="day-future", day=day)
    return day
