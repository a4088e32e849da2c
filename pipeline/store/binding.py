"""One call, one sound: which row an inspection belongs to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, or_, select, update

from pipeline.domain import Call, IdSource, Recording, Status, other_ids
from pipeline.store import rows, whereabouts
from pipeline.store.review_tables import appeals, calibration_calls, decisions, exemplars, notes, sample_calls
from pipeline.store.statements import upsert
from pipeline.store.tables import calls, inspections, merges

_TOUCHES = (decisions, appeals, notes, sample_calls, calibration_calls, exemplars, merges)
"""What people do with calls."""


def untouched() -> ColumnElement[bool]:
    """Condition on ``calls``: nothing of it could ever be read, and nobody has done anything with it."""
    read = inspections.c.status != Status.UNREADABLE.value
    marks = [select(1).where(table.c.call == calls.c.id) for table in _TOUCHES]
    heard = select(1).where(inspections.c.call == calls.c.id, read)
    return calls.c.replaced_by.is_(None) & ~or_(exists(heard), *(exists(mark) for mark in marks))


def call_for(
    connection: Connection, recording: Recording, source: IdSource, *, key: int | None
) -> int | None:
    """The key of the call that has this id and this sound, made where there is none; its facts are the
    recording's from now on.

    A call of this id with other sound stays as it is: the recording gets an id of its own. None where the
    call has been replaced by its corrected file meanwhile. ``key``: of the call, where it was stored before.
    """
    call = recording.call
    renamed = None if key is None else _called_otherwise(connection, recording, key)
    if renamed is not None:
        return None if renamed.replaced_by is not None else int(renamed.id)
    for name in (call.call_id, *other_ids(call, recording.sha256)):
        found = _bind(connection, recording, name, source)
        if found is not None:
            if found.replaced_by is not None:
                return None
            whereabouts.add(connection, [(found.id, recording.paths)])
            return int(found.id)
    raise AssertionError("an id that holds the whole digest cannot belong to other sound")


def _called_otherwise(connection: Connection, recording: Recording, key: int) -> Any:
    """The call, where people have given it another id since somebody began to inspect it."""
    query = select(calls.c.id, calls.c.replaced_by).where(
        calls.c.id == key,
        calls.c.audio_sha256 == recording.sha256,
        calls.c.call_id != recording.call.call_id,
    )
    return connection.execute(query).one_or_none()


def _bind(connection: Connection, recording: Recording, name: str, source: IdSource) -> Any:
    """The row of this name if it has, or can take on, this sound."""
    facts = fact_values(recording.call)
    insert = upsert(connection, calls).values(
        call_id=name, audio_sha256=recording.sha256, id_source=source.value, **facts
    )
    # Updating, not ignoring: the newest facts win, and PostgreSQL locks the row: two writers of one
    # call follow each other.
    statement = insert.on_conflict_do_update(
        index_elements=["call_id"],
        set_={column: insert.excluded[column] for column in facts},
        where=calls.c.audio_sha256 == recording.sha256,
    ).returning(calls.c.id, calls.c.replaced_by)
    found = connection.execute(statement).one_or_none()
    return found if found is not None else _take_on(connection, recording, name, source)


def _take_on(connection: Connection, recording: Recording, name: str, source: IdSource) -> Any:
    """Bind a call of which nothing could ever be read to the sound that lies there now."""
    columns = (calls.c.id, calls.c.replaced_by)
    found = connection.execute(
        select(*columns).where(calls.c.call_id == name, untouched()).with_for_update()
    ).one_or_none()
    if found is not None:
        connection.execute(delete(inspections).where(inspections.c.call == found.id))
        values = {"audio_sha256": recording.sha256, **fact_values(recording.call)}
        if source is IdSource.LIST:
            values["id_source"] = source.value
        connection.execute(update(calls).where(calls.c.id == found.id).values(values))
    return found


def fact_values(call: Call) -> rows.Values:
    """The columns of ``calls`` that say what is known of a call, without its id."""
    return {name: value for name, value in rows.call_values(call).items() if name != "call_id"}
