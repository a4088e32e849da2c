"""Bring a database forward to the tables of this code, one process at a time."""

from __future__ import annotations

import logging
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from pipeline.errors import StoreError
from pipeline.messages import Message
from pipeline.store import alert_finding, projections
from pipeline.store.database import WRITES
from pipeline.store.faults import shown
from pipeline.store.tables import REVISION

FOLDER = Path(__file__).parent / "migrations"
_LOCK_KEY = 0x7C1_0001
"""Advisory lock of PostgreSQL that one migrating process holds."""

_FIRST_WITH_DOUBT = "0006"
"""Older stores have no cases yet, or cases that say nothing of doubt."""
_FIRST_WITH_ALERTS = "0016"
"""Older stores have escalations that nobody could take."""


def revision_of(connection: Connection) -> str | None:
    """Number of the newest migration that was made there; None where there is none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def migrate(engine: Engine) -> None:
    """Migrate forward if needed, in one transaction under a lock.

    Raises:
        StoreError: the database was written by a newer callinspect.
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
            _upgrade(connection, found)


def _upgrade(connection: Connection, found: str | None) -> None:
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
    command.upgrade(config, REVISION)
    if found is not None and found < _FIRST_WITH_DOUBT:
        projections.refresh_all(connection)
    elif found is not None and found < _FIRST_WITH_ALERTS:
        alert_finding.refresh_all(connection)
