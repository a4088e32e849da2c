"""What the store knows about recordings, seen from what a run would make of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from pipeline.domain import ROLES_CORRECTED, Recording, Revisions, Status
from pipeline.domain.inspection import sheet_revision
from pipeline.store import codec, rows
from pipeline.store.statements import pages
from pipeline.store.tables import calls, inspections
from pipeline.store.views import Freshness, StoredFreshness
from pipeline.store.writing import check_fence, make_current, same_revisions

_LISTENING = ("model", "settings")
"""With the engine, the revisions that decide what was heard; the others only decide how it was judged."""


def freshness(
    connection: Connection, recordings: Sequence[Recording], revisions: Revisions
) -> dict[str, StoredFreshness]:
    """Call id -> freshness; a call that is not in the answer is absent."""
    out: dict[str, StoredFreshness] = {}
    otherwise: set[str] = set()
    joined = inspections.join(calls, inspections.c.call == calls.c.id)
    made = rows.revision_values(revisions)
    for page in pages(recordings):
        wanted = {r.call.call_id: r for r in page}
        query = (
            select(*(c for c in calls.c if c.name not in ("id", "audio_sha256")), *inspections.c)
            .select_from(joined)
            .where(
                calls.c.call_id.in_(list(wanted)),
                # What a person corrected was heard by the same engine: it stays.
                inspections.c.engine.in_([made["engine"], made["engine"] + ROLES_CORRECTED]),
                *(inspections.c[name] == made[name] for name in _LISTENING),
            )
        )
        for row in connection.execute(query):
            recording = wanted[row.call_id]
            if row.audio_sha256 != recording.sha256:
                continue
            found = _freshness(row, recording, revisions)
            if row.current and found.freshness is Freshness.JUDGED_OTHERWISE:
                otherwise.add(row.call_id)
            if row.call_id not in out or _nearer(found, out[row.call_id]):
                out[row.call_id] = found
    return out | {name: replace(out[name], ruled_otherwise=True) for name in otherwise}


def _freshness(row: Any, recording: Recording, revisions: Revisions) -> StoredFreshness:
    call = rows.read_call(row)
    same = (row.lexicons, row.rubric) == (revisions.lexicons, revisions.rubric)
    # What the reviews changed meanwhile about which criteria take points is applied by a rescoring.
    gate_only = row.current and row.lexicons == revisions.lexicons and _same_sheet(row, revisions)
    if not same and not gate_only:
        state = Freshness.JUDGED_OTHERWISE
    elif call != recording.call:
        state = Freshness.FACTS_CHANGED
    else:
        state = Freshness.CURRENT if row.current else Freshness.KNOWN
    return StoredFreshness(
        freshness=state,
        status=Status(row.status),
        reason=codec.read_message(row.reason),
        reason_code=row.reason_code,
        duration=row.duration,
        # Where the list says another channel now, roles are swapped in what was heard: batch/roles.py.
        heard=row.current and row.status != Status.UNREADABLE.value,
        listed_otherwise=_listed_otherwise(row, call.agent_channel, recording.call.agent_channel),
    )


def _same_sheet(row: Any, revisions: Revisions) -> bool:
    return sheet_revision(row.rubric) == sheet_revision(revisions.rubric)


def _listed_otherwise(row: Any, before: str | None, now: str | None) -> str | None:
    # Stores of earlier versions do not say whom the machine took for the agent: mostly whom the list named.
    corrected = row.engine.endswith(ROLES_CORRECTED)
    taken = row.taken_channel or (before if row.layout == "stereo" and not corrected else None)
    new = now in ("left", "right") and now != before and taken in ("left", "right")
    return now if row.current and new and taken != now else None


def _nearer(one: StoredFreshness, other: StoredFreshness) -> bool:
    """Whether ``one`` says more about what is to be done than ``other``, of the same call."""
    order = list(Freshness)
    return (order.index(one.freshness), not one.heard) < (order.index(other.freshness), not other.heard)


def inspection_ids(connection: Connection, call_id: str) -> list[int]:
    """Keys of all inspections of a call, oldest first."""
    joined = inspections.join(calls, inspections.c.call == calls.c.id)
    query = select(inspections.c.id).select_from(joined).where(calls.c.call_id == call_id)
    return list(connection.execute(query.order_by(inspections.c.id)).scalars())


def choose(connection: Connection, call_id: str, revisions: Revisions, *, run_id: int) -> bool:
    """Make a stored revision the current one; False where there is none like this."""
    check_fence(connection, run_id)
    joined = inspections.join(calls, inspections.c.call == calls.c.id)
    query = (
        select(inspections.c.id, inspections.c.call)
        .select_from(joined)
        .where(calls.c.call_id == call_id, same_revisions(revisions))
    )
    found = connection.execute(query).one_or_none()
    if found is None:
        return False
    make_current(connection, found.call, found.id)
    return True
