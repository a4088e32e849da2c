"""Who did what, when, from where."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from pipeline.store.repositories.audit import AuditRow
from pipeline.web.access import Permission, TheStore, Visitor, allowed
from pipeline.web.render import page, url

router = APIRouter(prefix="/admin/audit")

MayAudit = Annotated[Visitor, Depends(allowed(Permission.AUDIT))]
ROWS = 100
SHELL = "shell"
"""Instead of an account: what nobody signed in did."""
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@router.get("")
def audit(
    request: Request,
    visitor: MayAudit,
    store: TheStore,
    action: Annotated[str, Query(max_length=48)] = "",
    user: Annotated[str, Query(max_length=10)] = "",
    day_from: Annotated[str, Query(alias="from", max_length=10)] = "",
    day_to: Annotated[str, Query(alias="to", max_length=10)] = "",
    call: Annotated[str, Query(max_length=1000)] = "",
    before: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
) -> Response:
    """Newest first; ``before`` is the number of the last row of the page before."""
    known = user == SHELL or (user.isascii() and user.isdigit())
    wanted = {"action": action, "user": user if known else "", "call": call.strip()}
    days = {name: day for name, day in (("from", day_from), ("to", day_to)) if DAY.fullmatch(day)}
    rows = store.audit.entries(
        action=wanted["action"] or None,
        user=int(wanted["user"]) if wanted["user"] not in ("", SHELL) else None,
        shell=wanted["user"] == SHELL,
        call=wanted["call"] or None,
        day_from=days.get("from"),
        day_to=days.get("to"),
        before=before,
        limit=ROWS + 1,
    )
    shown = [_blind(row, visitor.scope.sealed) for row in rows[:ROWS]]
    older = url("/admin/audit", **wanted, **days, before=shown[-1].id) if len(rows) > ROWS else None
    newest = url("/admin/audit", **wanted, **days) if before else None
    return page(
        request,
        "admin/audit.html",
        visitor=visitor,
        rows=shown,
        older=older,
        newest=newest,
        actions=store.audit.actions(),
        people=store.accounts.all(),
        SHELL=SHELL,
        wanted=wanted | {"from": days.get("from", ""), "to": days.get("to", "")},
    )


def _blind(row: AuditRow, sealed: frozenset[str]) -> AuditRow:
    """What was decided about a call is not told to who is still to score it blind; that something was, is."""
    about = {row.subject, *(value for value in row.details.values() if isinstance(value, str))}
    return replace(row, details={}) if about & sealed else row
