"""Where the sound of calls lies: one row for each copy."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import Connection, delete, select

from pipeline.store import codec
from pipeline.store.statements import pages, upsert
from pipeline.store.tables import call_files

Place = tuple[int, tuple[Path, ...]]
"""A call, by key, and the file of its sound (or two: one for each party)."""


def place(paths: Iterable[Path]) -> tuple[str, str]:
    """Paths as a key that fits an index, and as JSON."""
    text = codec.paths(paths)
    return hashlib.sha256(text.encode()).hexdigest(), text


def add_files(connection: Connection, places: Iterable[Place]) -> None:
    """Note that the sound of these calls lies there too."""
    for call, paths in places:
        if paths:
            key, text = place(paths)
            statement = upsert(connection, call_files).values(call=call, key=key, paths=text)
            connection.execute(statement.on_conflict_do_nothing(index_elements=["call", "key"]))


def remove_files(connection: Connection, places: Iterable[Place]) -> None:
    """Note that it does not lie there any more."""
    by_call: dict[int, list[str]] = {}
    for call, paths in places:
        by_call.setdefault(call, []).append(place(paths)[0])
    for call, keys in by_call.items():
        for page in pages(keys):
            connection.execute(
                delete(call_files).where(call_files.c.call == call, call_files.c.key.in_(page))
            )


Files = tuple[tuple[Path, ...], ...]
"""Where identical copies of one sound lie: one file each, or one for each party."""


def files_of(connection: Connection, keys: Sequence[int]) -> dict[int, Files]:
    """Where the sound of these calls lies, by key of the call, the place known longest first."""
    grouped: dict[int, Files] = {}
    f = call_files.c
    for page in pages(sorted(set(keys))):
        query = select(f.call, f.paths).where(f.call.in_(page)).order_by(f.id)
        for row in connection.execute(query):
            grouped[row.call] = (*grouped.get(row.call, ()), codec.read_paths(row.paths))
    return grouped


def first(files: Files | None) -> tuple[Path, ...]:
    """The place of a recording; empty where other sound has taken the only one there was."""
    return files[0] if files else ()
