"""One decision in its transaction: what a rule of review lets through is appended, and what follows from it
is written."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, update

from pipeline.domain import Case, DecisionKind, Inspection
from pipeline.errors import no_call
from pipeline.review import deciding
from pipeline.review.call import CallUnderReview
from pipeline.review.claims import Actor
from pipeline.review.events import NewDecision, check_text, reused, same_request, same_undo
from pipeline.store.projections import refresh_reviewed, reviewed
from pipeline.store.repositories.accounts import actor_of
from pipeline.store.repositories.case_rows import call_key, case_of
from pipeline.store.repositories.decision_rows import append, by_request, event_of
from pipeline.store.review_tables import cases
from pipeline.store.writing import save_correction

Rule = Callable[[CallUnderReview, Actor, NewDecision], NewDecision]
"""What a rule of :mod:`pipeline.review.deciding` is, with its own arguments given."""


def append_decision(
    connection: Connection,
    call_id: str,
    event: NewDecision,
    rule: Rule,
    *,
    corrected: Inspection | None = None,
) -> Case:
    """Append what a rule of :mod:`pipeline.review.deciding` lets through, unless its request was answered
    before; the case as it is then.

    Args:
        corrected: what becomes the current inspection of the call with it.
    """
    check_text(request=event.request)
    key = call_key(connection, call_id, lock=True, sound=event.sound)
    stored = by_request(connection, event.request)
    if stored is not None:
        if not same_request(event, stored, call_id):
            raise reused(event.request)
        return _answer(connection, key, call_id, stored.id)
    call = _opened(connection, key, call_id)
    actor = actor_of(connection, event.by)
    deciding.check_event(call, actor, event)
    made = rule(call, actor, event)
    return _write(connection, key, call, made, corrected)


def undo_decision(
    connection: Connection, event_id: int, *, by: int | None, request: str, restored: Inspection | None = None
) -> Case:
    """Take an event back, unless the request was answered before; the case as it is then.

    Args:
        restored: what becomes the current inspection of the call again.
    """
    check_text(request=request)
    call_id = event_of(connection, event_id).call_id
    key = call_key(connection, call_id, lock=True)
    stored = by_request(connection, request)
    if stored is not None:
        if not same_undo(stored, by, event_id):
            raise reused(request)
        return _answer(connection, key, call_id, stored.id)
    call, actor = _opened(connection, key, call_id), actor_of(connection, by)
    made = deciding.undo(call, actor, event_id, request=request, restored=restored)
    return _write(connection, key, call, made, restored)


def _write(
    connection: Connection, key: int, call: CallUnderReview, made: NewDecision, corrected: Inspection | None
) -> Case:
    number = append(connection, key, made, inspection=call.inspection)
    if corrected is not None:
        save_correction(connection, key, corrected)
    if made.kind is DecisionKind.FINISH:
        given_back = {"claimed": None, "claimed_until": None}
        connection.execute(update(cases).where(cases.c.call == key).values(given_back))
    refresh_reviewed(connection, key)
    return _answer(connection, key, call.call_id, number)


def _answer(connection: Connection, key: int, call_id: str, number: int) -> Case:
    found = case_of(connection, key, event=number)
    if found is None:
        raise no_call(call_id)
    return found


def _opened(connection: Connection, key: int, call_id: str) -> CallUnderReview:
    call = reviewed(connection, key)
    if call is None:
        raise no_call(call_id)
    return call
