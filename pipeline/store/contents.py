"""What a store holds, table by table: rows as the database keeps them, and how many they are with a digest
that SQLite and PostgreSQL give alike.

The digest is the sum of the digests of the rows, so that it does not ask in which order a database hands them
out, and nothing need be sorted or kept in memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Table, Text, func, select, type_coerce

from pipeline.store.tables import metadata, transcript_grams
from pipeline.store.text import SafeText

BATCH = 2_000
"""Rows that are in memory at once."""
_BYTES = 16
_SEARCH = "transcript_search"
"""The index of SQLite, and how the names of the tables begin in which it is kept."""

Rows = Sequence[Sequence[Any]]


@dataclass(slots=True)
class RowSum:
    """Rows counted and summed while they pass."""

    rows: int = 0
    _total: int = field(default=0, repr=False)

    def add(self, rows: Rows) -> None:
        total = self._total
        for row in rows:
            text = repr(tuple(row)).encode("utf-8", "surrogatepass")
            total += int.from_bytes(blake2b(text, digest_size=_BYTES).digest())
        self._total = total % (1 << 8 * _BYTES)
        self.rows += len(rows)

    @property
    def digest(self) -> str:
        return f"{self._total:0{2 * _BYTES}x}"


def kept_tables() -> list[Table]:
    """All tables that cannot be made from others, each behind those that its rows point to."""
    return [table for table in metadata.sorted_tables if table is not transcript_grams]


def pages(connection: Connection, table: Table) -> Iterator[Rows]:
    """The rows of a table as they are stored, in no order; in the snapshot of the transaction."""
    raw = [type_coerce(c, Text()) if isinstance(c.type, SafeText) else c for c in table.columns]
    found = connection.execute(select(*raw), execution_options={"yield_per": BATCH})
    yield from found.partitions()


def summed(rows: Iterable[Rows]) -> RowSum:
    """How many these rows are, and their digest."""
    total = RowSum()
    for page in rows:
        total.add(page)
    return total


def counts(connection: Connection) -> dict[str, int]:
    """Rows of each table, by its name."""
    return {
        table.name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
        for table in kept_tables()
    }


def file_sums(connection: sqlite3.Connection) -> dict[str, RowSum]:
    """The same of an SQLite file of any version: by the tables that are in it."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
    names = sorted(name for (name,) in connection.execute(query) if not name.startswith(_SEARCH))
    return {name: summed(_file_pages(connection, name)) for name in names}


def _file_pages(connection: sqlite3.Connection, table: str) -> Iterator[Rows]:
    rows = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a name that the file itself gives
    while page := rows.fetchmany(BATCH):
        yield page
