"""What is drawn behind and on the waveform, as plain numbers for the script that draws it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.domain import Inspection, Outcome, Role, Span
from pipeline.messages import Message, Text
from pipeline.web.call.places import WHOLE_SHARE
from pipeline.web.call.sheet import Entry, FindingStanding, ReviewSheet
from pipeline.web.call.weight import OPEN_OUTCOMES, WeakHit
from pipeline.web.lanes import speech_of
from pipeline.web.sanitise import sanitise

_BANDS = (("hold", "hold_total"), ("silence", "silence_total"), ("overlap", "overlap_total"))


@dataclass(frozen=True, slots=True)
class DrawnMark:
    """A place of a finding on the waveform."""

    criterion: str
    place: int
    """Its number among the places of the finding, from 0."""
    at: tuple[float, float]
    lane: str
    """``agent``, ``customer`` or ``both``."""
    severity: str
    """A letter, or ``none``."""
    outcome: Outcome
    standing: FindingStanding
    title: str
    why: Text | None = None
    """Why it takes no points; None where it does, or where nobody suspects anything."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn behind and on the waveform; places are ``(start, end)`` in seconds, to centiseconds."""

    duration: float
    speech: Mapping[str, tuple[tuple[float, float], ...]]
    """Party -> when they speak."""
    bands: Mapping[str, tuple[tuple[float, float], ...]]
    """``hold``, ``silence``, ``overlap`` -> when."""
    marks: tuple[DrawnMark, ...]


def drawing(inspection: Inspection, sheet: ReviewSheet, weak: Iterable[WeakHit] = ()) -> Drawing:
    """
    Args:
        weak: phrases that take no points, of which some stand beside what counts.
    """
    beside = tuple(weak)
    places = {m.name: m.spans for m in inspection.measures}
    speech = {role.value: _numbers(spans) for role, spans in speech_of(inspection).items()}
    duration = inspection.duration or 0.0
    return Drawing(
        duration=duration,
        speech=speech,
        bands={name: _numbers(places.get(measure, ())) for name, measure in _BANDS},
        marks=tuple(mark for entry in sheet.entries for mark in _marks(entry, duration, beside)),
    )


def _marks(entry: Entry, duration: float, weak: Iterable[WeakHit]) -> Iterable[DrawnMark]:
    finding = entry.finding
    places: list[tuple[Span, Role | None, bool, Message | None]]
    proof = entry.places if finding.outcome in OPEN_OUTCOMES else ()  # else it shows that all is well there
    places = [(e.span, e.role, False, entry.why_not) for e in proof]
    places += [(a.span, a.role, True, None) for a in entry.additions]
    places += [
        (w.hit.span, w.hit.role, False, w.why) for w in weak if w.beside and w.criterion == finding.criterion
    ]
    for number, (span, role, added, why) in enumerate(places):
        if not added and span.duration > WHOLE_SHARE * duration:  # about the whole call: no mark can show it
            continue
        yield DrawnMark(
            criterion=finding.criterion,
            place=number,
            at=_numbers([span])[0],
            lane=role.value if role in (Role.AGENT, Role.CUSTOMER) else "both",
            severity=finding.severity or "none",
            outcome=finding.outcome,
            standing=entry.standing,
            title=sanitise(finding.title),
            why=why,
        )


def _numbers(spans: Iterable[Span]) -> tuple[tuple[float, float], ...]:
    return tuple((round(s.start, 2), round(s.end, 2)) for s in spans)
