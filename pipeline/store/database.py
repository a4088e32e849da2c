"""A database and its transactions, alike on both kinds.

SQLite in WAL mode with immediate write transactions, PostgreSQL through psycopg 3.
"""

from __future__ import annotations

import importlib.util
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import StaticPool

from pipeline.errors import StoreUnusable
from pipeline.files import ensure_private
from pipeline.messages import Message
from pipeline.store.faults import away, explained, shown

BUSY_SECONDS = 30.0
"""How long a writer waits for another one before it gives up."""

POOL: dict[str, Any] = {"pool_size": 16, "max_overflow": 4, "pool_timeout": 60.0}
"""Connections of the review room's threads, opened when first needed and kept: a new one begins with an
empty cache. Threads beyond them wait."""

_ASKS_AGAIN_SECONDS = 0.5

WRITES = "callinspect_writes"
"""Execution option of a connection that is going to write."""
WAITS = "callinspect_waits"
"""Execution option: milliseconds that it waits for another writer, where that is less than usual."""


class Database:
    """Where the store lies: hands out transactions, and says of every failure what to do about it."""

    def __init__(self, url: URL, engine: Engine, *, patience_seconds: float = 0.0) -> None:
        """``patience_seconds``: how long a transaction waits, before it begins, for a server that does not
        answer: one that is being restarted comes back."""
        self.url, self.engine, self._patience = url, engine, patience_seconds

    def _connected(self, **options: Any) -> Connection:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                return self.engine.connect().execution_options(**options)
            except DBAPIError as error:
                if time.monotonic() >= deadline or self.url.get_backend_name() == "sqlite" or not away(error):
                    raise
                time.sleep(_ASKS_AGAIN_SECONDS)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that reads.

        Raises:
            StoreError: with the remedy.
        """
        with explained(self.url), self._connected() as connection, connection.begin():
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A transaction that reads all of a store as it is at one moment, whoever writes meanwhile.

        Raises:
            StoreError: with the remedy.
        """
        # On SQLite every transaction that reads is one.
        fixed = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        options = {} if self.url.get_backend_name() == "sqlite" else fixed
        with (
            explained(self.url),
            self.engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes: all of it is kept, or nothing.

        Raises:
            StoreError: with the remedy.
        """
        with (
            explained(self.url),
            self._connected(**{WRITES: True}) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def write_soon(self, seconds: float) -> Iterator[Connection]:
        """The same, for what need not be written: gives up where another writer is at work for longer.

        Raises:
            StoreError: with the remedy.
        """
        options = {WRITES: True, WAITS: round(seconds * 1000)}
        with (
            explained(self.url),
            self.engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            if self.url.get_backend_name() != "sqlite":
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {options[WAITS]}")
            yield connection


def parse(url: str) -> URL:
    """Check a database URL.

    Raises:
        StoreUnusable: not a URL, an unknown kind of database, or a missing driver.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreUnusable(Message("store.no-url", url=url)) from None
    match parsed.get_backend_name():
        case "sqlite":
            return parsed.set(drivername="sqlite+pysqlite")
        case "postgresql" | "postgres":
            if importlib.util.find_spec("psycopg") is None:
                raise StoreUnusable(Message("store.no-driver"))
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise StoreUnusable(Message("store.unknown-kind", kind=other))


def address(url: str) -> str:
    """A database URL for people: checked as :func:`parse` does, without the password."""
    return shown(parse(url))


def connect(
    url: URL, *, busy_seconds: float = BUSY_SECONDS, idle_seconds: float | None = None, as_is: bool = False
) -> Engine:
    """An engine whose transactions behave alike on both databases.

    ``as_is``: an SQLite file is neither made nor changed, not even in how it keeps its log.
    """
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, busy_seconds, as_is)
    engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10}, **POOL)
    if idle_seconds is not None:
        milliseconds = round(idle_seconds * 1000)

        @event.listens_for(engine, "connect")
        def _bound(connection: Any, _record: object) -> None:
            connection.execute(f"SET idle_in_transaction_session_timeout = {milliseconds}")
            connection.commit()

    return engine


def _sqlite(url: URL, busy_seconds: float, as_is: bool) -> Engine:
    memory = url.database in (None, "", ":memory:")
    left_alone = memory or as_is
    arguments: dict[str, Any] = {"timeout": busy_seconds, "check_same_thread": False}
    if memory:
        engine = create_engine(url, connect_args=arguments, poolclass=StaticPool)
    else:
        if not (as_is or str(url.database).startswith("file:")):
            with suppress(
                OSError
            ):  # the driver says it better; the log beside the file takes the file's mode
                ensure_private(Path(str(url.database)))
        engine = create_engine(url, connect_args=arguments, **POOL)

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: object) -> None:
        # The driver's own implicit BEGIN comes too late and without IMMEDIATE: we begin ourselves, below.
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")
        if not left_alone and connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            connection.execute("PRAGMA journal_mode = WAL")
        # NORMAL: a power cut can take back the last commits (those calls are inspected again) but never
        # damage the file; a killed process loses nothing.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA cache_size = -65536")
        # What is deleted or replaced is what people said: its place is overwritten, not only given free.
        connection.execute("PRAGMA secure_delete = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads first and writes later cannot wait for another writer: it fails at once.
        options = connection.get_execution_options()
        waits, usual = options.get(WAITS), round(busy_seconds * 1000)
        if waits is not None:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {min(int(waits), usual)}")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITES) else "BEGIN")
        finally:
            if waits is not None:
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {usual}")

    return engine


class Repository:
    """What is stored of one subject: one method, one transaction."""

    def __init__(self, database: Database) -> None:
        self._read, self._write = database.read, database.write
        self._write_soon = database.write_soon
