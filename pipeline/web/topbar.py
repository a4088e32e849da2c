"""The top bar: the places in it, who sees them, and what waits there for whoever looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock

from cachetools import TTLCache
from fastapi import Request

from pipeline.errors import StoreError
from pipeline.store import Store
from pipeline.web.access import Permission, Visitor, the_store

P = Permission
NAVIGATION: tuple[tuple[str, str, tuple[Permission, ...]], ...] = (
    ("/", "nav.overview", ()),
    ("/queue", "nav.queue", (P.REVIEW, P.ASSIGN)),
    ("/alerts", "nav.alerts", (P.ALERT,)),
    ("/agents", "nav.agents", (P.LISTEN,)),
    ("/reports", "nav.reports", (P.REPORTS,)),
    ("/settlement", "nav.settlement", (P.SETTLE,)),
    ("/appeals", "nav.appeals", (P.APPEAL, P.ACCEPT, P.JUDGE, P.DECIDE)),
    ("/samples", "nav.samples", (P.SAMPLE, P.HEAR, P.ANNOUNCED)),
    ("/calibrations", "nav.calibrations", (P.CALIBRATE,)),
    ("/juries", "nav.juries", (P.TURN, P.COACH)),
    ("/exemplars", "nav.exemplars", (P.LISTEN,)),
    ("/coaching", "nav.coaching", (P.COACH, P.APPEAL)),
    ("/rules", "nav.rules", (P.RULES,)),
    ("/runs", "nav.runs", (P.RUNS,)),
    ("/admin", "nav.admin", (P.USERS, P.AUDIT, P.RETENTION)),
)
"""Address, words, and the permissions of which one is enough (none: everybody)."""
MOST_ENTRIES = 9
"""What a bar of 1280 px has room for, in English, with counts beside them."""
SELDOM = frozenset({"/settlement", "/samples", "/calibrations", "/exemplars", "/rules", "/runs", "/admin"})
"""What goes into a menu of its own where somebody has more entries than that: nothing there is counted."""

CACHED_SECONDS = 5.0
MOST_CACHED = 1_024
"""People of whom counts are cached."""


def is_here(path: str, place: str) -> bool:
    return path == place or (place != "/" and path.startswith(place + "/"))


def may_any(visitor: Visitor, permissions: tuple[Permission, ...]) -> bool:
    return any(visitor.may(permission) for permission in permissions)


def entries(visitor: Visitor) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Address and words of what stands in the bar for a visitor, and of what its menu holds."""
    seen = [(path, key) for path, key, any_of in NAVIGATION if not any_of or may_any(visitor, any_of)]
    if len(seen) <= MOST_ENTRIES:
        return seen, []
    return [one for one in seen if one[0] not in SELDOM], [one for one in seen if one[0] in SELDOM]


class WaitingCounts:
    """Counts by place for each person, counted anew after some seconds or once they have done something."""

    def __init__(self, seconds: float = CACHED_SECONDS) -> None:
        self._lock = Lock()
        self._cache: TTLCache[int, Mapping[str, int]] = TTLCache(MOST_CACHED, seconds)

    def of(self, user: int, count: Callable[[], Mapping[str, int]]) -> Mapping[str, int]:
        with self._lock:
            found = self._cache.get(user)
        if found is None:
            found = count()
            with self._lock:
                self._cache[user] = found
        return found

    def forget(self, user: int) -> None:
        with self._lock:
            self._cache.pop(user, None)


def waiting(request: Request, visitor: Visitor) -> Mapping[str, int]:
    """Path in the top bar -> how much waits there for this visitor."""
    counts: WaitingCounts = request.app.state.waiting
    return counts.of(visitor.user.id, lambda: _count(the_store(request), visitor))


def _count(store: Store, visitor: Visitor) -> Mapping[str, int]:
    found: dict[str, int] = {}
    try:
        found["/notices"] = store.notices.unread(visitor.user.id, visitor.scope)
        if visitor.may(P.REVIEW):
            found["/queue"] = store.cases.waiting_for(visitor.user.id, visitor.scope)
        if visitor.judged:
            found["/juries"] = store.juries.waiting_for(visitor.user.id)
        if visitor.may(P.ALERT):
            found["/alerts"] = store.alerts.waiting_for(visitor.user)
        if any(visitor.may(one) for one in (P.ACCEPT, P.JUDGE, P.DECIDE)):
            found["/appeals"] = store.appeals.waiting_for(visitor.user)
    except StoreError:  # a page that explains what is wrong with the store has no numbers
        return {}
    return found
