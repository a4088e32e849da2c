"""One call as one JSON object: what ``show --json`` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.domain import Case, FindingVerdict, Inspection, Scorecard
from pipeline.reports.fields import Record, rounded, sentence
from pipeline.reports.kinds import calls, findings, hits, transcripts
from pipeline.review.effective import Effective


def whole_call(
    inspection: Inspection,
    *,
    case: Case | None = None,
    said: Mapping[str, FindingVerdict] | None = None,
    now: Effective | None = None,
    files: Sequence[Sequence[Path]] = (),
) -> Record:
    """The ``calls`` record with everything that belongs to the call inside it.

    ``case``, ``said`` (criterion -> verdict) and ``now``: what people made of it. ``files``: where copies of
    its sound lie.
    """
    call_id = inspection.recording.call.call_id
    card = inspection.scorecard
    return {
        **calls.record(inspection, case, now=now, files=files),
        "layout": inspection.layout,
        "utterances": transcripts.record(inspection)["utterances"],
        "hits": [{**hits.record(call_id, hit), "kind": hit.kind.value} for hit in inspection.hits],
        "evidence_of_measures": {
            m.name: [[rounded(span.start), rounded(span.end)] for span in m.spans]
            for m in inspection.measures
            if m.spans
        },
        "findings": list(findings.of_call(inspection, said or {})),
        "scorecard": None if card is None else _scorecard(card, inspection, final=case is None or case.final),
    }


def _scorecard(card: Scorecard, inspection: Inspection, *, final: bool) -> Record:
    """The machine's own sheet; it says nothing of passing while people may still change that."""
    return {
        "score": rounded(card.score, 2),
        "passed": card.passed if final else None,
        "fatal": card.fatal,
        "alerts": list(card.alerts),
        "not_applicable": sentence(card.not_applicable),
        "sections": [
            {"title": s.title, "points": rounded(s.points, 2), "maximum": rounded(s.maximum, 2)}
            for s in card.sections
        ],
        "ledger": [
            {
                "criterion": entry.criterion,
                "title": sentence(entry.title),
                "points": rounded(entry.points, 2),
                "note": sentence(entry.note) or "",
                "evidence": [findings.evidence(item, inspection) for item in entry.evidence],
            }
            for entry in card.ledger
        ],
    }
