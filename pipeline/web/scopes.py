"""What a scope allows: which calls somebody may name, to whom they may give them, what a filter finds."""

from __future__ import annotations

from dataclasses import replace

from pipeline.domain.people import Scope, User
from pipeline.errors import Missing, no_call
from pipeline.review.claims import REVIEWING
from pipeline.store import CallFilter, Store
from pipeline.web.access import Visitor, check_unsealed


def check_in_scope(store: Store, visitor: Visitor, *call_ids: str) -> None:
    """Every one of these calls is in the visitor's scope.

    Raises:
        Missing: one is not, or does not exist: the answer is the same.
    """
    for hidden in call_ids:
        if not store.queue.sees(visitor.scope, hidden):
            raise no_call(hidden)


def check_open_to(store: Store, visitor: Visitor, *call_ids: str) -> None:
    """Every one of these calls is in the scope, and none is still to be scored blind: asked at once for many.

    Raises:
        Missing: one is out of the scope, or does not exist: the answer is the same.
        Forbidden: one is to be scored blind.
    """
    check_unsealed(visitor, *call_ids)
    for hidden in store.queue.invisible(visitor.scope, call_ids):
        raise no_call(hidden)


def assignable(store: Store, visitor: Visitor) -> tuple[User, ...]:
    """Whom the visitor can give calls of their scope to."""
    team = visitor.scope.team
    found = (row.user for row in store.accounts.all(roles=REVIEWING) if not row.user.disabled)
    return tuple(user for user in found if team is None or user.team in (None, team))


def check_assignable(store: Store, visitor: Visitor, user: int | None) -> None:
    """
    Raises:
        Missing: this is nobody to whom the visitor can give calls.
    """
    if user is not None and user not in {one.id for one in assignable(store, visitor)}:
        raise Missing("there is no such reviewer", code="no-user")


def within_scope(wanted: CallFilter, scope: Scope) -> CallFilter:
    """The filter, narrowed to what a scope holds and without what is sealed."""
    outside = scope.nothing or (scope.team is not None and wanted.team not in (None, scope.team))
    return replace(
        wanted,
        agent=scope.agent_id or wanted.agent,
        team=scope.team or wanted.team,
        without=scope.sealed,
        limit=0 if outside else wanted.limit,
    )
