"""What every statement is made with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table


def now() -> str:
    return datetime.now(UTC).isoformat()


def local_now() -> str:
    """The clock on the wall of this machine, as calls have theirs."""
    return datetime.now().replace(microsecond=0).isoformat()


PAGE = 200
"""Rows per query: below the 999 parameters old SQLite builds allow."""


def pages(items: Sequence[Any], size: int = PAGE) -> Iterator[Sequence[Any]]:
    """Consecutive slices."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def upsert(connection: Connection, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT, which both databases spell alike."""
    return upsert_for(connection.dialect.name, table)


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> int | None:
    """Write a row, unless one of its ``request`` is there; its key, None where it was there.

    Whoever writes the same at the same moment is waited for, and then it is there.
    """
    made = upsert(connection, table).values(values).on_conflict_do_nothing(index_elements=["request"])
    key = connection.execute(made.returning(table.c.id)).scalar()
    return None if key is None else int(key)


def upsert_for(dialect: str, table: Table) -> Any:
    """The same for a database by the name of its kind."""
    if dialect == "postgresql":  # each is loaded where it is in use
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)
