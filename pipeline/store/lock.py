"""Who may write to a store: locks that the operating system or the server drops with their holder.

A run that writes alone (a rescoring; on SQLite every run) holds the store. On PostgreSQL runs over recordings
hold it together, and one after the other take a second lock for what one of them does for all.
"""

from __future__ import annotations

import time
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Protocol

import filelock
from sqlalchemy import URL, Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from pipeline.files import PRIVATE

_LOCK_KEY = 0x7C1_0002
"""Advisory lock of PostgreSQL that writing runs hold: one exclusively, or several shared."""
_STEP_KEY = 0x7C1_0003
"""The one that a run holds while it plans or settles."""
_GRACE_SECONDS = 1.0
"""The server needs a moment to notice that the holder was killed."""
_KEEPALIVE = "SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4"
"""A machine that lost its power says nothing: without this the server would keep its lock for two hours."""


class Presence(Enum):
    """How a run has come to a store."""

    ALONE = "alone"
    """Nobody else is there, and nobody comes before :meth:`RunLock.let_others_in`."""
    WITH_OTHERS = "with-others"


class RunLock(Protocol):
    """Held by one writing run, or by several that share a night."""

    def acquire(self) -> bool:
        """True where the store is ours alone now; False where another run is at work."""

    def share(self) -> Presence | None:
        """Take it together with other runs of a night; None where somebody holds it alone."""

    def let_others_in(self) -> None:
        """Give up being alone."""

    def alone(self) -> bool:
        """Whether nobody else shares it; if so, nobody comes before :meth:`let_others_in`."""

    def keep(self) -> bool:
        """Take it again where the connection was lost that held it; False where somebody else has it now."""

    def begin_step(self) -> bool:
        """True where no other run plans or settles, and none does before :meth:`end_step`."""

    def end_step(self) -> bool:
        """False where the step was not ours to the end: the connection that held it was lost."""

    def release(self) -> None: ...


class _LocalLock:
    """For databases with one run at a time, which is never in anybody's way."""

    def acquire(self) -> bool:
        raise NotImplementedError

    def share(self) -> Presence | None:
        return Presence.ALONE if self.acquire() else None

    def let_others_in(self) -> None:
        pass

    def alone(self) -> bool:
        return True

    def keep(self) -> bool:
        return True

    def begin_step(self) -> bool:
        return True

    def end_step(self) -> bool:
        return True


class FileRunLock(_LocalLock):
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


class MemoryRunLock(_LocalLock):
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


class ServerRunLock:
    """For PostgreSQL: advisory locks of a connection of its own; the server drops them with that."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._shared = self._alone = self._stepping = False

    def acquire(self) -> bool:
        if self._connection is not None:  # by a run of this very store: it is not lent twice
            return False
        self._shared = False
        return self._take()

    def share(self) -> Presence | None:
        if self._connection is not None:
            return None
        self._shared = True
        if not self._take():
            return None
        return Presence.ALONE if self._alone else Presence.WITH_OTHERS

    def _take(self) -> bool:
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql(_KEEPALIVE)
        self._connection = connection
        deadline = time.monotonic() + _GRACE_SECONDS
        while not self._got():
            if time.monotonic() > deadline:
                self.release()
                return False
            time.sleep(0.05)
        return True

    def _got(self) -> bool:
        # Alone first: of two that come at once one is, and does what has to be done before others come.
        if self._ask("pg_try_advisory_lock"):
            self._alone = self._shared and self._ask("pg_try_advisory_lock_shared")
            return True
        return self._shared and self._ask("pg_try_advisory_lock_shared")

    def _ask(self, function: str, key: int = _LOCK_KEY) -> bool:
        if self._connection is None:
            return False
        return bool(self._connection.execute(text(f"SELECT {function}(:key)"), {"key": key}).scalar())

    def let_others_in(self) -> None:
        if self._alone:
            self._ask("pg_advisory_unlock")
            self._alone = False

    def alone(self) -> bool:
        if not self._shared:
            return True
        # One session may hold both kinds: it gets the second where no other session holds either.
        self._alone = self._alone or self._ask("pg_try_advisory_lock")
        return self._alone

    def keep(self) -> bool:
        with suppress(SQLAlchemyError):
            if self._connection is not None and not self._connection.invalidated:
                self._connection.exec_driver_sql("SELECT 1")
                return True
        self.release()
        taken = self._take()
        self.let_others_in()
        return taken

    def begin_step(self) -> bool:
        if not self._shared:
            return True
        self._stepping = self._ask("pg_try_advisory_lock", _STEP_KEY)
        return self._stepping

    def end_step(self) -> bool:
        if not self._stepping:
            return not self._shared
        self._stepping = False
        with suppress(SQLAlchemyError):
            return self._ask("pg_advisory_unlock", _STEP_KEY)
        return False

    def release(self) -> None:
        if self._connection is not None:
            with suppress(SQLAlchemyError):  # a dead connection has lost its locks already
                self._connection.execute(text("SELECT pg_advisory_unlock_all()"))
            # Closing alone would give the connection, and a lock that was not given up, back to the pool.
            self._connection.invalidate()
            self._connection.close()
            self._connection = None
        self._alone = self._stepping = False


def run_lock(url: URL, engine: Engine) -> RunLock:
    """The lock that fits the database."""
    if url.get_backend_name() == "postgresql":
        return ServerRunLock(engine)
    if url.database in (None, "", ":memory:"):
        return MemoryRunLock()
    return FileRunLock(Path(f"{url.database}.run-lock"))
