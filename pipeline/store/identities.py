"""One call, one sound: which call a recording is, what is stored of calls that decides it, and renaming."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Column, ColumnElement, Connection, delete, exists, insert, or_, select, update

from pipeline.domain import Call, IdSource, Recording, Status, other_ids
from pipeline.store import projections, rows
from pipeline.store.alert_tables import alerts
from pipeline.store.call_files import add_files, files_of, place
from pipeline.store.coaching_tables import goal_clips
from pipeline.store.jury_tables import jury_calls
from pipeline.store.listed_tables import callback_events
from pipeline.store.repositories.appeal_steps import close_reassigned
from pipeline.store.review_tables import appeals, calibration_calls, decisions, exemplars, notes, sample_calls
from pipeline.store.rule_tables import proposals
from pipeline.store.statements import now, pages, upsert
from pipeline.store.tables import call_files, calls, former_ids, inspections, merges
from pipeline.store.views import KnownCall, Renaming

_TOUCHES = (
    decisions,
    appeals,
    alerts,
    notes,
    sample_calls,
    calibration_calls,
    exemplars,
    merges,
    proposals,
    callback_events,
    goal_clips,
    jury_calls,
)
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
            add_files(connection, [(found.id, recording.paths)])
            close_reassigned(connection, [found.id])
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


def known(
    connection: Connection,
    *,
    sha256s: Sequence[str],
    call_ids: Sequence[str],
    places: Sequence[tuple[Path, ...]],
) -> list[KnownCall]:
    """See :meth:`Identities.known`; a few queries for a page, none for each call."""
    keys = _keys(connection, calls.c.id, calls.c.audio_sha256, sha256s)
    keys |= _keys(connection, calls.c.id, calls.c.call_id, call_ids)
    keys |= _keys(connection, call_files.c.call, call_files.c.key, [place(paths)[0] for paths in places])
    heirs = keys
    while heirs := _keys(connection, calls.c.replaced_by, calls.c.id, sorted(heirs)) - keys:
        keys |= heirs
    files = files_of(connection, sorted(keys))
    absorbed = _absorbed(connection, sorted(keys))
    out = []
    for page in pages(sorted(keys)):
        empty = set(connection.execute(select(calls.c.id).where(calls.c.id.in_(page), untouched())).scalars())
        out += [
            KnownCall(
                key=row.id,
                call=rows.read_call(row),
                sha256=row.audio_sha256,
                source=IdSource(row.id_source),
                files=files.get(row.id, ()),
                replaced_by=row.replaced_by,
                untouched=row.id in empty,
                absorbed=absorbed.get(row.id, ()),
            )
            for row in connection.execute(select(calls).where(calls.c.id.in_(page)).order_by(calls.c.id))
        ]
    return out


def _keys(
    connection: Connection, wanted: Column[Any], column: Column[Any], values: Sequence[Any]
) -> set[int]:
    found: set[int] = set()
    for page in pages(sorted(set(values))):
        query = select(wanted).where(column.in_(page), wanted.is_not(None))
        found.update(connection.execute(query).scalars())
    return found


def _absorbed(connection: Connection, keys: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Ids that calls had before they took another call's, by key."""
    out: dict[int, tuple[str, ...]] = {}
    for page in pages(keys):
        query = select(merges.c.call, merges.c.former).where(merges.c.call.in_(page))
        for row in connection.execute(query):
            out[row.call] = (*out.get(row.call, ()), str(json.loads(row.former)["call"]["call_id"]))
    return out


def locked(connection: Connection, condition: ColumnElement[bool]) -> dict[int, str]:
    """Key -> id of these calls, which nobody else changes now; always in the same order: two programs that
    rename the same calls follow each other instead of blocking each other."""
    query = select(calls.c.id, calls.c.call_id).where(condition).order_by(calls.c.id)
    found = connection.execute(query.with_for_update(key_share=True))
    return {int(row.id): str(row.call_id) for row in found}


def rename(connection: Connection, renamings: Sequence[Renaming]) -> None:
    """Give calls other ids.

    Where a person has merged calls since the renaming was planned, calls keep the id that they have now, and
    no id is taken from another call: the next run plans anew.
    """
    there: dict[int, str] = {}
    for page in pages(sorted(one.key for one in renamings)):
        there |= locked(connection, calls.c.id.in_(page))
    renamings = [one for one in renamings if there.get(one.key) == one.before]
    holders: dict[str, int] = {}
    for names in pages(sorted({one.call_id for one in renamings})):
        query = select(calls.c.call_id, calls.c.id).where(calls.c.call_id.in_(names))
        holders |= {row.call_id: row.id for row in connection.execute(query)}
    while True:
        moving = {one.key for one in renamings if one.before != one.call_id}
        free = [one for one in renamings if holders.get(one.call_id, one.key) in {one.key, *moving}]
        if len(free) == len(renamings):
            break
        renamings = free
    moved = [one for one in renamings if one.before != one.call_id]
    for one in moved:  # an id nobody has: two calls may exchange theirs
        connection.execute(update(calls).where(calls.c.id == one.key).values(call_id=str(uuid4())))
    for one in renamings:
        values = {"call_id": one.call_id, "id_source": one.source.value}
        connection.execute(update(calls).where(calls.c.id == one.key).values(values))
    if moved:
        until = now()
        before = [{"call": one.key, "call_id": one.before, "until": until} for one in moved]
        connection.execute(insert(former_ids), before)


def drop_untouched(connection: Connection, keys: Sequence[int]) -> None:
    for page in pages(keys):
        connection.execute(delete(calls).where(calls.c.id.in_(page), untouched()))


def state_facts(connection: Connection, facts: Sequence[tuple[int, Call]]) -> None:
    for key, call in facts:
        connection.execute(update(calls).where(calls.c.id == key).values(fact_values(call)))
    close_reassigned(connection, [key for key, _ in facts])
    projections.refresh(connection, [key for key, _ in facts])
