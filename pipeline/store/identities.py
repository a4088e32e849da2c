"""What is stored of calls that matters for which call a recording is, and their renaming."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Column, ColumnElement, Connection, delete, insert, select, update

from pipeline.domain import Call, IdSource
from pipeline.store import projections, rows
from pipeline.store.binding import fact_values, untouched
from pipeline.store.reading import files_of
from pipeline.store.statements import now, pages
from pipeline.store.tables import call_files, calls, former_ids, merges
from pipeline.store.views import KnownCall, Renaming
from pipeline.store.whereabouts import place


def known(
    connection: Connection,
    *,
    sha256s: Sequence[str],
    call_ids: Sequence[str],
    places: Sequence[tuple[Path, ...]],
) -> list[KnownCall]:
    """See :meth:`Store.known_calls`; a few queries for a page, none for each call."""
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
    projections.refresh(connection, [key for key, _ in facts])
