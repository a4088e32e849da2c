"""A copy of a store as it is at one moment, while people and runs go on writing.

Of an SQLite file its pages are copied, whatever version wrote it; a store on PostgreSQL is copied row by row
into an SQLite file. Both are counted and compared before the copy gets its name.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from pipeline.errors import StoreError, StoreUnusable
from pipeline.files import create_private
from pipeline.messages import Message
from pipeline.store.auditing import note
from pipeline.store.contents import RowSum, file_sums
from pipeline.store.copying import Copied, Watch, copy_to_file, plain_file
from pipeline.store.database import BUSY_SECONDS, Database
from pipeline.store.faults import explain, shown
from pipeline.store.migrate import revision_of
from pipeline.store.new_file import published
from pipeline.store.tables import REVISION

_PAGES = 16_384
"""Pages between two looks whether somebody wants us to stop: 64 MiB."""
_PATIENCE_SECONDS = 5.0
"""How long a note about reading waits for who writes."""


def back_up(
    source: Database, path: Path, *, force: bool = False, watch: Watch = lambda table, rows: None
) -> Copied:
    """Write a checked copy of a store to a new SQLite file that only its owner may read.

    Args:
        force: it may take the place of an older backup.

    Raises:
        StoreError: there is a file already, the store is damaged, or the copy is not what was read.
    """
    if source.url.get_backend_name() != "sqlite":
        return copy_to_file(source, path, force=force, watch=watch)
    file = plain_file(source.url)
    if path.exists() and path.samefile(file):
        raise StoreUnusable(Message("store.itself", path=str(path)))
    with published(path, force=force) as beside:
        create_private(beside).close()
        with _explained(source.url), closing(_opened(file)) as store, closing(_opened(beside)) as copy:
            store.execute("BEGIN")
            store.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on nothing changes
            store.backup(copy, pages=_PAGES, progress=lambda status, remaining, total: None)
            # One file that can be moved, and read where nothing can be written.
            copy.execute("PRAGMA journal_mode = DELETE")
            _check(copy, source.url)
            sums = _compared(file_sums(store), file_sums(copy), source.url)
    return Copied(len(sums), sum(one.rows for one in sums.values()), f"sqlite:///{path}")


def note_handing_out(database: Database, action: str, to: str) -> None:
    """Note that a whole store is copied, before it is, so that the copy says it too; where the store is of
    this version and can be written."""
    with suppress(StoreError):
        with database.read() as connection:
            if revision_of(connection) != REVISION:
                return
        with database.write_soon(_PATIENCE_SECONDS) as connection:
            note(connection, action, subject=to)


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, isolation_level=None, timeout=BUSY_SECONDS)


@contextmanager
def _explained(url: URL) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise explain(DBAPIError(None, None, error), url) from error


def _check(copy: sqlite3.Connection, url: URL) -> None:
    found = [line for (line,) in copy.execute("PRAGMA integrity_check(1)")]
    if found != ["ok"]:
        raise StoreError(Message("store.backup-damaged", url=shown(url), problem=" ".join(found)))


def _compared(read: dict[str, RowSum], kept: dict[str, RowSum], url: URL) -> dict[str, RowSum]:
    for table in read.keys() | kept.keys():
        one, other = read.get(table, RowSum()), kept.get(table, RowSum())
        if one != other:
            raise StoreError(
                Message("store.copy-differs", url=shown(url), table=table, sent=one.rows, kept=other.rows)
            )
    return kept
