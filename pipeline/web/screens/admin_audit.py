"""Who did what, when, from where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from pipeline.store import Store
from pipeline.store.repositories.audit import AuditRow
from pipeline.web.access import Permission, TheStore, Visitor, allowed
from pipeline.web.context import PageContext, Person
from pipeline.web.fields import MOST
from pipeline.web.render import page, url

router = APIRouter(prefix="/admin/audit")

MayAudit = Annotated[Visitor, Depends(allowed(Permission.AUDIT))]
ROWS = 100
SHELL = "shell"
"""Instead of an account: what nobody signed in did."""
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What the list is narrowed to; empty where it is not."""

    action: str
    user: str
    """The key of an account, or SHELL."""
    call: str
    day_from: str
    day_to: str

    def url(self, *, before: int | None = None) -> str:
        query = {"action": self.action, "user": self.user, "call": self.call, "from": self.day_from}
        return url("/admin/audit", **query, to=self.day_to, before=before)


@dataclass(frozen=True, slots=True)
class AuditPage(PageContext):
    template: ClassVar[str] = "admin/audit.html"
    rows: tuple[AuditRow, ...]
    older: str | None
    newest: str | None
    actions: tuple[str, ...]
    people: tuple[Person, ...]
    conditions: AuditFilter


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
    wanted = read_audit_filter({"action": action, "user": user, "call": call, "from": day_from, "to": day_to})
    rows = audit_rows(store, visitor, wanted, before=before, limit=ROWS + 1)
    shown = rows[:ROWS]
    context = AuditPage(
        rows=shown,
        older=wanted.url(before=shown[-1].id) if len(rows) > ROWS else None,
        newest=wanted.url() if before else None,
        actions=tuple(store.audit.actions()),
        people=tuple(row.user for row in store.accounts.all()),
        conditions=wanted,
    )
    return page(request, context, visitor=visitor)


def read_audit_filter(query: Mapping[str, str]) -> AuditFilter:
    """What a query string asks for. A value that means nothing asks for nothing."""
    action, user = query.get("action", ""), query.get("user", "")
    known = user == SHELL or (user.isascii() and user.isdigit() and int(user) <= MOST)
    days = {name: day for name in ("from", "to") if DAY.fullmatch(day := query.get(name, ""))}
    return AuditFilter(
        action if action.isascii() and action.isprintable() else "",
        user if known else "",
        query.get("call", "").strip(),
        days.get("from", ""),
        days.get("to", ""),
    )


def audit_rows(
    store: Store, visitor: Visitor, wanted: AuditFilter, *, before: int | None, limit: int
) -> tuple[AuditRow, ...]:
    """Rows of the log as this visitor may read them, newest first."""
    rows = store.audit.entries(
        action=wanted.action or None,
        user=int(wanted.user) if wanted.user not in ("", SHELL) else None,
        shell=wanted.user == SHELL,
        call=wanted.call or None,
        day_from=wanted.day_from or None,
        day_to=wanted.day_to or None,
        before=before,
        limit=limit,
    )
    return tuple(_blind(row, visitor.scope.sealed) for row in rows)


def _blind(row: AuditRow, sealed: frozenset[str]) -> AuditRow:
    """What was decided about a call is not told to who is still to score it blind; that something was, is."""
    about = {row.subject, *(value for value in row.details.values() if isinstance(value, str))}
    return replace(row, details={}) if about & sealed else row
