"""One record per spotted phrase, whether or not a criterion uses it."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.domain import PhraseHit
from pipeline.reports.fields import Field, Record, number, rounded, text
from pipeline.store import CallFilter, Store

FIELDS: tuple[Field, ...] = (
    text("call_id", 24),
    text("code", 22),
    text("phrase", 24),
    text("role"),
    number("start"),
    number("end"),
    text("quote", 40),
    text("how"),
    number("confidence"),
)


def record(call_id: str, hit: PhraseHit) -> Record:
    return {
        "call_id": call_id,
        "code": hit.code,
        "phrase": hit.phrase,
        "role": hit.role.value,
        "start": rounded(hit.span.start),
        "end": rounded(hit.span.end),
        "quote": hit.quote,
        "how": hit.how.value,
        "confidence": rounded(hit.confidence, 4),
    }


def records(store: Store, wanted: CallFilter) -> Iterator[Record]:
    for inspection in store.inspections.all(wanted, transcripts=False):
        for hit in inspection.hits:
            yield record(inspection.recording.call.call_id, hit)
