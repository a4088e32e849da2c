"""Visits of call pages: a page that was closed takes nothing, in whatever order its messages arrive."""

from __future__ import annotations

from threading import Lock
from typing import Annotated

from cachetools import TTLCache
from fastapi import Depends, Form, Request

from pipeline.store import Store
from pipeline.web.fields import REQUEST

SECONDS = 600.0
"""How long a message of a closed page may be under way; longer than any connection is kept waiting."""
MOST_ENDED = 65_536

VisitName = Annotated[str | None, Form(pattern=REQUEST)]
"""Made in the browser, new each time that a page comes up; None: a client that does not name its visits."""


class CallVisits:
    """Which visits have ended.

    A page asks for its call and gives it back over connections of their own, and the server answers each in a
    thread: what was asked first may be done last, above all where a page is left at once. So a claim looks
    again, after it was made, whether its page is still there; and a page that ends says so before it gives
    back. One of the two then sees the other, whichever is first.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._lock = Lock()
        self._ended: TTLCache[str, bool] = TTLCache(MOST_ENDED, seconds)

    def keep(self, store: Store, call_id: str, by: int, visit: str | None) -> None:
        """Claim the call for as long as the visit lasts.

        Raises:
            Conflict: somebody else has it.
        """
        if self._has_ended(visit):
            return
        store.cases.keep(call_id, by)
        if self._has_ended(visit):
            store.cases.release(call_id, by)

    def end(self, store: Store, call_id: str, by: int, visit: str | None) -> None:
        if visit is not None:
            with self._lock:
                self._ended[visit] = True
        store.cases.release(call_id, by)

    def _has_ended(self, visit: str | None) -> bool:
        with self._lock:
            return visit is not None and visit in self._ended


def _the_call_visits(request: Request) -> CallVisits:
    found: CallVisits = request.app.state.call_visits
    return found


TheCallVisits = Annotated[CallVisits, Depends(_the_call_visits)]
