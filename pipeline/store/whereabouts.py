"""Where the sound of calls lies: one row for each copy."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Connection, delete

from pipeline.store import codec
from pipeline.store.statements import pages, upsert
from pipeline.store.tables import call_files

Place = tuple[int, tuple[Path, ...]]
"""A call, by key, and the file of its sound (or two: one for each party)."""


def place(paths: Iterable[Path]) -> tuple[str, str]:
    """Paths as a key that fits an index, and as JSON."""
    text = codec.paths(paths)
    return hashlib.sha256(text.encode()).hexdigest(), text


def add(connection: Connection, places: Iterable[Place]) -> None:
    """Note that the sound of these calls lies there too."""
    for call, paths in places:
        if paths:
            key, text = place(paths)
            statement = upsert(connection, call_files).values(call=call, key=key, paths=text)
            connection.execute(statement.on_conflict_do_nothing(index_elements=["call", "key"]))


def remove(connection: Connection, places: Iterable[Place]) -> None:
    """Note that it does not lie there any more."""
    by_call: dict[int, list[str]] = {}
    for call, paths in places:
        by_call.setdefault(call, []).append(place(paths)[0])
    for call, keys in by_call.items():
        for page in pages(keys):
            connection.execute(
                delete(call_files).where(call_files.c.call == call, call_files.c.key.in_(page))
            )
