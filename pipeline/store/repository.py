"""What every repository starts from."""

from __future__ import annotations

from pipeline.store.database import Database


class Repository:
    """What is stored of one subject: one method, one transaction."""

    def __init__(self, database: Database) -> None:
        self._read, self._write = database.read, database.write
