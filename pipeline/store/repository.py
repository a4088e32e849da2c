"""What every repository starts from."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import Connection

Transaction = Callable[[], AbstractContextManager[Connection]]


class Repository:
    """What is stored of one subject: one method, one transaction."""

    def __init__(self, read: Transaction, write: Transaction) -> None:
        self._read, self._write = read, write
