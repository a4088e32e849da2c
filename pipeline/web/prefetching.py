"""Work done before anybody asks for it: one thing at a time, at a low priority, the latest of each person."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress

from pipeline.errors import CallinspectError

NICENESS = 10
"""Of the thread: requests, and a run on the same machine, come first."""
MOST_WAITING = 64
"""Requests that wait; of more, the oldest are dropped: by then those people are elsewhere."""


class Prefetcher:
    """A thread that lives while there is something to do."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: OrderedDict[int, Callable[[], object]] = OrderedDict()
        self._thread: threading.Thread | None = None
        self._closed = False

    def prefetch(self, user: int, work: Callable[[], object]) -> None:
        """Do ``work`` soon, instead of what was to be done for this user before."""
        with self._changed:
            if self._closed:
                return
            self._waiting[user] = work
            self._waiting.move_to_end(user)
            while len(self._waiting) > MOST_WAITING:
                self._waiting.popitem(last=False)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="prefetch", daemon=True)
                self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Until nothing is left to do; False where that took too long."""
        with self._changed:
            return self._changed.wait_for(lambda: self._thread is None, seconds)

    def close(self) -> None:
        """Drop what waits; what is being done is finished."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        with suppress(OSError, AttributeError):  # where threads have no priority of their own
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        while (work := self._next()) is not None:
            with suppress(CallinspectError, OSError):  # whoever asks for it in earnest is told why
                work()

    def _next(self) -> Callable[[], object] | None:
        with self._changed:
            if self._waiting:
                return self._waiting.popitem(last=False)[1]
            self._thread = None
            self._changed.notify_all()
            return None
