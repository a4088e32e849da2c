"""Exports, as ``callinspect export`` writes them, within the scope of who asks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import IO, Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from pipeline.reports.exports import BOOKS
from pipeline.reports.kinds import KINDS
from pipeline.reports.report_words import Places
from pipeline.reports.writers import TABLES
from pipeline.store import CallFilter
from pipeline.web.access import Permission, TheSettings, TheStore, Visitor, allowed
from pipeline.web.api.answers import exported, failures
from pipeline.web.links import room_address
from pipeline.web.scopes import within_scope
from pipeline.web.titles import report_words

router = APIRouter(prefix="/api/v1/exports", tags=["exports"])

Exporter = Annotated[Visitor, Depends(allowed(Permission.EXPORT))]
What = Literal["violations", "calls", "findings", "hits", "transcripts", "trust", "alerts"]
Format = Literal["csv", "xlsx", "jsonl", "parquet"]
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
IN_MEMORY = 1 << 20
PIECE = 1 << 16
LAST = date(9999, 12, 30)
LEFT_OUT = "X-Callinspect-Left-Out"
"""Header: how many calls are not in the file because whoever asks is still to score them blind."""


@router.get(
    "/{what}",
    response_class=StreamingResponse,
    responses={200: {"content": {media: {} for media in MEDIA.values()}}, **failures()},
)
def export(
    request: Request,
    what: What,
    visitor: Exporter,
    store: TheStore,
    settings: TheSettings,
    format: Format = "jsonl",
    agent: Annotated[str | None, Query(max_length=200)] = None,
    team: Annotated[str | None, Query(max_length=200)] = None,
    criterion: Annotated[str | None, Query(max_length=200)] = None,
    flagged: bool | None = None,
    all_rows: bool = False,
    date_from: Annotated[date | None, Query(alias="from", le=LAST)] = None,
    date_to: Annotated[date | None, Query(alias="to", le=LAST)] = None,
) -> StreamingResponse:
    """All records of one kind; written to disk first, so that an error never ends in half a file. Of
    `violations`, criteria that an agent never broke only with `all_rows`."""
    scope, kind = visitor.scope, KINDS[what]
    wanted = within_scope(
        CallFilter(
            agent=agent,
            team=team,
            criterion=criterion,
            flagged=flagged,
            date_from=date_from,
            date_to=date_to,
        ),
        scope,
    )
    left_out = (
        store.calls.count(replace(wanted, without=frozenset())) - store.calls.count(wanted)
        if scope.sealed
        else 0
    )
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed when it is sent
    records = (one for one in kind.records(store, wanted) if all_rows or not kind.says_nothing(one))
    if (book := BOOKS.get((what, format))) is not None:
        words, places = report_words(visitor, settings), Places(room_address(request))
        book(store, wanted, [exported(one) for one in records], file, words=words, places=places)  # type: ignore[arg-type]
    else:
        TABLES[format](map(exported, records), kind.fields, file)  # type: ignore[arg-type]
    file.seek(0)
    # Written down before the first byte leaves, whether or not the last one arrives.
    store.audit.note(
        "export",
        by=visitor.user.id,
        subject=what,
        format=format,
        agent=wanted.agent,
        team=wanted.team,
        criterion=criterion,
        flagged=flagged,
        date_from=date_from,
        date_to=date_to,
        left_out=left_out or None,
    )
    name = f'attachment; filename="{what}.{format}"'
    headers = {"Content-Disposition": name} | ({LEFT_OUT: str(left_out)} if left_out else {})
    return StreamingResponse(pieces(file), media_type=MEDIA[format], headers=headers)


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """A file, to be sent; it is closed in the end."""
    with file:
        while piece := file.read(PIECE):
            yield piece
