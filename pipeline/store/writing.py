"""Saving an inspection: every statement of its one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, case, delete, exists, select, update

from pipeline.domain import IdSource, Inspection, Revisions, Status
from pipeline.errors import StoreError
from pipeline.messages import Message
from pipeline.store import projections, rows, search, voice_rows, work_rows
from pipeline.store.identities import call_for
from pipeline.store.run_tables import failures, runs
from pipeline.store.statements import now, upsert
from pipeline.store.tables import findings, hearings, hits, inspections, measurements, utterances
from pipeline.store.views import Lease

FAILED = (Status.UNREADABLE, Status.PARTIAL)
"""What calls have that could not be inspected, or in part only."""


def check_fence(connection: Connection, run_id: int) -> None:
    """Refuse to write for a run that another run has declared dead meanwhile (they may do the same calls).

    Raises:
        StoreError: the run is not running any more.
    """
    query = select(runs.c.state).where(runs.c.id == run_id).with_for_update(read=True)
    state = connection.execute(query).scalar()
    if state != "running":
        raise StoreError(Message("store.run-over", run=run_id, state=str(state or "?")))


def same_revisions(revisions: Revisions) -> Any:
    """Condition: an inspection made from exactly this."""
    return and_(*(inspections.c[name] == value for name, value in rows.revision_values(revisions).items()))


def save(
    connection: Connection,
    inspection: Inspection,
    *,
    run_id: int,
    replace: bool,
    source: IdSource,
    key: int | None,
    listened: bool = True,
    lease: Lease | None = None,
) -> bool:
    """Write one inspection and make it the current one of its call; see :meth:`Inspections.save`."""
    check_fence(connection, run_id)
    if lease is not None and not work_rows.close(connection, lease, inspection):
        return False
    call = call_for(connection, inspection.recording, source, key=key)
    if call is None:
        return False
    if inspection.voices is not None:
        voice_rows.remember(connection, call, inspection.voices, run_id=run_id)
    mine = and_(inspections.c.call == call, same_revisions(inspection.revisions))
    columns = (inspections.c.id, inspections.c.current, inspections.c.hearing)
    found = connection.execute(select(*columns).where(mine)).one_or_none()
    if found is not None and not replace:
        if found.current:
            return False
        make_current(connection, call, found.id)
        return True
    if found is not None:
        connection.execute(delete(inspections).where(inspections.c.id == found.id))
    connection.execute(_RETIRE, {"of": call})
    _insert(connection, inspection, call, run_id)
    _count_try(connection, call, inspection, listened=listened)
    if found is not None and found.hearing is not None:
        delete_orphaned_hearings(connection, [found.hearing])
    projections.refresh(connection, [call])
    return True


def save_correction(connection: Connection, call: int, inspection: Inspection, *, anew: bool = False) -> None:
    """Make this the current inspection of a call, as a part of the run that made the current one.

    For what people correct: no run is at work then. The caller holds the call, and refreshes its case.
    ``anew``: it takes the place of a stored one with the same revisions.
    """
    mine = and_(inspections.c.call == call, same_revisions(inspection.revisions))
    known = connection.execute(select(inspections.c.id).where(mine)).scalar()
    base = select(inspections.c.run).where(inspections.c.call == call, inspections.c.current)
    run_id = connection.execute(base).scalar_one()
    connection.execute(_RETIRE, {"of": call})
    if known is not None and anew:
        connection.execute(delete(inspections).where(inspections.c.id == known))
        known = None
    if known is None:
        _insert(connection, inspection, call, run_id)
    else:
        connection.execute(update(inspections).where(inspections.c.id == known).values(current=True))


def make_current(connection: Connection, call: int, inspection: int) -> None:
    """Choose which revision of a call is the current one."""
    connection.execute(_RETIRE, {"of": call})
    connection.execute(update(inspections).where(inspections.c.id == inspection).values(current=True))
    projections.refresh(connection, [call])


_RETIRE = (
    update(inspections)
    .where(inspections.c.call == bindparam("of"), inspections.c.current)
    .values(current=False)
)


def _count_try(connection: Connection, call: int, inspection: Inspection, *, listened: bool) -> None:
    """Note that a call failed once more, and since when; or that it does not any more."""
    if inspection.status not in FAILED:
        connection.execute(delete(failures).where(failures.c.call == call))
        return
    sha256 = inspection.recording.sha256
    first = upsert(connection, failures).values(call=call, audio_sha256=sha256, first_at=now(), tries=1)
    same = failures.c.audio_sha256 == sha256
    again = {
        "audio_sha256": sha256,
        "first_at": case((same, failures.c.first_at), else_=first.excluded.first_at),
        "tries": case((same, failures.c.tries + int(listened)), else_=1),
    }
    connection.execute(first.on_conflict_do_update(index_elements=["call"], set_=again))


def _insert(connection: Connection, inspection: Inspection, call: int, run_id: int) -> None:
    values = rows.inspection_values(inspection)
    values |= {"call": call, "run": run_id, "current": True, "inspected_at": now()}
    values["hearing"] = _hearing(connection, inspection, call)
    key = connection.execute(inspections.insert().returning(inspections.c.id), values).scalar_one()
    insert_parts(connection, hits, key, rows.hit_values(inspection.hits))
    insert_parts(connection, findings, key, rows.finding_values(inspection.scorecard))


def insert_parts(connection: Connection, table: Table, key: int, many: list[rows.Values]) -> None:
    """The ordered parts of an inspection or a hearing."""
    if many:
        of = table.primary_key.columns[0].name
        connection.execute(table.insert(), [{of: key, **one} for one in many])


def _hearing(connection: Connection, inspection: Inspection, call: int) -> int | None:
    """The number of what was heard, stored now or (the same) earlier; None where nothing was."""
    said = rows.utterance_values(inspection.transcript)
    measured = rows.measurement_values(inspection.measures)
    if not said and not measured:
        return None
    values = {"call": call, "digest": rows.hearing_digest(said, measured)}
    known = select(hearings.c.id).where(hearings.c.call == call, hearings.c.digest == values["digest"])
    found = connection.execute(known).scalar()
    if found is not None:
        return int(found)
    key = int(connection.execute(hearings.insert().returning(hearings.c.id), values).scalar_one())
    insert_parts(connection, utterances, key, said)
    insert_parts(connection, measurements, key, measured)
    texts = dict.fromkeys(t for u in inspection.transcript.utterances for t in (u.text, u.corrected))
    search.remember(connection, [(key, texts)])
    return key


def delete_orphaned_hearings(connection: Connection, keys: Sequence[int]) -> None:
    """Delete those of these hearings that no inspection is made from any more."""
    used = exists(select(1).where(inspections.c.hearing == hearings.c.id))
    connection.execute(delete(hearings).where(hearings.c.id.in_(keys), ~used))
