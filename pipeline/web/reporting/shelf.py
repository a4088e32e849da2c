"""Reports of the review room, made beside the pages: nobody waits for a month of calls with a page open.

A page asks for a report and gets it where it is there, or soon; else it says that the report is being made,
and asks again. What is there is handed out while a newer one is made.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from cachetools import LRUCache

from pipeline.reports.readable.model import Report

PATIENCE_SECONDS = 0.25
"""How long a page waits before it says that the report is being made."""
FRESH_SECONDS = 60.0
"""So long a report is not made anew, whatever people decide meanwhile: it says when it was made."""
MOST = 64
"""Reports that are kept."""


@dataclass(slots=True)
class _ShelfPlace:
    report: Report | None = None
    made: float = float("-inf")
    coming: Future[Report] | None = None


class ReportShelf:
    """Reports by what was asked for and by whom it may be seen."""

    def __init__(self, *, patience: float = PATIENCE_SECONDS) -> None:
        self._entries: LRUCache[Hashable, _ShelfPlace] = LRUCache(MOST)
        self._lock = threading.Lock()
        self._workers = ThreadPoolExecutor(1, thread_name_prefix="reports")
        self._patience = patience

    def get(self, key: Hashable, make: Callable[[], Report]) -> Report | None:
        """The report, or None while it is being made.

        Raises:
            Exception: what making it raised, once; the next one who asks has it made again.
        """
        with self._lock:
            entry = self._entries.setdefault(key, _ShelfPlace())
            if entry.coming is None and time.monotonic() - entry.made > FRESH_SECONDS:
                entry.coming = self._workers.submit(make)
            coming = entry.coming
        if coming is None:
            return entry.report
        wait([coming], 0.0 if entry.report is not None else self._patience)
        if not coming.done():
            return entry.report
        with self._lock:
            if entry.coming is coming:
                entry.coming = None
                if coming.exception() is None:
                    entry.report, entry.made = coming.result(), time.monotonic()
        if coming.exception() is not None:
            coming.result()
        return entry.report

    def close(self) -> None:
        """Wait for what is being made: it reads a store that is about to be closed."""
        self._workers.shutdown(wait=True, cancel_futures=True)
