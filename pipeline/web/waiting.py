"""The numbers in the top bar: what waits for whoever looks."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request

from pipeline.errors import StoreError
from pipeline.store import Store
from pipeline.web.access import Permission, Visitor, the_store
from pipeline.web.kept import Kept

P = Permission


def waiting(request: Request, visitor: Visitor) -> Mapping[str, int]:
    """Path in the top bar -> how much waits there for this visitor."""
    kept: Kept = request.app.state.waits
    return kept.of(visitor.user.id, lambda: _count(the_store(request), visitor))


def _count(store: Store, visitor: Visitor) -> Mapping[str, int]:
    found: dict[str, int] = {}
    try:
        if visitor.may(P.REVIEW):
            found["/queue"] = store.cases.waiting_for(visitor.user.id, visitor.scope)
        if any(visitor.may(one) for one in (P.ACCEPT, P.JUDGE, P.DECIDE)):
            found["/appeals"] = store.appeals.waiting_for(visitor.user)
    except StoreError:  # a page that explains what is wrong with the store has no numbers
        return {}
    return found
