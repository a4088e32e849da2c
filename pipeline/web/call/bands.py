"""What is drawn behind and on the waveform, as plain numbers for the script that draws it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pipeline.domain import Inspection, Role, Span
from pipeline.web.call.places import WHOLE_SHARE
from pipeline.web.call.sheet import Entry, Sheet
from pipeline.web.sanitise import sanitise

_BANDS = (("hold", "hold_total"), ("silence", "silence_total"), ("overlap", "overlap_total"))


def drawing(inspection: Inspection, sheet: Sheet) -> dict[str, Any]:
    """Spans as ``[start, end]`` in seconds, rounded to centiseconds: speech of each party, bands, marks."""
    places = {m.name: m.spans for m in inspection.measures}
    speech = {
        role.value: _numbers(
            places.get(f"speech_{role.value}") or [u.span for u in inspection.transcript.by(role)]
        )
        for role in (Role.AGENT, Role.CUSTOMER)
    }
    return {
        "duration": inspection.duration or 0.0,
        "speech": speech,
        "bands": {name: _numbers(places.get(measure, ())) for name, measure in _BANDS},
        "marks": [mark for entry in sheet.entries for mark in _marks(entry, inspection.duration or 0.0)],
    }


def _marks(entry: Entry, duration: float) -> Iterable[dict[str, Any]]:
    finding = entry.finding
    places = [(e.span, e.role, False) for e in entry.places] + [
        (a.span, a.role, True) for a in entry.additions
    ]
    for number, (span, role, added) in enumerate(places):
        if not added and span.duration > WHOLE_SHARE * duration:  # about the whole call: no mark can show it
            continue
        yield {
            "criterion": finding.criterion,
            "place": number,
            "at": _numbers([span])[0],
            "lane": role.value if role in (Role.AGENT, Role.CUSTOMER) else "both",
            "severity": finding.severity or "none",
            "outcome": finding.outcome.value,
            "standing": entry.standing.value,
            "title": sanitise(finding.title),
        }


def _numbers(spans: Iterable[Span]) -> list[list[float]]:
    return [[round(s.start, 2), round(s.end, 2)] for s in spans]
