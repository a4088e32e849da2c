"""At most one writing run per store: a lock that the operating system or the server drops with its holder."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import filelock
from sqlalchemy import URL, Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from pipeline.files import PRIVATE

_LOCK_KEY = 0x7C1_0002
"""Advisory lock of PostgreSQL that the writing run holds."""
_GRACE_SECONDS = 1.0
"""The server needs a moment to notice that the holder was killed."""


class RunLock(Protocol):
    """Held by one run at a time."""

    def acquire(self) -> bool:
        """True where the lock is ours now; False where another run holds it."""

    def release(self) -> None: ...


class FileRunLock:
    """For SQLite: an advisory lock on a file beside it, which the kernel drops with the process."""

    def __init__(self, path: Path) -> None:
        self._lock = filelock.FileLock(path, mode=PRIVATE, timeout=0, thread_local=False)

    def acquire(self) -> bool:
        if self._lock.is_locked:  # by a run of this very store: it is not lent twice
            return False
        try:
            self._lock.acquire()
        except filelock.Timeout:
            return False
        return True

    def release(self) -> None:
        self._lock.release()


class ServerRunLock:
    """For PostgreSQL: an advisory lock of a connection of its own; the server drops it with that."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def acquire(self) -> bool:
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        deadline = time.monotonic() + _GRACE_SECONDS
        while not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK_KEY}).scalar():
            if time.monotonic() > deadline:
                connection.close()
                return False
            time.sleep(0.05)
        self._connection = connection
        return True

    def release(self) -> None:
        if self._connection is not None:
            with suppress(SQLAlchemyError):  # a dead connection has lost the lock already
                self._connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK_KEY})
            # Closing alone would give the connection, and a lock that was not given up, back to the pool.
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


class MemoryRunLock:
    """For an in-memory database, which no other process can see."""

    def __init__(self) -> None:
        self._held = False

    def acquire(self) -> bool:
        if self._held:
            return False
        self._held = True
        return True

    def release(self) -> None:
        self._held = False


def run_lock(url: URL, engine: Engine) -> RunLock:
    """The lock that fits the database."""
    if url.get_backend_name() == "postgresql":
        return ServerRunLock(engine)
    if url.database in (None, "", ":memory:"):
        return MemoryRunLock()
    return FileRunLock(Path(f"{url.database}.run-lock"))
