"""Saving an inspection: every statement of its one transaction."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.domain import Inspection, Revisions
from pipeline.errors import StoreError
from pipeline.store import rows
from pipeline.store.tables import attempts, calls, findings, hits, inspections, measurements, runs, utterances


def now() -> str:
    return datetime.now(UTC).isoformat()


def upsert(connection: Connection, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT, which both databases spell alike."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def check_fence(connection: Connection, run_id: int) -> None:
    """Refuse to write for a run that another run has declared dead meanwhile (they may do the same calls).

    Raises:
        StoreError: the run is not running any more.
    """
    query = select(runs.c.state).where(runs.c.id == run_id).with_for_update(read=True)
    state = connection.execute(query).scalar()
    if state != "running":
        raise StoreError(f"run {run_id} is {state or 'unknown'} and may not write any more; start a new run")


def same_revisions(revisions: Revisions) -> Any:
    """Condition: an inspection made from exactly this."""
    return and_(*(inspections.c[name] == value for name, value in rows.revision_values(revisions).items()))


def save(connection: Connection, inspection: Inspection, *, run_id: int, replace: bool) -> bool:
    """Write one inspection and make it the current one of its call; see :meth:`Store.save`."""
    check_fence(connection, run_id)
    call = _save_call(connection, inspection)
    _forget_attempts(connection, inspection)
    mine = and_(inspections.c.call == call, same_revisions(inspection.revisions))
    found = connection.execute(select(inspections.c.id, inspections.c.current).where(mine)).one_or_none()
    if found is not None and not replace:
        if found.current:
            return False
        make_current(connection, call, found.id)
        return True
    if found is not None:
        connection.execute(delete(inspections).where(inspections.c.id == found.id))
    connection.execute(_RETIRE, {"of": call})
    _insert(connection, inspection, call, run_id)
    return True


def make_current(connection: Connection, call: int, inspection: int) -> None:
    """Choose which revision of a call is the current one."""
    connection.execute(_RETIRE, {"of": call})
    connection.execute(update(inspections).where(inspections.c.id == inspection).values(current=True))


_RETIRE = (
    update(inspections)
    .where(inspections.c.call == bindparam("of"), inspections.c.current)
    .values(current=False)
)


def _save_call(connection: Connection, inspection: Inspection) -> int:
    values = rows.call_values(inspection.recording.call)
    insert = upsert(connection, calls).values(values)
    facts = {name: insert.excluded[name] for name in values if name != "call_id"}
    # Updating, not ignoring: the newest facts win, and PostgreSQL locks the row: two writers of one
    # call follow each other.
    statement = insert.on_conflict_do_update(index_elements=["call_id"], set_=facts).returning(calls.c.id)
    return int(connection.execute(statement).scalar_one())


def _forget_attempts(connection: Connection, inspection: Inspection) -> None:
    recording = inspection.recording
    connection.execute(
        delete(attempts).where(
            attempts.c.call_id == recording.call.call_id, attempts.c.audio_sha256 == recording.sha256
        )
    )


def _insert(connection: Connection, inspection: Inspection, call: int, run_id: int) -> None:
    values = rows.inspection_values(inspection)
    values |= {"call": call, "run": run_id, "current": True, "inspected_at": now()}
    key = connection.execute(inspections.insert().returning(inspections.c.id), values).scalar_one()
    parts: dict[Table, list[rows.Values]] = {
        utterances: rows.utterance_values(inspection.transcript),
        measurements: rows.measurement_values(inspection.measures),
        hits: rows.hit_values(inspection.hits),
        findings: rows.finding_values(inspection.scorecard),
    }
    for table, many in parts.items():
        if many:
            connection.execute(table.insert(), [{"inspection": key, **one} for one in many])
