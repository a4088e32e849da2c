"""One record per call: who, when, how it went, what was measured, what made the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.domain import Call, Case, Inspection, Revisions
from pipeline.measures import catalogue
from pipeline.reports.fields import (
    Field,
    ListOf,
    Record,
    Scalar,
    Struct,
    boolean,
    integer,
    number,
    rounded,
    sentence,
    text,
)
from pipeline.review.effective import Effective
from pipeline.store import CallFilter, CallRow, Store

AGREED = (
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
"""The measures that scripts outside rely on, in this order."""

MEASURES = (*AGREED, *(name for name in catalogue() if name not in AGREED))
"""What every export carries; one that was not measured is null."""

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
    text("reason_code", 14),
    number("score", 8),
    number("score_low", 10),
    number("score_high", 10),
    boolean("final"),
    boolean("passed"),
    boolean("fatal"),
    boolean("flagged"),
    Field("flag_reasons", ListOf(Scalar.TEXT), 40),
    Field("measures", Struct(tuple(number(name, 14) for name in MEASURES))),
    Field("revisions", Struct(tuple(text(name, 18) for name in REVISIONS))),
    number("machine_score", 14),
    text("review", 10),
    Field("open_causes", ListOf(Scalar.TEXT), 16),
    integer("pending"),
    text("audio_sha256", 18),
    Field("paths", ListOf(Scalar.TEXT), 40),
    text("satisfaction", 16),
)


def record(
    inspection: Inspection,
    case: Case | None = None,
    *,
    now: Effective | None = None,
    files: Sequence[Sequence[Path]] = (),
) -> Record:
    """The call as one JSON object; fields that do not apply are null.

    Args:
        case: what people made of it. now: the same with the reasons why the call should be looked at.
        files: where copies of its sound lie; the one that the inspection names where they are not given.
    """
    card = inspection.scorecard
    machine = card.score if card else None
    reasons = now.flag_reasons if now else card.flag_reasons if card else ()
    return {
        **_who(inspection.recording.call),
        "duration": rounded(inspection.duration),
        "status": inspection.status.value,
        "reason": sentence(inspection.reason),
        "reason_code": inspection.reason_code,
        "score": rounded(case.score if case else machine, 2),
        "score_low": rounded(case.score_low if case else machine, 2),
        "score_high": rounded(case.score_high if case else machine, 2),
        "final": case is None or case.final,
        "passed": case.passed if case else card.passed if card else None,
        "fatal": card.fatal if card else False,
        "flagged": card.flagged if card else False,
        "flag_reasons": [sentence(reason) for reason in reasons],
        **_made_of(inspection.measures.as_dict(), inspection.revisions),
        "machine_score": rounded(machine, 2),
        "review": case.state.value if case else "none",
        "open_causes": [cause.value for cause in case.causes] if case else [],
        "pending": case.pending if case else 0,
        **_sound(inspection.recording.sha256, files or (inspection.recording.paths,)),
        **_rating(inspection.recording.call),
    }


def light_record(row: CallRow) -> Record:
    """The same object from a light row of the store."""
    return {
        **_who(row.call),
        "duration": rounded(row.duration),
        "status": row.status.value,
        "reason": sentence(row.reason),
        "reason_code": row.reason_code,
        "score": rounded(row.score, 2),
        "score_low": rounded(row.score_low, 2),
        "score_high": rounded(row.score_high, 2),
        "final": row.final,
        "passed": row.passed,
        "fatal": row.fatal,
        "flagged": row.flagged,
        "flag_reasons": [sentence(reason) for reason in row.flag_reasons],
        **_made_of(row.measures, row.revisions),
        "machine_score": rounded(row.machine_score, 2),
        "review": row.review,
        "open_causes": [cause.value for cause in row.causes],
        "pending": row.pending,
        **_sound(row.revisions.audio_sha256, row.files),
        **_rating(row.call),
    }


def records(store: Store, wanted: CallFilter) -> Iterator[Record]:
    return map(light_record, store.calls.all(wanted))


def _who(call: Call) -> Record:
    return {
        "call_id": call.call_id,
        "agent_id": call.agent_id,
        "agent_name": call.agent_name,
        "team": call.team,
        "queue": call.queue,
        "direction": call.direction,
        "started_at": call.started_at.isoformat() if call.started_at else None,
    }


def _rating(call: Call) -> Record:
    """How the customer rated the call, by the call list."""
    return {"satisfaction": None if call.satisfaction is None else call.satisfaction.value}


def _sound(sha256: str, files: Sequence[Sequence[Path]]) -> Record:
    """Which sound, and every place where it lies."""
    return {"audio_sha256": sha256, "paths": [str(path) for paths in files for path in paths]}


def _made_of(measures: Mapping[str, float | None], revisions: Revisions) -> Record:
    return {
        "measures": {name: rounded(measures.get(name)) for name in MEASURES},
        "revisions": {name: getattr(revisions, name) for name in REVISIONS},
    }
