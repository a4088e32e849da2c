"""What every statement is made with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, insert


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


def insert_many(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that have the same columns each. For hundreds of thousands of them: SQLAlchemy's own way
    prepares every row anew, which takes longer than the database takes to write it."""
    if not rows:
        return
    dialect, names = connection.dialect, tuple(rows[0])
    compiled = insert(table).compile(dialect=dialect, column_keys=list(names))
    processors = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    columns = [
        [row[name] for row in rows] if made is None else [made(row[name]) for row in rows]
        for name, made in zip(names, processors, strict=True)
    ]
    if compiled.positiontup is not None:
        columns = [columns[names.index(name)] for name in compiled.positiontup]
        connection.exec_driver_sql(str(compiled), list(zip(*columns, strict=True)))
    else:
        made_rows = [dict(zip(names, one, strict=True)) for one in zip(*columns, strict=True)]
        connection.exec_driver_sql(str(compiled), made_rows)
