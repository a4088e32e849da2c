"""Answers that are expensive and change rarely, kept while what they were made from has not changed."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

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
class _Kept:
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


class Recent:
    """A small memory, for all threads. Whoever asks for what somebody else is making waits for it."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, version: Hashable, make: Callable[[], T]) -> T:
        """The answer made earlier from this version of the data, or a new one."""
        with self._lock:
            kept = self._kept.setdefault(key, _Kept(threading.Lock()))
            self._kept.move_to_end(key)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        with kept.lock:
            if not kept.serves(version):
                began = time.monotonic()
                value = make()
                kept.version, kept.value = version, value
                kept.made = time.monotonic()
                kept.cost = kept.made - began
            found: T = kept.value
            return found
