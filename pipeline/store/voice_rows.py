"""The rows of voices: written with the inspection of their call, in its transaction."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Row, delete, select

from pipeline.domain import CallVoices, Role, Span, VoicePiece
from pipeline.store import codec
from pipeline.store.tables import call_voices, calls


@dataclass(frozen=True, slots=True)
class StoredVoices:
    """The voices of one stored call."""

    key: int
    """Of the call."""
    call_id: str
    agent_id: str
    kept: bool
    """Of an earlier run that has ended: its roles are settled."""
    voices: CallVoices


def remember(connection: Connection, call: int, voices: CallVoices, *, run_id: int) -> None:
    """Keep the voices of a call, in place of those of an earlier hearing."""
    connection.execute(delete(call_voices).where(call_voices.c.call == call))
    values = {
        "call": call,
        "run": run_id,
        "kept": False,
        "embedder": voices.embedder,
        "roles": codec.strings(voices.roles),
        "parties": "".join(map(str, voices.parties)),
        "evidence": codec.role_evidence(voices.evidence) or "{}",
        "duration": voices.duration,
        "pieces": codec.dumps([[p.party, p.span.start, p.span.end] for p in voices.pieces]),
        "vectors": b"".join(p.vector for p in voices.pieces),
    }
    connection.execute(call_voices.insert(), values)


def all_voices(connection: Connection) -> list[StoredVoices]:
    """All that are there, of calls whose agent is known, in the order of their call ids."""
    query = (
        select(call_voices, calls.c.call_id, calls.c.agent_id)
        .select_from(call_voices.join(calls, call_voices.c.call == calls.c.id))
        .where(calls.c.agent_id.is_not(None), calls.c.replaced_by.is_(None))
    )
    found = [
        StoredVoices(row.call, row.call_id, row.agent_id, row.kept, _read(row))
        for row in connection.execute(query)
    ]
    return sorted(found, key=lambda one: one.call_id)


def _read(row: Row[tuple[object, ...]]) -> CallVoices:
    pieces = codec.loads(row.pieces)
    size = len(row.vectors) // max(1, len(pieces))
    return CallVoices(
        embedder=row.embedder,
        roles=tuple(Role(role) for role in codec.read_strings(row.roles)),
        parties=tuple(map(int, row.parties)),
        evidence=codec.read_role_evidence(row.evidence),
        duration=row.duration,
        pieces=tuple(
            VoicePiece(party, Span(start, end), bytes(row.vectors[number * size : (number + 1) * size]))
            for number, (party, start, end) in enumerate(pieces)
        ),
    )
