"""Reports: of a day, a week, a month, an agent, a team, a queue, a criterion; what to train; how good the
inspection is."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import PlainSerializer

from pipeline.errors import Missing, UsageError
from pipeline.messages import Lang, Text, render
from pipeline.reports.readable.as_json import as_json
from pipeline.reports.readable.asked import NAMED, ReportKind, ReportQuery, Step
from pipeline.reports.readable.making import make
from pipeline.reports.readable.model import Report
from pipeline.reports.readable.source import Source
from pipeline.reports.readable.workbook import write_workbook
from pipeline.rubric import Rubric
from pipeline.store.repositories.queue import AgentName, CriterionName
from pipeline.web.access import Forbidden, Permission, TheSettings, TheStore, Visitor, allowed
from pipeline.web.context import PageContext
from pipeline.web.links import base_url
from pipeline.web.names import FieldName
from pipeline.web.queue_link import day_of
from pipeline.web.render import page
from pipeline.web.reporting.document import report_html
from pipeline.web.reporting.links import moved, report_url, room_links, step_of
from pipeline.web.reporting.shelf import ReportShelf
from pipeline.web.rulebook.book import read_book
from pipeline.web.titles import english_titles

router = APIRouter(prefix="/reports")

Reader = Annotated[Visitor, Depends(allowed(Permission.EXPORT))]
Day = Annotated[str, Query(max_length=10)]
Name = Annotated[FieldName, Query(max_length=400)]
FileFormat = Literal["html", "xlsx", "json"]
MEDIA: Mapping[FileFormat, str] = {
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _twin(report: Report | None) -> dict[str, Any] | None:
    return None if report is None else as_json(report, lambda text: render(text, "zh"), room_links())


ShownReport = Annotated[Report | None, PlainSerializer(_twin)]


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
    here: str
    """Its own address."""
    files: tuple[tuple[str, str], ...]
    """Format and address of each download."""
    steps: tuple[tuple[Step, str], ...]
    others: tuple[tuple[ReportKind, str], ...]
    """Reports of other kinds about the same calls."""


@router.get("")
def reports(
    request: Request,
    visitor: Reader,
    store: TheStore,
    kind: Name = "",
    about: Name = "",
    first: Annotated[Day, Query(alias="from")] = "",
    last: Annotated[Day, Query(alias="to")] = "",
) -> Response:
    """Which reports there are; with a kind it leads to the report that the form asks for."""
    chosen = ReportKind(kind) if kind in {one.value for one in ReportKind} else None
    if chosen is not None and (about or chosen not in NAMED):
        mine = {NAMED[chosen]: about} if chosen in NAMED else {}
        query = ReportQuery(chosen, day_of(first), day_of(last), **mine)  # type: ignore[arg-type]
        return RedirectResponse(report_url(query), 303)
    found = store.queue.choices(visitor.scope)
    context = ReportsPage(
        kinds=tuple((one, report_url(ReportQuery(one))) for one in ReportKind if _may(visitor, one)),
        choices=ReportChoices(found.agents, found.teams, found.queues, found.criteria),
        start=day_of(first),
        end=day_of(last),
    )
    return page(request, context, visitor=visitor)


def _asked(
    kind: ReportKind,
    visitor: Reader,
    first: Annotated[Day, Query(alias="from")] = "",
    last: Annotated[Day, Query(alias="to")] = "",
    agent: Name = "",
    team: Name = "",
    queue: Name = "",
    criterion: Name = "",
    by: Annotated[str, Query(max_length=10)] = "",
) -> ReportQuery:
    """Dependency: the report that an address asks for.

    Raises:
        Forbidden: a kind that the visitor may not see.
        Missing: it does not say what it is about.
    """
    if not _may(visitor, kind):
        raise Forbidden(visitor=visitor)
    query = ReportQuery(
        kind,
        day_of(first),
        day_of(last),
        agent=agent or None,
        team=team or None,
        queue=queue or None,
        criterion=criterion or None,
        step=step_of(by),
    )
    needed = NAMED.get(kind)
    if needed is not None and getattr(query, needed) is None:
        raise Missing(f"which {needed}?", code="report-about")
    return query


Asked = Annotated[ReportQuery, Depends(_asked)]


def _may(visitor: Visitor, kind: ReportKind) -> bool:
    """Who reviewed how much is for those who lead the reviews."""
    return kind is not ReportKind.QUALITY or visitor.may(Permission.SAMPLE)


@router.get("/{kind}")
def report(
    request: Request, visitor: Reader, store: TheStore, settings: TheSettings, query: Asked
) -> Response:
    shelf: ReportShelf = request.app.state.reports
    rubric = _rubric(settings)
    found = shelf.get((query, visitor.scope), lambda: make(Source(store, rubric), query, visitor.scope))
    same = [
        one
        for one in (ReportKind.AGENT, ReportKind.TEAM, ReportKind.QUEUE, ReportKind.TRAINING)
        if one is not query.kind and (one not in NAMED or getattr(query, NAMED[one]) is not None)
    ]
    context = ReportScreen(
        kind=query.kind,
        report=found,
        here=report_url(query),
        files=tuple((one, report_url(query, "/file", as_=one)) for one in MEDIA),
        steps=tuple((step, report_url(replace(query, step=step))) for step in Step),
        others=tuple((one, report_url(moved(query, one))) for one in same),
    )
    return page(request, context, visitor=visitor)


@router.get("/{kind}/file")
def report_file(
    request: Request,
    visitor: Reader,
    store: TheStore,
    settings: TheSettings,
    query: Asked,
    format: Annotated[FileFormat, Query(alias="as")] = "html",
) -> Response:
    """The report to be kept, forwarded or printed; that it was taken along is written down."""
    made = make(Source(store, _rubric(settings)), query, visitor.scope)
    links = room_links(base_url(settings.serve))
    content = _written(made, format, visitor.lang, english_titles(settings), links)
    facts = {name: getattr(query, name) for name in ("agent", "team", "queue", "criterion")}
    store.audit.note(
        "report",
        by=visitor.user.id,
        subject=query.kind.value,
        format=format,
        date_from=made.first,
        date_to=made.last,
        **facts,
    )
    name = f"{query.kind}-{made.first}-{made.last}.{format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=MEDIA[format], headers=headers)


def _written(made: Report, format: FileFormat, lang: Lang, titles: Mapping[str, str], links: Any) -> bytes:
    say = partial(_say, lang=lang, titles=titles)
    if format == "html":
        return report_html(made, lang, links=links, titles=titles).encode("utf-8", "replace")
    if format == "json":
        text = json.dumps(as_json(made, say, links), ensure_ascii=False, indent=1)
        return text.encode("utf-8", "backslashreplace")
    out = io.BytesIO()
    write_workbook(made, say, links, out)
    return out.getvalue()


def _say(text: Text, *, lang: Lang, titles: Mapping[str, str]) -> str:
    return render(text, lang, titles)


def _rubric(settings: Any) -> Rubric | None:
    try:
        return read_book(settings).rubric
    except UsageError:
        return None
