"""Reports as files, as ``callinspect report`` writes them, within the scope of who asks."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pipeline.reports.readable.making import make
from pipeline.reports.readable.source import ReportSource
from pipeline.web.access import TheSettings, TheStore
from pipeline.web.api.answers import failures
from pipeline.web.links import base_url
from pipeline.web.openness import report_disguise, report_links, report_reader, report_scope
from pipeline.web.reporting.asking import (
    MEDIA,
    AskedReport,
    FileFormat,
    ReportReader,
    present_rubric,
    written,
)
from pipeline.web.titles import english_titles

router = APIRouter(prefix="/api/v1/reports", tags=["exports"])


@router.get(
    "/{kind}",
    response_class=Response,
    responses={200: {"content": {media: {} for media in MEDIA.values()}}, **failures(404)},
)
def report(
    request: Request,
    visitor: ReportReader,
    store: TheStore,
    settings: TheSettings,
    query: AskedReport,
    format: FileFormat = "json",
) -> Response:
    """A report to be kept, forwarded or printed; that it was taken along is written down."""
    source = ReportSource(
        store, present_rubric(settings), report_disguise(request, visitor, query), report_reader(visitor)
    )
    made = make(source, query, report_scope(visitor, query))
    links = report_links(visitor, base_url(settings.serve))
    content = written(made, format, visitor.lang, english_titles(settings), links)
    store.audit.note(
        "export",
        by=visitor.user.id,
        subject=f"report-{query.kind}",
        format=format,
        agent=query.agent,
        team=query.team,
        queue=query.queue,
        criterion=query.criterion,
        date_from=made.first,
        date_to=made.last,
    )
    name = f"{query.kind}-{made.first}-{made.last}.{format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=MEDIA[format], headers=headers)
