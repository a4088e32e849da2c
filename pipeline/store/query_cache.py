"""Answers that are expensive and change rarely, kept while what they were made from has not changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

from cachetools import LRUCache

T = TypeVar("T")

MOST = 256
"""Answers that are kept; the ones asked for longest ago are forgotten."""
OLDEST_SECONDS = 300.0
EXPENSIVE_SECONDS = 0.05
"""What takes longer to make may be a little old: fifty people at work do not have it made fifty times."""
PATIENCE = 100.0
"""How many times its cost an expensive answer may be old, ..."""
PATIENCE_SECONDS = 30.0
"""... but no more than this."""


@dataclass(slots=True)
class _Entry:
    lock: threading.Lock
    version: Hashable = None
    value: Any = None
    made: float = float("-inf")
    cost: float = 0.0

    def serves(self, version: Hashable) -> bool:
        age = time.monotonic() - self.made
        if version == self.version:
            return age < OLDEST_SECONDS
        return self.cost > EXPENSIVE_SECONDS and age < min(PATIENCE_SECONDS, PATIENCE * self.cost)


class QueryCache:
    """A small cache for all threads. Whoever asks for what somebody else is computing waits for it."""

    def __init__(self) -> None:
        self._entries: LRUCache[Hashable, _Entry] = LRUCache(MOST)
        self._lock = threading.Lock()

    def get(self, key: Hashable, version: Hashable, make: Callable[[], T]) -> T:
        """The answer made earlier from this version of the data, or a new one."""
        with self._lock:
            entry = self._entries.setdefault(key, _Entry(threading.Lock()))
        with entry.lock:
            if not entry.serves(version):
                began = time.monotonic()
                value = make()
                entry.version, entry.value = version, value
                entry.made = time.monotonic()
                entry.cost = entry.made - began
            found: T = entry.value
            return found

    def clear(self) -> None:
        """Forget every answer."""
        with self._lock:
            self._entries.clear()
