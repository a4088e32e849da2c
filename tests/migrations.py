"""A database with the tables of an older version, for tests of what migrations make of its rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from pipeline.store.database import WRITES, connect, parse
from pipeline.store.migrate import FOLDER


def configuration() -> Config:
    """Where the migrations of this version are."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def tables_at(revision: str, url: str) -> Iterator[Connection]:
    """An empty database at this revision, in the transaction that made it; closed behind it."""
    engine = connect(parse(url))
    config = configuration()
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        yield connection
    engine.dispose()
