"""One record per criterion and call, with the seconds of audio that prove it."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.domain import Evidence, Finding, Inspection
from pipeline.reports.fields import Field, ListOf, Record, Struct, number, text
from pipeline.reports.rounding import rounded
from pipeline.store import CallFilter, Store

UNREVIEWED = "unreviewed"
"""No person has looked at a machine finding yet."""

EVIDENCE = Struct(
    (
        text("role"),
        number("start"),
        number("end"),
        text("quote", 40),
        text("phrase", 20),
        text("how"),
        number("confidence"),
    )
)

FIELDS: tuple[Field, ...] = (
    text("call_id", 24),
    text("agent_id"),
    text("criterion", 24),
    text("title", 24),
    text("severity", 9),
    text("outcome", 14),
    number("points", 8),
    Field("evidence", ListOf(EVIDENCE), 60),
    text("review"),
    text("reason", 40),
)


def evidence(item: Evidence) -> Record:
    return {
        "role": item.role.value if item.role else None,
        "start": rounded(item.span.start),
        "end": rounded(item.span.end),
        "quote": item.quote,
        "phrase": item.phrase,
        "how": item.how.value if item.how else None,
        "confidence": rounded(item.confidence, 4),
    }


def record(inspection: Inspection, finding: Finding) -> Record:
    call = inspection.recording.call
    return {
        "call_id": call.call_id,
        "agent_id": call.agent_id,
        "criterion": finding.criterion,
        "title": finding.title,
        "severity": finding.severity.value if finding.severity else None,
        "outcome": finding.outcome.value,
        "points": rounded(finding.points, 2),
        "evidence": [evidence(item) for item in finding.evidence],
        "review": UNREVIEWED,
        "reason": finding.reason,
    }


def records(store: Store, wanted: CallFilter) -> Iterator[Record]:
    for inspection in store.inspections(wanted, transcripts=False):
        for finding in inspection.scorecard.findings if inspection.scorecard else ():
            yield record(inspection, finding)
