"""The settlement of a month: the sheet for supervisors, their own row for agents, and the errors behind."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from pipeline.domain import Severity, UserRole
from pipeline.errors import Missing
from pipeline.reports.settlement_sheet import SettlementReport, settlement_report
from pipeline.settings import Settings
from pipeline.settlement import Month, Standing
from pipeline.store import Store
from pipeline.store.repositories.settlements import ErrorFilter
from pipeline.web.access import Permission, TheSettings, TheStore, Visitor, allowed, nothing_sealed
from pipeline.web.context import PageContext
from pipeline.web.names import FieldName
from pipeline.web.queue_link import QueueLink, link_to
from pipeline.web.render import page
from pipeline.web.settlements import (
    SHOWN,
    ErrorLine,
    SettlementView,
    error_lines,
    latest_month,
    table_in_use,
    view,
)

router = APIRouter(prefix="/settlement", dependencies=[Depends(nothing_sealed)])

Settler = Annotated[Visitor, Depends(allowed(Permission.SETTLE))]
MonthText = Annotated[str, Query(max_length=7)]
Name = Annotated[FieldName, Query(max_length=400)]
PENDING = (Standing.APPEALED, Standing.OPEN, Standing.UNREVIEWED, Standing.FLAGGED)


@dataclass(frozen=True, slots=True)
class SettlementPage(PageContext):
    template: ClassVar[str] = "settlement/index.html"
    view: SettlementView | None
    """None where there is no call yet."""
    earlier: str | None
    later: str | None
    team: str
    teams: tuple[str, ...]
    alone: bool
    """True for an agent, who sees their own row."""
    calls: QueueLink
    room: str | None
    """What stands before addresses: nothing on a page."""


@dataclass(frozen=True, slots=True)
class ErrorsPage(PageContext):
    template: ClassVar[str] = "settlement/errors.html"
    month: str
    agent: str
    team: str
    severity: Severity | None
    kind: str
    """``critical``, ``minor`` or empty."""
    which: str
    """``counted`` or ``pending``."""
    errors: tuple[ErrorLine, ...]
    more: bool
    """True where there are more than are listed."""


@router.get("")
def sheet(
    request: Request,
    visitor: Settler,
    store: TheStore,
    settings: TheSettings,
    month: MonthText = "",
    team: Name = "",
) -> Response:
    alone = visitor.user.role is UserRole.AGENT
    chosen = Month.read(month) or latest_month(store, visitor.scope)
    if chosen is None:
        return page(request, _empty(team), visitor=visitor)
    report = _report(store, visitor, settings, chosen, team)
    context = SettlementPage(
        view=view(report, alone=alone),
        earlier=str(chosen.before) if chosen.before else None,
        later=str(chosen.after) if chosen.after else None,
        team=team,
        teams=tuple(store.queue.choices(visitor.scope).teams),
        alone=alone,
        calls=link_to(date_from=chosen.first, date_to=chosen.last, judged=True),
        room="",
    )
    return page(request, context, visitor=visitor)


@router.get("/errors")
def errors(
    request: Request,
    visitor: Settler,
    store: TheStore,
    settings: TheSettings,
    month: MonthText = "",
    agent: Name = "",
    team: Name = "",
    severity: Annotated[str, Query(max_length=1)] = "",
    kind: Annotated[str, Query(max_length=10)] = "",
    which: Annotated[str, Query(max_length=10)] = "counted",
) -> Response:
    """The errors behind a figure of the sheet, each with its call."""
    chosen = Month.read(month) or latest_month(store, visitor.scope)
    if chosen is None:
        raise Missing("there are no calls", code="no-month", month=month)
    table = table_in_use(settings, store)
    graded = Severity(severity) if severity in set(Severity) else None
    counted = table.counts.standings
    wanted = ErrorFilter(
        team=team or None,
        agent=agent or None,
        severity=graded,
        standings=tuple(one for one in PENDING if one not in counted) if which == "pending" else counted,
    )
    found = error_lines(store.settlements.errors(chosen.first, chosen.last, visitor.scope, wanted), table)
    if kind in ("critical", "minor"):
        found = (one for one in found if one.critical == (kind == "critical"))
    some = list(islice(found, SHOWN + 1))
    context = ErrorsPage(
        month=str(chosen),
        agent=agent,
        team=team,
        severity=graded,
        kind=kind if kind in ("critical", "minor") else "",
        which="pending" if which == "pending" else "counted",
        errors=tuple(some[:SHOWN]),
        more=len(some) > SHOWN,
    )
    return page(request, context, visitor=visitor)


def _report(store: Store, visitor: Visitor, settings: Settings, month: Month, team: str) -> SettlementReport:
    return settlement_report(store, month, table_in_use(settings, store), visitor.scope, team=team or None)


def _empty(team: str) -> SettlementPage:
    return SettlementPage(
        view=None, earlier=None, later=None, team=team, teams=(), alone=False, calls=link_to(), room=""
    )
