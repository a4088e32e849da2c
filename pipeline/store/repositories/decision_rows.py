"""Decisions as rows: appended, never changed. A request that comes twice is written once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from pipeline.domain import (
    Decision,
    DecisionKind,
    Origin,
    Outcome,
    Role,
    Span,
    Verdict,
)
from pipeline.errors import Missing
from pipeline.review.blind import betrays
from pipeline.review.events import NewDecision, reused
from pipeline.review.folding import taken_back
from pipeline.store.auditing import note
from pipeline.store.codec import dumps
from pipeline.store.people_tables import users
from pipeline.store.review_tables import decisions
from pipeline.store.statements import now, upsert
from pipeline.store.tables import calls, sound_of


def history(connection: Connection, call: int) -> tuple[Decision, ...]:
    """All events of a call in the order they came."""
    found = [read(row) for row in connection.execute(_query().where(decisions.c.call == call))]
    gone = taken_back(found)
    return tuple(replace(one, undone=True) if one.id in gone else one for one in found)


def histories(connection: Connection, call_ids: Sequence[str]) -> dict[str, tuple[Decision, ...]]:
    """The events of those of these calls that have any."""
    grouped: dict[str, list[Decision]] = {}
    for row in connection.execute(_query().where(calls.c.call_id.in_(call_ids))):
        grouped.setdefault(row.call_id, []).append(read(row))
    return {call_id: tuple(found) for call_id, found in grouped.items()}


def by_request(connection: Connection, request: str) -> Decision | None:
    """The event that a request made."""
    row = connection.execute(_query().where(decisions.c.request == request)).one_or_none()
    return None if row is None else read(row)


def by_id(connection: Connection, event: int) -> Decision | None:
    row = connection.execute(_query().where(decisions.c.id == event)).one_or_none()
    return None if row is None else read(row)


def append(connection: Connection, call: int, event: NewDecision, *, inspection: int | None) -> int:
    """Write an event; its key.

    Raises:
        Conflict: another request of this name was written meanwhile.
    """
    values = {
        "call": call,
        "inspection": inspection,
        "audio_sha256": sound_of(call),
        "kind": event.kind.value,
        "criterion": event.criterion,
        "verdict": event.verdict,
        "outcome": event.outcome,
        "starts": None if event.span is None else event.span.start,
        "ends": None if event.span is None else event.span.end,
        "role": event.role,
        "quote": event.quote,
        "comment": event.comment,
        "details": dumps(dict(event.details)),
        "user": event.by,
        "at": now(),
        "undoes": event.undoes,
        "origin": event.origin.value,
        "request": event.request,
    }
    insert = upsert(connection, decisions).values(values)
    key = connection.execute(insert.on_conflict_do_nothing().returning(decisions.c.id)).scalar()
    if key is None:
        raise reused(event.request)
    # Which decision and on what, not what it says: the second person listens without knowing.
    note(
        connection, _act(event).value, by=event.by, call=call,
        decision=int(key), criterion=event.criterion, origin=event.origin.value, undoes=event.undoes,
    )  # fmt: skip
    return int(key)


def _act(event: NewDecision) -> DecisionKind:
    """What the log calls it. One more place of what two must agree on would tell that it was confirmed."""
    told = event.kind is DecisionKind.ADDITION and event.details.get("grave") and betrays(event.outcome)
    return DecisionKind.VERDICT if told else event.kind


def read(row: Row[Any]) -> Decision:
    return Decision(
        id=row.id,
        call_id=row.call_id,
        kind=DecisionKind(row.kind),
        by=row.user,
        at=datetime.fromisoformat(row.at),
        request=row.request,
        origin=Origin(row.origin),
        criterion=row.criterion,
        verdict=None if row.verdict is None else Verdict(row.verdict),
        outcome=None if row.outcome is None else Outcome(row.outcome),
        span=None if row.starts is None else Span(row.starts, row.ends),
        role=None if row.role is None else Role(row.role),
        quote=row.quote,
        comment=row.comment,
        undoes=row.undoes,
        by_name=row.display_name,
        details=json.loads(row.details),
        audio_sha256=row.audio_sha256,
        sound_in_doubt=bool(row.sound_in_doubt),
    )


def _query() -> Select[Any]:
    joined = decisions.join(calls, decisions.c.call == calls.c.id)
    return (
        select(decisions, calls.c.call_id, users.c.display_name)
        .select_from(joined.outerjoin(users, decisions.c.user == users.c.id))
        .order_by(decisions.c.id)
    )


def event_of(connection: Connection, event_id: int) -> Decision:
    """
    Raises:
        Missing: there is no such event.
    """
    found = by_id(connection, event_id)
    if found is None:
        raise Missing(f"there is no decision {event_id}", code="no-decision")
    return found
