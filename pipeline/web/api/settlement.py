"""The settlement of a month as a file, of what the visitor may see."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import AfterValidator

from pipeline.domain import UserRole
from pipeline.errors import Missing
from pipeline.reports.report_words import Places
from pipeline.reports.settlement_sheet import settlement_report
from pipeline.settlement import Month
from pipeline.web.access import Permission, TheSettings, TheStore, Visitor, allowed, nothing_sealed
from pipeline.web.api.answers import failures
from pipeline.web.links import room_address
from pipeline.web.names import FieldName
from pipeline.web.settlements import file_of, latest_month, table_in_use
from pipeline.web.titles import report_words

router = APIRouter(prefix="/api/v1/settlement", tags=["exports"], dependencies=[Depends(nothing_sealed)])
Settler = Annotated[Visitor, Depends(allowed(Permission.SETTLE))]


def _month(text: str) -> str:
    """A file of another month than the one that was asked for would be paid."""
    if text and Month.read(text) is None:
        raise ValueError(text)
    return text


MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "html": "text/html; charset=utf-8",
}


@router.get(
    "",
    response_class=Response,
    responses={200: {"content": {media: {} for media in MEDIA.values()}}, **failures(404)},
)
def settlement_file(
    request: Request,
    visitor: Settler,
    store: TheStore,
    settings: TheSettings,
    month: Annotated[str, AfterValidator(_month), Query(max_length=7)] = "",
    team: Annotated[FieldName, Query(max_length=400)] = "",
    format: Literal["xlsx", "csv", "json", "html"] = "json",
) -> Response:
    """Who is qualified, what counts and what it comes to; agents get their own row."""
    chosen = Month.read(month) or latest_month(store, visitor.scope)
    if chosen is None:
        raise Missing("there are no calls", code="no-month", month=month)
    table = table_in_use(settings, store)
    report = settlement_report(store, chosen, table, visitor.scope, team=team or None)
    words, places = report_words(visitor, settings), Places(room_address(request))
    alone = visitor.user.role is UserRole.AGENT
    body = file_of(report, format, settings, words, places, team=team, alone=alone)
    store.audit.note("export", by=visitor.user.id, subject="settlement", format=format, month=str(chosen))
    headers = {"Content-Disposition": f'attachment; filename="settlement-{chosen}.{format}"'}
    return Response(body, media_type=MEDIA[format], headers=headers)
