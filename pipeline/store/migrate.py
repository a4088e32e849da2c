"""Bring a database forward to the tables of this code, one process at a time."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from pipeline.errors import StoreError
from pipeline.messages import Message, system_problem
from pipeline.store.database import WRITES
from pipeline.store.faults import shown
from pipeline.store.lock import RunLock
from pipeline.store.tables import REVISION

FOLDER = Path(__file__).parent / "migrations"
_LOCK_KEY = 0x7C1_0001
"""Advisory lock of PostgreSQL that one migrating process holds."""

_FIRST_WITH_DOUBT = "0006"
"""Older stores have no cases yet, or cases that say nothing of doubt."""
_FIRST_WITH_ALERTS = "0016"
"""Older stores have escalations that nobody could take."""


def revision_of(connection: Connection) -> str | None:
    """The migration that a database is at; None where it has no tables of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def migrate(engine: Engine, lock: RunLock) -> None:
    """Migrate forward if needed, in one transaction under a lock.

    Args:
        lock: of the writing run: the tables of a store are not changed under one that is at work.

    Raises:
        StoreError: the database was written by a newer callinspect; or an older one is at work on it.
    """
    with engine.connect() as connection:
        if revision_of(connection) == REVISION:
            return
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        # SQLite: BEGIN IMMEDIATE is the lock. Whoever waited here finds the work done.
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        found = revision_of(connection)
        if found != REVISION:
            _upgrade(connection, found, lock)


@contextmanager
def _held(lock: RunLock, url: str, found: str) -> Iterator[None]:
    try:
        if not lock.acquire():
            raise StoreError(Message("store.older-at-work", url=url, found=found, known=REVISION))
    except OSError as error:
        raise StoreError(Message("store.no-lock", url=url, problem=system_problem(error))) from error
    try:
        yield
    finally:
        lock.release()


def _upgrade(connection: Connection, found: str | None, lock: RunLock) -> None:
    # Imported here: opening an up-to-date store, which every command does, need not load Alembic.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StoreError(
            Message("store.newer", url=shown(connection.engine.url), found=found, known=REVISION)
        )
    config.attributes["connection"] = connection
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with _held(lock, shown(connection.engine.url), found) if found is not None else nullcontext():
        command.upgrade(config, REVISION)
    if found is None or found >= _FIRST_WITH_ALERTS:
        return
    from pipeline.store import alert_finding, projections

    if found < _FIRST_WITH_DOUBT:
        projections.refresh_all(connection)
    else:
        alert_finding.refresh_all(connection)
