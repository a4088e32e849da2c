"""Which report an address asks for, and the same report as a file."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Annotated, Literal

from fastapi import Depends, Query

from pipeline.errors import Missing, Refused, UsageError
from pipeline.messages import Lang, Text, render
from pipeline.reports.readable.as_json import as_json
from pipeline.reports.readable.asked import NAMED, ReportKind, ReportQuery
from pipeline.reports.readable.links import ReportLinks
from pipeline.reports.readable.model import Report
from pipeline.reports.readable.workbook import write_workbook
from pipeline.rubric import Rubric
from pipeline.settings import Settings
from pipeline.web.access import Permission, Visitor, allowed
from pipeline.web.names import FieldName
from pipeline.web.openness import check_report
from pipeline.web.queue_link import day_of
from pipeline.web.reporting.document import report_html
from pipeline.web.reporting.links import step_of
from pipeline.web.rulebook.book import read_book

ReportReader = Annotated[Visitor, Depends(allowed(Permission.REPORTS))]
QueryDay = Annotated[str, Query(max_length=10)]
QueryName = Annotated[FieldName, Query(max_length=400)]
FileFormat = Literal["html", "xlsx", "json"]
MEDIA: Mapping[FileFormat, str] = {
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def asked_report(
    kind: ReportKind,
    visitor: ReportReader,
    first: Annotated[QueryDay, Query(alias="from")] = "",
    last: Annotated[QueryDay, Query(alias="to")] = "",
    agent: QueryName = "",
    team: QueryName = "",
    queue: QueryName = "",
    criterion: QueryName = "",
    by: Annotated[str, Query(max_length=10)] = "",
) -> ReportQuery:
    """Dependency: the report that an address asks for.

    Raises:
        Forbidden: a kind that the visitor may not see, or conditions that would tell who somebody is.
        Missing: it does not say what it is about.
        Refused: a day or a step that is none, or a period that ends before it begins.
    """
    days = asked_days(first, last)
    if by and step_of(by) is None:
        raise Refused(f"no step: {by!r}", code="report-step", value=by)
    query = ReportQuery(
        kind,
        *days,
        agent=agent or None,
        team=team or None,
        queue=queue or None,
        criterion=criterion or None,
        step=step_of(by),
    )
    check_report(visitor, query)
    needed = NAMED.get(kind)
    if needed is not None and getattr(query, needed) is None:
        raise Missing(f"which {needed}?", code="report-about")
    return query


def asked_days(first: str, last: str) -> tuple[date | None, date | None]:
    """The days of an address; None where it names none.

    Raises:
        Refused: what stands there is no day (a report about other days than were asked for misleads), or the
            period ends before it begins.
    """
    start, end = day_of(first), day_of(last)
    for value, day in ((first, start), (last, end)):
        if value and day is None:
            raise Refused(f"no day: {value!r}", code="report-day", value=value)
    if start is not None and end is not None and end < start:
        raise Refused("ends before it begins", code="report-order", first=first, last=last)
    return start, end


AskedReport = Annotated[ReportQuery, Depends(asked_report)]


def written(
    made: Report, format: FileFormat, lang: Lang, titles: Mapping[str, str], links: ReportLinks
) -> bytes:
    """The report as a file. ``titles``: English of what the rules name, by its Chinese."""
    say = partial(_say, lang=lang, titles=titles)
    if format == "html":
        return report_html(made, lang, links=links, titles=titles).encode("utf-8", "replace")
    if format == "json":
        text = json.dumps(as_json(made, say, links), ensure_ascii=False, indent=1)
        return f"{text}\n".encode("utf-8", "backslashreplace")
    out = io.BytesIO()
    write_workbook(made, say, links, out)
    return out.getvalue()


def _say(text: Text, *, lang: Lang, titles: Mapping[str, str]) -> str:
    return render(text, lang, titles)


def present_rubric(settings: Settings) -> Rubric | None:
    """The sheet in use; None where it cannot be read: a report can do without advice."""
    try:
        return read_book(settings).rubric
    except UsageError:
        return None
