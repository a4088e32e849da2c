"""The measures of a call as small figures: number, unit, and how long the bar is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.domain import Inspection, Measurement, Measures

TALK = ("speech_agent", "speech_customer", "silence_total", "hold_total")
"""What the time of a call went to; these make one bar."""
SCALES = {
    "characters/min": (0.0, 500.0),
    "LUFS": (-50.0, 0.0),
    "semitones": (0.0, 24.0),
    "0..1": (0.0, 1.0),
    "count": (0.0, 10.0),
}
"""Smallest and largest value of a bar, by unit: what telephone calls come to."""


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    value: float | None
    unit: str
    share: float | None
    """Length of the bar, 0..1; None where there is none to draw."""
    places: int
    """How many places in the call it was taken from."""
    first: float | None
    """Seconds at which the first of them begins."""


@dataclass(frozen=True, slots=True)
class TalkPart:
    """A piece of the bar that shows where the time went."""

    name: str
    seconds: float
    start: float
    """Left end and width as shares (0..1) of the bar."""
    width: float


def figures(inspection: Inspection, order: Sequence[str]) -> tuple[Figure, ...]:
    """All measures in this order, unknown ones last."""
    place = {name: index for index, name in enumerate(order)}
    items = sorted(inspection.measures, key=lambda m: place.get(m.name, len(place)))
    return tuple(_figure(item, inspection.duration or 0.0) for item in items)


def _figure(item: Measurement, duration: float) -> Figure:
    low, high = SCALES.get(item.unit, (0.0, duration if item.unit == "s" else 0.0))
    share = None
    if item.value is not None and high > low:
        share = min(1.0, max(0.0, (item.value - low) / (high - low)))
    first = item.spans[0].start if item.spans else None
    return Figure(item.name, item.value, item.unit, share, len(item.spans), first)


def talk_bar(measures: Measures, duration: float | None) -> tuple[TalkPart, ...]:
    """Where the time went, without empty parts. Both may talk at once, so the whole is their sum
    or the call, whichever is longer."""
    known = [(name, value) for name in TALK if (value := measures.value(name))]
    whole = max(duration or 0.0, sum(value for _, value in known))
    parts: list[TalkPart] = []
    at = 0.0
    for name, seconds in known:
        parts.append(TalkPart(name, seconds, at / whole, seconds / whole))
        at += seconds
    return tuple(parts)
