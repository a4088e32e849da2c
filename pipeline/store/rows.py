"""Between an Inspection and its rows. Both directions stand side by side: what one writes the other reads."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from pipeline.domain import (
    Call,
    Finding,
    How,
    Inspection,
    Measurement,
    Measures,
    Outcome,
    PhraseHit,
    PhraseKind,
    Recording,
    Revisions,
    Role,
    Satisfaction,
    Scorecard,
    Severity,
    Span,
    Status,
    Transcript,
    Utterance,
    Word,
)
from pipeline.store import codec

Values = dict[str, Any]
Rows = Sequence[Row[Any]]

# Looked up, not called: a night has millions of these.
_ROLES = {role.value: role for role in Role}
_KINDS = {kind.value: kind for kind in PhraseKind}
_HOWS = {how.value: how for how in How}
_SEVERITIES = {severity.value: severity for severity in Severity}
_RATINGS = {rating.value: rating for rating in Satisfaction}
_OUTCOMES = {outcome.value: outcome for outcome in Outcome}


def call_values(call: Call) -> Values:
    started = call.started_at
    return {
        "call_id": call.call_id,
        "agent_id": call.agent_id,
        "agent_name": call.agent_name,
        "team": call.team,
        "queue": call.queue,
        "direction": call.direction,
        "customer_number": call.customer_number,
        "started_at": None if started is None else started.isoformat(),
        "started_local": None
        if started is None
        else started.replace(tzinfo=None).isoformat(timespec="microseconds"),
        "agent_channel": call.agent_channel,
        "satisfaction": None if call.satisfaction is None else call.satisfaction.value,
    }


def read_call(row: Row[Any]) -> Call:
    return Call(
        call_id=row.call_id,
        agent_id=row.agent_id,
        agent_name=row.agent_name,
        team=row.team,
        queue=row.queue,
        direction=row.direction,
        customer_number=row.customer_number,
        started_at=None if row.started_at is None else datetime.fromisoformat(row.started_at),
        agent_channel=row.agent_channel,
        satisfaction=None if row.satisfaction is None else _RATINGS[row.satisfaction],
    )


def revision_values(revisions: Revisions) -> Values:
    return {
        "audio_sha256": revisions.audio_sha256,
        "engine": revisions.engine,
        "model": revisions.model,
        "lexicons": revisions.lexicons,
        "rubric": revisions.rubric,
        "settings": revisions.settings,
    }


def read_revisions(row: Row[Any]) -> Revisions:
    return Revisions(
        audio_sha256=row.audio_sha256,
        engine=row.engine,
        model=row.model,
        lexicons=row.lexicons,
        rubric=row.rubric,
        settings=row.settings,
    )


def inspection_values(inspection: Inspection) -> Values:
    """The columns of ``inspections`` without the keys and dates the store adds."""
    values: Values = {
        **revision_values(inspection.revisions),
        "status": inspection.status.value,
        "reason": codec.message(inspection.reason),
        "reason_code": inspection.reason_code,
        "taken_channel": inspection.agent_channel,
        "role_evidence": codec.role_evidence(inspection.role_evidence),
        "duration": inspection.duration,
        "layout": inspection.layout,
    }
    card = inspection.scorecard
    if card is not None:
        values |= {
            "score": card.score,
            "passed": card.passed,
            "fatal": card.fatal,
            "flagged": card.flagged,
            "flag_reasons": codec.messages(card.flag_reasons),
            "alerts": codec.strings(card.alerts),
            "not_applicable": codec.message(card.not_applicable),
            "sections": codec.sections(card.sections),
            "ledger": codec.ledger(card.ledger),
        }
    return values


def hearing_digest(utterances: Sequence[Values], measurements: Sequence[Values]) -> str:
    """The identity of what was heard: the rows that keep it."""
    said = [{k: v for k, v in u.items() if k != "corrections" or v != _NONE} for u in utterances]
    return hashlib.sha256(codec.dumps([said, measurements]).encode()).hexdigest()


_NONE = codec.corrections(())
"""An utterance without corrections keeps the identity it had before there were any."""


def utterance_values(transcript: Transcript) -> list[Values]:
    return [
        {
            "number": number,
            "role": u.role.value,
            "starts": u.span.start,
            "ends": u.span.end,
            "text": u.text,
            "words": codec.words(u.words),
            "confidence": u.confidence,
            "role_confidence": u.role_confidence,
            "overlapped": u.overlapped,
            "corrections": codec.corrections(u.corrections),
        }
        for number, u in enumerate(transcript.utterances)
    ]


def read_transcript(rows: Rows, *, words: Callable[[str], Sequence[Word]] = codec.read_words) -> Transcript:
    return Transcript(
        tuple(
            Utterance(
                role=_ROLES[row.role],
                span=Span(row.starts, row.ends),
                text=row.text,
                words=words(row.words),
                confidence=row.confidence,
                role_confidence=row.role_confidence,
                overlapped=row.overlapped,
                corrections=codec.read_corrections(row.corrections),
            )
            for row in rows
        )
    )


def read_text(row: Row[Any]) -> Utterance:
    """Of an utterance who says what, when: all that tells whether it holds anything like a phrase."""
    return Utterance(_ROLES[row.role], Span(row.starts, row.ends), row.text)


def measurement_values(measures: Measures) -> list[Values]:
    return [
        {"number": number, "name": m.name, "value": m.value, "unit": m.unit, "spans": codec.spans(m.spans)}
        for number, m in enumerate(measures)
    ]


def read_measures(rows: Rows) -> Measures:
    return Measures(tuple(Measurement(r.name, r.value, r.unit, codec.read_spans(r.spans)) for r in rows))


def hit_values(hits: Sequence[PhraseHit]) -> list[Values]:
    return [
        {
            "number": number,
            "code": h.code,
            "kind": h.kind.value,
            "phrase": h.phrase,
            "role": h.role.value,
            "starts": h.span.start,
            "ends": h.span.end,
            "quote": h.quote,
            "how": h.how.value,
            "confidence": h.confidence,
            "utterance": h.utterance,
            "wording": h.wording,
        }
        for number, h in enumerate(hits)
    ]


def read_hits(rows: Rows) -> tuple[PhraseHit, ...]:
    return tuple(
        PhraseHit(
            code=row.code,
            kind=_KINDS[row.kind],
            phrase=row.phrase,
            role=_ROLES[row.role],
            span=Span(row.starts, row.ends),
            quote=row.quote,
            how=_HOWS[row.how],
            confidence=row.confidence,
            utterance=row.utterance,
            wording=row.wording,
        )
        for row in rows
    )


def finding_values(card: Scorecard | None) -> list[Values]:
    return [
        {
            "number": number,
            "criterion": f.criterion,
            "title": f.title,
            "section": f.section,
            "severity": None if f.severity is None else f.severity.value,
            "outcome": f.outcome.value,
            "points": f.points,
            "reason": codec.message(f.reason) or "",
            "fatal": f.fatal,
            "group_id": f.group,
            "group_title": f.group_title,
            "evidence": codec.evidence(f.evidence),
            "occurrences": max(len(f.evidence), 1 if f.outcome is Outcome.FAILED else 0),
            "confidence": min((e.confidence for e in f.evidence), default=None),
            "weight": f.weight,
            "only_flags": f.only_flags,
        }
        for number, f in enumerate(() if card is None else card.findings)
    ]


def read_finding(row: Row[Any], *, proof: bool = True) -> Finding:
    """The finding of a row, with or without its evidence."""
    return Finding(
        criterion=row.criterion,
        title=row.title,
        section=row.section,
        severity=None if row.severity is None else _SEVERITIES[row.severity],
        outcome=_OUTCOMES[row.outcome],
        points=row.points,
        evidence=codec.read_evidence(row.evidence) if proof else (),
        reason=codec.read_message(row.reason),
        fatal=row.fatal,
        group=row.group_id,
        group_title=row.group_title,
        weight=row.weight,
        only_flags=row.only_flags,
    )


def read_scorecard(row: Row[Any], findings: Rows) -> Scorecard | None:
    if row.ledger is None:
        return None
    return Scorecard(
        findings=tuple(read_finding(finding) for finding in findings),
        score=row.score,
        passed=row.passed,
        fatal=row.fatal,
        ledger=codec.read_ledger(row.ledger),
        sections=codec.read_sections(row.sections),
        flagged=row.flagged,
        flag_reasons=codec.read_messages(row.flag_reasons),
        alerts=codec.read_strings(row.alerts),
        not_applicable=codec.read_message(row.not_applicable),
    )


def read_inspection(row: Row[Any], paths: tuple[Path, ...], parts: Mapping[str, Rows]) -> Inspection:
    """Rebuild the value from its row (joined with its call's), where the sound lies, and the rows of its
    parts, by table name."""
    return Inspection(
        recording=Recording(read_call(row), paths, row.audio_sha256),
        status=Status(row.status),
        reason=codec.read_message(row.reason),
        revisions=read_revisions(row),
        duration=row.duration,
        layout=row.layout,
        transcript=read_transcript(parts["utterances"]),
        measures=read_measures(parts["measurements"]),
        hits=read_hits(parts["hits"]),
        scorecard=read_scorecard(row, parts["findings"]),
        reason_code=row.reason_code,
        agent_channel=row.taken_channel,
        role_evidence=codec.read_role_evidence(row.role_evidence),
    )
