"""Reports: of a day, a week, a month, an agent, a team, a queue, a criterion; what to train; how good the
inspection is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import PlainSerializer

from pipeline.messages import render
from pipeline.reports.readable.as_json import as_json
from pipeline.reports.readable.asked import NAMED, ChartStep, ReportKind, ReportQuery
from pipeline.reports.readable.links import NO_LINKS, ReportLinks
from pipeline.reports.readable.making import make
from pipeline.reports.readable.model import Report
from pipeline.reports.readable.source import ReportSource
from pipeline.store import Store
from pipeline.store.repositories.queue import AgentName, CriterionName
from pipeline.web.access import TheSettings, TheStore, Visitor
from pipeline.web.context import PageContext
from pipeline.web.openness import (
    may_see_report,
    report_disguise,
    report_links,
    report_reader,
    report_scope,
)
from pipeline.web.queue_link import day_of
from pipeline.web.render import page
from pipeline.web.reporting.asking import (
    MEDIA,
    AskedReport,
    QueryDay,
    QueryName,
    ReportReader,
    asked_days,
    present_rubric,
)
from pipeline.web.reporting.links import moved, report_url
from pipeline.web.reporting.shelf import ReportShelf

router = APIRouter(prefix="/reports")


@dataclass(frozen=True, slots=True)
class LinkedReport(Report):
    """A report, and where its figures lead whoever reads it."""

    links: ReportLinks = NO_LINKS


def _twin(report: LinkedReport | None) -> dict[str, Any] | None:
    return None if report is None else as_json(report, lambda text: render(text, "zh"), report.links)


ShownReport = Annotated[LinkedReport | None, PlainSerializer(_twin)]


@dataclass(frozen=True, slots=True)
class ReportChoices:
    """What reports can be about."""

    agents: tuple[AgentName, ...]
    teams: tuple[str, ...]
    queues: tuple[str, ...]
    criteria: tuple[CriterionName, ...]


@dataclass(frozen=True, slots=True)
class ReportsPage(PageContext):
    template: ClassVar[str] = "reports/index.html"
    kinds: tuple[tuple[ReportKind, str], ...]
    """Kinds that the visitor may see, with their addresses; of those about one thing, of the form."""
    choices: ReportChoices
    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class ReportScreen(PageContext):
    template: ClassVar[str] = "reports/show.html"
    kind: ReportKind
    report: ShownReport
    """None while it is being made."""
    files: tuple[tuple[str, str], ...]
    """Format and address of each download."""
    steps: tuple[tuple[ChartStep, str], ...]
    others: tuple[tuple[ReportKind, str], ...]
    """Reports of other kinds about the same calls."""


@router.get("")
def reports(
    request: Request,
    visitor: ReportReader,
    store: TheStore,
    kind: QueryName = "",
    about: QueryName = "",
    first: Annotated[QueryDay, Query(alias="from")] = "",
    last: Annotated[QueryDay, Query(alias="to")] = "",
) -> Response:
    """Which reports there are; with a kind it leads to the report that the form asks for."""
    chosen = ReportKind(kind) if kind in {one.value for one in ReportKind} else None
    if chosen is not None and (about or chosen not in NAMED):
        mine = {NAMED[chosen]: about} if chosen in NAMED else {}
        query = ReportQuery(chosen, *asked_days(first, last), **mine)  # type: ignore[arg-type]
        return RedirectResponse(report_url(query), 303)
    kinds = tuple(one for one in ReportKind if may_see_report(visitor, one))
    context = ReportsPage(
        kinds=tuple((one, report_url(ReportQuery(one))) for one in kinds),
        choices=_choices(store, visitor, kinds),
        start=day_of(first),
        end=day_of(last),
    )
    return page(request, context, visitor=visitor)


@router.get("/{kind}")
def report(
    request: Request, visitor: ReportReader, store: TheStore, settings: TheSettings, query: AskedReport
) -> Response:
    shelf: ReportShelf = request.app.state.reports
    rubric = present_rubric(settings)
    scope, disguise = report_scope(visitor, query), report_disguise(request, visitor, query)
    reader = report_reader(visitor)
    source = ReportSource(store, rubric, disguise, reader)
    # letters are for one reader, in one language; a reviewer reads their own figures
    own = disguise is not None or (reader is not None and query.kind is ReportKind.REVIEWERS)
    key = (query, scope, visitor.user.id, visitor.lang) if own else (query, scope)
    found = shelf.get(key, lambda: make(source, query, scope))
    same = [
        one
        for one in (ReportKind.AGENT, ReportKind.TEAM, ReportKind.QUEUE, ReportKind.TRAINING)
        if one is not query.kind
        and may_see_report(visitor, one)
        and (one not in NAMED or getattr(query, NAMED[one]) is not None)
    ]
    context = ReportScreen(
        kind=query.kind,
        report=None if found is None else _linked(found, visitor),
        files=tuple((one, report_url(query, base="/api/v1", format=one)) for one in MEDIA),
        steps=tuple((step, report_url(replace(query, step=step))) for step in ChartStep),
        others=tuple((one, report_url(moved(query, one))) for one in same),
    )
    return page(request, context, visitor=visitor)


def _linked(report: Report, visitor: Visitor) -> LinkedReport:
    told = {one.name: getattr(report, one.name) for one in fields(Report)}
    return LinkedReport(**told, links=report_links(visitor))


def _choices(store: Store, visitor: Visitor, kinds: Collection[ReportKind]) -> ReportChoices:
    """What each kind of report can be about, for these eyes."""
    found = store.queue.choices(visitor.scope if visitor.outlook.nameless else visitor.outlook.scope)
    return ReportChoices(
        found.agents if ReportKind.AGENT in kinds else (),
        found.teams if ReportKind.TEAM in kinds else (),
        found.queues if ReportKind.QUEUE in kinds else (),
        found.criteria if ReportKind.CRITERION in kinds else (),
    )
