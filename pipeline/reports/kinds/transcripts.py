"""One record per call: the conversation, utterance by utterance."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.domain import Inspection, Utterance
from pipeline.reports.fields import Field, ListOf, Record, Struct, boolean, integer, number, rounded, text
from pipeline.store import CallFilter, Store

FILLER = Struct((integer("at"), text("text")))
CORRECTION = Struct((integer("at"), text("heard"), text("name"), number("confidence")))
UTTERANCE = Struct(
    (
        text("role"),
        number("start"),
        number("end"),
        text("text", 80),
        number("confidence"),
        Field("fillers", ListOf(FILLER)),
        Field("corrections", ListOf(CORRECTION)),
        boolean("other_agent"),
    )
)

FIELDS: tuple[Field, ...] = (
    text("call_id", 24),
    Field("utterances", ListOf(UTTERANCE, unfold=True)),
)


def utterance(item: Utterance, *, other_agent: bool = False) -> Record:
    """One utterance; ``other_agent`` where another agent than the call's speaks on the agent's side."""
    return {
        "role": item.role.value,
        "start": rounded(item.span.start),
        "end": rounded(item.span.end),
        "text": item.text,
        "confidence": rounded(item.confidence, 4),
        "fillers": [{"at": part.start, "text": item.text[part]} for part in item.fillers],
        "corrections": [
            {
                "at": one.start,
                "heard": item.text[one.start : one.end],
                "name": one.name,
                "confidence": rounded(one.confidence, 4),
            }
            for one in item.corrections
        ],
        "other_agent": other_agent,
    }


def record(inspection: Inspection) -> Record:
    return {
        "call_id": inspection.recording.call.call_id,
        "utterances": [
            utterance(item, other_agent=inspection.says_other_agent(item))
            for item in inspection.transcript.utterances
        ],
    }


def records(store: Store, wanted: CallFilter) -> Iterator[Record]:
    return map(record, store.inspections.all(wanted))
