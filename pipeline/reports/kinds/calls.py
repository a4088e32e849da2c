"""One record per call: who, when, how it went, what was measured, what made the result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.domain import Inspection
from pipeline.reports.fields import Field, ListOf, Record, Scalar, Struct, boolean, number, text
from pipeline.reports.rounding import rounded

MEASURES = (
    "speech_agent",
    "speech_customer",
    "talk_share_agent",
    "speaking_rate_agent",
    "speaking_rate_customer",
    "silence_total",
    "silence_longest",
    "silence_count",
    "hold_total",
    "hold_count",
    "overlap_total",
    "interruptions_by_agent",
    "interruptions_by_customer",
    "response_delay_agent",
    "longest_turn_agent",
    "loudness_agent_lufs",
    "loudness_customer_lufs",
    "pitch_range_agent_semitones",
)
"""The measures every export carries, in this order; one that was not measured is null."""

REVISIONS = ("audio_sha256", "engine", "model", "lexicons", "rubric", "settings")

FIELDS: tuple[Field, ...] = (
    text("call_id", 24),
    text("agent_id"),
    text("agent_name"),
    text("team"),
    text("queue"),
    text("direction"),
    text("started_at", 26),
    number("duration"),
    text("status", 14),
    text("reason", 30),
    number("score", 8),
    boolean("passed"),
    boolean("fatal"),
    boolean("flagged"),
    Field("flag_reasons", ListOf(Scalar.TEXT), 40),
    Field("measures", Struct(tuple(number(name, 14) for name in MEASURES))),
    Field("revisions", Struct(tuple(text(name, 18) for name in REVISIONS))),
)


def record(inspection: Inspection) -> Record:
    """The call as one JSON object; fields that do not apply are null."""
    call, card = inspection.recording.call, inspection.scorecard
    return {
        "call_id": call.call_id,
        "agent_id": call.agent_id,
        "agent_name": call.agent_name,
        "team": call.team,
        "queue": call.queue,
        "direction": call.direction,
        "started_at": call.started_at.isoformat() if call.started_at else None,
        "duration": rounded(inspection.duration),
        "status": inspection.status.value,
        "reason": inspection.reason,
        "score": rounded(card.score, 2) if card else None,
        "passed": card.passed if card else None,
        "fatal": card.fatal if card else None,
        "flagged": card.flagged if card else False,
        "flag_reasons": list(card.flag_reasons) if card else [],
        "measures": {name: rounded(inspection.measures.value(name)) for name in MEASURES},
        "revisions": {name: getattr(inspection.revisions, name) for name in REVISIONS},
    }


def records(inspections: Iterable[Inspection]) -> Iterator[Record]:
    return map(record, inspections)
