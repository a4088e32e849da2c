"""Reading cases, and the lock under which one call is decided about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from pipeline.domain import Case, CaseState, OpenCause, Severity
from pipeline.errors import no_call
from pipeline.review.events import other_recording
from pipeline.store.people_tables import users
from pipeline.store.projections import claim_of
from pipeline.store.review_tables import cases
from pipeline.store.tables import calls

_ASSIGNED, _CLAIMED, _FINISHED = (users.alias(name) for name in ("assigned", "claimed", "finished"))


def call_key(connection: Connection, call_id: str, *, lock: bool = False, sound: str | None = None) -> int:
    """The key of a call. ``lock``: whoever else decides about it, or saves it, waits.

    Args:
        sound: SHA-256 of the recording that somebody looked at. A call list or a merge may have given the id
            to another one since.

    Raises:
        Missing: there is no such call. Conflict: ``other-recording``: it has other sound now.
    """
    query = select(calls.c.id, calls.c.audio_sha256).where(calls.c.call_id == call_id)
    # KEY SHARE is left to others: rows that only refer to the call can be written meanwhile.
    found = connection.execute(query.with_for_update(key_share=True) if lock else query).one_or_none()
    if found is None:
        raise no_call(call_id)
    if sound not in (None, found.audio_sha256):
        raise other_recording(call_id)
    return int(found.id)


def case_of(connection: Connection, key: int, *, event: int | None = None) -> Case | None:
    """The case of a call, by key."""
    row = connection.execute(select_cases().where(cases.c.call == key)).one_or_none()
    return None if row is None else read_case(row, event=event)


def select_cases() -> Select[Any]:
    """Cases with their calls and the names of people."""
    joined = (
        cases.join(calls, cases.c.call == calls.c.id)
        .outerjoin(_ASSIGNED, cases.c.assigned == _ASSIGNED.c.id)
        .outerjoin(_CLAIMED, cases.c.claimed == _CLAIMED.c.id)
        .outerjoin(_FINISHED, cases.c.finished_by == _FINISHED.c.id)
    )
    names = (alias.c.display_name.label(f"{alias.name}_name") for alias in (_ASSIGNED, _CLAIMED, _FINISHED))
    return select(cases, calls.c.call_id, *names).select_from(joined)


def read_case(row: Row[Any], *, event: int | None = None) -> Case:
    claim = claim_of(row)
    held = claim is not None and claim.holds(datetime.now(UTC))
    return Case(
        call_id=row.call_id,
        state=CaseState(row.state),
        priority=row.priority,
        worst=None if row.worst is None else Severity(row.worst),
        confidence=row.confidence,
        pending=row.pending,
        score=row.score,
        score_low=row.score_low,
        score_high=row.score_high,
        final=row.final,
        passed=row.passed,
        open_findings=row.open_findings,
        causes=tuple(OpenCause(cause) for cause in row.causes.split()),
        assigned=row.assigned,
        claimed=row.claimed if held else None,
        claimed_until=datetime.fromtimestamp(row.claimed_until, UTC) if held else None,
        finished_by=row.finished_by,
        finished_at=None if row.finished_at is None else datetime.fromisoformat(row.finished_at),
        version=row.version,
        assigned_name=row.assigned_name,
        claimed_name=row.claimed_name if held else None,
        finished_name=row.finished_name,
        event=event,
    )
