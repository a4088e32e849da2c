"""Reports as files, as ``callinspect report`` writes them, within the scope of who asks."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from pipeline.reports.readable.links import ReportLinks
from pipeline.reports.readable.making import make
from pipeline.reports.readable.source import ReportSource
from pipeline.web.access import TheSettings, TheStore
from pipeline.web.api.answers import failures
from pipeline.web.links import base_url
from pipeline.web.reporting.asking import (
    MEDIA,
    AskedReport,
    FileFormat,
    ReportReader,
    present_rubric,
    written,
)
from pipeline.web.reporting.links import room_links
from pipeline.web.titles import english_titles

router = APIRouter(prefix="/api/v1/reports", tags=["exports"])


@router.get(
    "/{kind}",
    response_class=Response,
    responses={200: {"content": {media: {} for media in MEDIA.values()}}, **failures(404)},
)
def report(
    visitor: ReportReader,
    store: TheStore,
    settings: TheSettings,
    query: AskedReport,
    format: FileFormat = "json",
) -> Response:
    """A report to be kept, forwarded or printed; that it was taken along is written down."""
    made = make(ReportSource(store, present_rubric(settings)), query, visitor.scope)
    links: ReportLinks = room_links(base_url(settings.serve))
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
