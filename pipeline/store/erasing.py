"""After a deletion: that what was deleted is in the files no longer, not only in no answer.

SQLite overwrites what it deletes (``secure_delete``, see `engine`), but a deletion stands in the write-ahead
log first: until that is written back, the main file holds the old pages. PostgreSQL frees rows for new ones
and overwrites nothing.
"""

from __future__ import annotations

import shutil
import sqlite3
from enum import StrEnum
from pathlib import Path
from typing import cast

from sqlalchemy import Engine

from pipeline.store.lock import RunLock

_PATIENCE_MS = 5_000
"""How long readers are waited for: a page of the review room takes less, an export may take more."""


class Remains(StrEnum):
    """What keeps deleted text on the disk."""

    READER = "reader"
    """A program reads from before the deletion: the main file could not be overwritten."""
    SPACE = "space"
    """Too little room to write the file anew: what earlier versions deleted may stand in its gaps."""
    BUSY = "busy"
    """As SPACE, for a run, or somebody who writes, was not to wait for it."""
    SERVER = "server"
    """PostgreSQL: freed, and overwritten when new rows need the room."""


def erase(engine: Engine, lock: RunLock) -> Remains | None:
    """Take out of the files what was deleted before; None where nothing of it is left.

    Args:
        lock: of the writing run; while one is at work, the file is not written anew.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
        return Remains.SERVER
    database = engine.url.database
    if database in (None, "", ":memory:"):
        return None
    raw = engine.raw_connection()  # neither statement may stand in a transaction
    try:
        return _erase_file(cast("sqlite3.Connection", raw.driver_connection), Path(str(database)), lock)
    finally:
        raw.close()


def write_back(engine: Engine) -> None:
    """Take small deletions out of the log of an SQLite file at once, as far as no reader is in the way; on
    PostgreSQL leave freed rows to its own cleaning."""
    if engine.dialect.name == "sqlite" and engine.url.database not in (None, "", ":memory:"):
        raw = engine.raw_connection()
        try:
            cast("sqlite3.Connection", raw.driver_connection).execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.close()


def _erase_file(connection: sqlite3.Connection, path: Path, lock: RunLock) -> Remains | None:
    usual = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
    try:
        remains = _rewrite(connection, path, lock)
        # Writes the log into the main file and cuts it to nothing; not while a reader needs it.
        blocked, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return Remains.READER if blocked else remains
    finally:
        connection.execute(f"PRAGMA busy_timeout = {usual}")


def _rewrite(connection: sqlite3.Connection, path: Path, lock: RunLock) -> Remains | None:
    """Write the file anew without its gaps, in which earlier versions left what they deleted."""
    if not connection.execute("PRAGMA freelist_count").fetchone()[0]:
        return None
    if shutil.disk_usage(path.parent).free < 2 * path.stat().st_size:
        return Remains.SPACE
    if not lock.acquire():
        return Remains.BUSY
    try:
        connection.execute("VACUUM")
    except sqlite3.OperationalError as error:  # somebody writes all the time, or temporary files have no room
        return Remains.SPACE if error.sqlite_errorcode == sqlite3.SQLITE_FULL else Remains.BUSY
    finally:
        lock.release()
    return None
