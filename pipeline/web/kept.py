"""Small answers that every page asks for, kept for a moment."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from threading import Lock

KEPT_SECONDS = 5.0
MOST = 1_024
"""People of whom something is kept."""


class Kept:
    """Numbers by name for each person, counted anew after some seconds or once they have done something."""

    def __init__(self, seconds: float = KEPT_SECONDS) -> None:
        self._seconds = seconds
        self._door = Lock()
        self._of: dict[int, tuple[float, Mapping[str, int]]] = {}

    def of(self, user: int, count: Callable[[], Mapping[str, int]]) -> Mapping[str, int]:
        now = time.monotonic()
        with self._door:
            until, found = self._of.get(user, (now, {}))
        if now < until:
            return found
        found = count()
        with self._door:
            if len(self._of) >= MOST:
                self._of.clear()
            self._of[user] = (now + self._seconds, found)
        return found

    def forget(self, user: int) -> None:
        with self._door:
            self._of.pop(user, None)
