"""A whole store into another one: SQLite into PostgreSQL, PostgreSQL into SQLite.

One snapshot is read, a page at a time, and written in one transaction. What was written is read back and
counted before it is kept, so that there is a whole and checked copy or none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Table, delete, func, select, text
from sqlalchemy.exc import DBAPIError

from pipeline.errors import StoreError, StoreUnusable
from pipeline.messages import Message
from pipeline.store.contents import Rows, RowSum, counts, kept_tables, pages, summed
from pipeline.store.database import Database, connect, parse
from pipeline.store.erasing import write_back
from pipeline.store.faults import explain, explained, shown
from pipeline.store.listed_tables import listed_key
from pipeline.store.lock import run_lock
from pipeline.store.migrate import migrate, revision_of
from pipeline.store.new_file import published
from pipeline.store.search import index_anew
from pipeline.store.tables import REVISION

_STATEMENT_ROWS = 200_000
"""Rows of one statement of PostgreSQL, which remembers until its end which references it is to look at."""

Watch = Callable[[str, int], None]
"""Told the table and how many of its rows are written."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied, counted and found to be the same on both sides."""

    tables: int
    rows: int
    url: str


def copy_store(source: Database, url: str, *, watch: Watch = lambda table, rows: None) -> Copied:
    """Copy a store into an empty one.

    Args:
        url: a new SQLite file, or a PostgreSQL database without calls.

    Raises:
        StoreError: the target is not empty, the source is of another version, or what was read back is not
            what was written; the target is as it was.
    """
    target = parse(url)
    if target.get_backend_name() != "sqlite":
        with _opened(target) as database, database.write() as connection:
            _lock(connection)
            return _fill(source, database, connection, watch)
    return copy_to_file(source, plain_file(target), watch=watch)


def copy_to_file(
    source: Database, path: Path, *, force: bool = False, watch: Watch = lambda table, rows: None
) -> Copied:
    """Copy a store into a new SQLite file.

    Args:
        force: it may take the place of a file that nobody has open.

    Raises:
        StoreError: as :func:`copy_store`.
    """
    with published(path, force=force) as beside, _opened(parse(f"sqlite:///{beside}")) as database:
        with database.write() as connection:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            done = _fill(source, database, connection, watch)
        write_back(database.engine)
    return Copied(done.tables, done.rows, f"sqlite:///{path}")


def plain_file(url: URL) -> Path:
    """The file of an SQLite address.

    Raises:
        StoreUnusable: it lives in memory, or is named by SQLite's own kind of address.
    """
    name = url.database
    if name in (None, "", ":memory:") or str(name).startswith("file:"):
        raise StoreUnusable(Message("store.no-file", url=shown(url)))
    return Path(str(name))


@contextmanager
def _opened(url: URL) -> Iterator[Database]:
    engine = connect(url)
    try:
        with explained(url):
            migrate(engine, run_lock(url, engine))
        yield Database(url, engine)
    finally:
        engine.dispose()


def need_revision(connection: Connection, url: URL) -> None:
    """Refuse a store that another version has written last.

    Raises:
        StoreUnusable: with what to do.
    """
    found = revision_of(connection)
    if found != REVISION:
        raise StoreUnusable(
            Message("store.other-version", url=shown(url), found=found or "-", known=REVISION)
        )


def _lock(connection: Connection) -> None:
    """Nobody else writes into a database of PostgreSQL until all is there."""
    names = ", ".join(f'"{table.name}"' for table in kept_tables())
    connection.exec_driver_sql(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")


def _fill(source: Database, target: Database, into: Connection, watch: Watch) -> Copied:
    into.execute(delete(listed_key))  # which every new store is born with
    there = {name: rows for name, rows in counts(into).items() if rows}
    if there:
        name, rows = max(there.items(), key=lambda one: one[1])
        raise StoreUnusable(Message("store.not-empty", url=shown(target.url), rows=rows, table=name))
    with source.snapshot() as read:
        need_revision(read, source.url)
        total = 0
        for table in kept_tables():
            total += _copy_table(read, into, table, watch, target.url)
    index_anew(into)
    if into.dialect.name == "postgresql":
        _set_sequences(into)
    return Copied(len(kept_tables()), total, shown(target.url))


def _copy_table(read: Connection, into: Connection, table: Table, watch: Watch, url: URL) -> int:
    sent = RowSum()

    def counted() -> Iterator[Rows]:
        for page in pages(read, table):
            sent.add(page)
            yield page
            watch(table.name, sent.rows)

    if into.dialect.name == "postgresql":
        with _explained(into, url):
            _send(into, table, counted())
    else:
        _insert(into, table, counted())
    kept = summed(pages(into, table))
    if kept != sent:
        raise StoreError(
            Message("store.copy-differs", url=shown(url), table=table.name, sent=sent.rows, kept=kept.rows)
        )
    return sent.rows


def _insert(into: Connection, table: Table, rows: Iterator[Rows]) -> None:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    marks = ", ".join("?" for _ in table.columns)
    statement = f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})'  # noqa: S608 - names of ours
    for page in rows:
        into.exec_driver_sql(statement, [tuple(row) for row in page])


@contextmanager
def _explained(into: Connection, url: URL) -> Iterator[None]:
    """For what is asked of the driver itself."""
    driver: Any = into.dialect.dbapi
    try:
        yield
    except driver.Error as error:
        raise explain(DBAPIError(None, None, error), url) from error


def _send(into: Connection, table: Table, rows: Iterator[Rows]) -> None:
    """By COPY: a reference to a row of the same table is looked at when its statement ends, so such a table
    is one statement."""
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    statement = f'COPY "{table.name}" ({columns}) FROM STDIN'
    whole = any(key.column.table is table for key in table.foreign_keys)
    driver: Any = into.connection.driver_connection
    page = next(rows, None)
    while page is not None:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            sent = 0
            while page is not None and (whole or sent < _STATEMENT_ROWS):
                for row in page:
                    copy.write_row(row)
                sent += len(page)
                page = next(rows, None)


def _set_sequences(into: Connection) -> None:
    """The next number of each table follows the highest that was copied."""
    for table in kept_tables():
        key = table.primary_key.columns[0]
        query = text("SELECT pg_get_serial_sequence(:table, :column)")
        name = into.execute(query, {"table": f'"{table.name}"', "column": key.name}).scalar()
        if name is not None:
            highest = select(func.max(key)).scalar_subquery()
            into.execute(select(func.setval(name, func.coalesce(highest, 1), highest.is_not(None))))
