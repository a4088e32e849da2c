"""Reading inspections and light rows, in pages: an export of 100,000 calls needs the memory of one page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, Table, select

from pipeline.domain import Inspection, OpenCause, Severity, Status
from pipeline.store import codec, rows
from pipeline.store.call_files import files_of, first
from pipeline.store.filter import CallFilter, in_order
from pipeline.store.reasons import reasons_of
from pipeline.store.review_tables import cases
from pipeline.store.statements import pages
from pipeline.store.tables import calls, findings, hits, inspections, measurements, utterances
from pipeline.store.views import CallRow

Reader = Callable[[], AbstractContextManager[Connection]]
_WHOLE = (*(c for c in calls.c if c.name not in ("id", "audio_sha256")), *inspections.c)


def _ids(read: Reader, where: CallFilter) -> list[int]:
    # The whole list of keys first: a run that writes meanwhile cannot make a call appear twice or not at all.
    with read() as connection:
        return list(connection.execute(in_order(where, connection, inspections.c.id)).scalars())


def heads_of(connection: Connection, ids: Sequence[int]) -> list[Row[Any]]:
    """The rows of these inspections, joined with those of their calls, in the order of ``ids``."""
    joined = inspections.join(calls, inspections.c.call == calls.c.id)
    found = {
        row.id: row
        for row in connection.execute(select(*_WHOLE).select_from(joined).where(inspections.c.id.in_(ids)))
    }
    return [found[key] for key in ids if key in found]  # purged meanwhile: left out


def inspections_by_id(
    connection: Connection, ids: Sequence[int], *, transcripts: bool = True
) -> Iterator[Inspection]:
    """Whole inspections in the order of ``ids``."""
    heads = heads_of(connection, ids)
    heard = [head.hearing for head in heads if head.hearing is not None]
    files = files_of(connection, [head.call for head in heads])
    said = parts_of(connection, utterances, heard if transcripts else ())
    measured = parts_of(connection, measurements, heard)
    found, judged = parts_of(connection, hits, ids), parts_of(connection, findings, ids)
    for head in heads:
        parts = {
            "utterances": said[head.hearing],
            "measurements": measured[head.hearing],
            "hits": found[head.id],
            "findings": judged[head.id],
        }
        yield rows.read_inspection(head, first(files.get(head.call)), parts)


def parts_of(
    connection: Connection, table: Table, keys: Sequence[int], *columns: Column[Any]
) -> dict[int, list[Row[Any]]]:
    """The rows of a table of parts in their order, by the inspection or hearing they belong to."""
    owner, number = table.primary_key.columns
    grouped: dict[int, list[Row[Any]]] = defaultdict(list)
    if keys:
        query = select(owner, *columns) if columns else select(table)
        for row in connection.execute(query.where(owner.in_(keys)).order_by(owner, number)):
            grouped[row[0]].append(row)
    return grouped


def stream_inspections(read: Reader, where: CallFilter, *, transcripts: bool) -> Iterator[Inspection]:
    """Current inspections that match; see :meth:`Inspections.all`."""
    for page in pages(_ids(read, where)):
        with read() as connection:
            found = list(inspections_by_id(connection, page, transcripts=transcripts))
        yield from found


def stream_calls(read: Reader, where: CallFilter) -> Iterator[CallRow]:
    """Light rows of current inspections that match; see :meth:`CallRows.all`."""
    for page in pages(_ids(read, where)):
        with read() as connection:
            found = list(_call_rows(connection, page))
        yield from found


def _call_rows(connection: Connection, ids: Sequence[int]) -> Iterable[CallRow]:
    heads = heads_of(connection, ids)
    files = files_of(connection, [head.call for head in heads])
    m = measurements.c
    heard = [head.hearing for head in heads if head.hearing is not None]
    measured = parts_of(connection, measurements, heard, m.name, m.value)
    reasons = reasons_of(connection, heads)
    c = cases.c
    reviewed = {
        row.inspection: row
        for row in connection.execute(
            select(
                c.inspection,
                c.score,
                c.score_low,
                c.score_high,
                c.final,
                c.passed,
                c.worst,
                c.state,
                c.causes,
                c.pending,
            ).where(c.inspection.in_(ids))
        )
    }
    for row in heads:
        case = reviewed.get(row.id)
        measures: dict[str, float | None] = {}
        for one in measured[row.hearing]:
            measures.setdefault(one.name, one.value)
        gravest = None if case is None else case.worst
        yield CallRow(
            call=rows.read_call(row),
            status=Status(row.status),
            reason=codec.read_message(row.reason),
            duration=row.duration,
            layout=row.layout,
            machine_score=row.score,
            score=row.score if case is None else case.score,
            score_low=row.score if case is None else case.score_low,
            score_high=row.score if case is None else case.score_high,
            final=case is None or case.final,
            passed=row.passed if case is None else case.passed,
            fatal=bool(row.fatal),
            flagged=bool(row.flagged),
            flag_reasons=reasons[row.id],
            alerts=codec.read_strings(row.alerts or "[]"),
            not_applicable=codec.read_message(row.not_applicable),
            measures=measures,
            revisions=rows.read_revisions(row),
            files=files.get(row.call, ()),
            inspected_at=datetime.fromisoformat(row.inspected_at),
            reason_code=row.reason_code,
            worst=None if gravest is None else Severity(gravest),
            review="none" if case is None else case.state,
            causes=() if case is None else tuple(OpenCause(cause) for cause in case.causes.split()),
            pending=0 if case is None else case.pending,
        )
