"""Stretches of time, and the few set operations every stage needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open stretch ``[start, end)`` in seconds from the start of the recording."""

    start: float
    end: float

    def __post_init__(self) -> None:
        if not self.end >= self.start:  # also catches NaN
            raise ValueError(f"a span cannot end before it starts: {self.start}..{self.end}")

    @property
    def duration(self) -> float:
        return self.end - self.start

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2

    def __contains__(self, time: float) -> bool:
        return self.start <= time < self.end

    def __and__(self, other: Span) -> Span | None:
        """The common part, or None where the two do not overlap."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Span(start, end) if end > start else None

    def __or__(self, other: Span) -> Span:
        """The smallest span that holds both."""
        return Span(min(self.start, other.start), max(self.end, other.end))

    def overlap(self, other: Span) -> float:
        """Seconds shared with another span; 0 where they do not meet."""
        return max(0.0, min(self.end, other.end) - max(self.start, other.start))

    def gap(self, other: Span) -> float:
        """Seconds between two spans; 0 where they touch or overlap."""
        return max(0.0, max(self.start, other.start) - min(self.end, other.end))

    def widened(self, before: float, after: float | None = None) -> Span:
        """This span with seconds added on each side, never before 0."""
        return Span(max(0.0, self.start - before), self.end + (before if after is None else after))

    def shifted(self, seconds: float) -> Span:
        return Span(self.start + seconds, self.end + seconds)


_PLACE = attrgetter("start", "end")
"""Sorts spans as they sort themselves, several times as fast."""


def merge(spans: Iterable[Span], *, gap: float = 0.0) -> tuple[Span, ...]:
    """Sorted union; spans at most ``gap`` seconds apart become one."""
    out: list[Span] = []
    for span in sorted(spans, key=_PLACE):
        if out and span.start - out[-1].end <= gap:
            out[-1] = out[-1] | span
        else:
            out.append(span)
    return tuple(out)


def intersect(left: Iterable[Span], right: Iterable[Span]) -> tuple[Span, ...]:
    """The time covered by both sets, as disjoint sorted spans."""
    a, b = merge(left), merge(right)
    out: list[Span] = []
    i = j = 0
    while i < len(a) and j < len(b):
        common = a[i] & b[j]
        if common is not None:
            out.append(common)
        if a[i].end <= b[j].end:
            i += 1
        else:
            j += 1
    return tuple(out)


def subtract(left: Iterable[Span], right: Iterable[Span]) -> tuple[Span, ...]:
    """The time covered by ``left`` and not by ``right``."""
    holes = merge(right)
    out: list[Span] = []
    for span in merge(left):
        start = span.start
        for hole in holes:
            if hole.end <= start:
                continue
            if hole.start >= span.end:
                break
            if hole.start > start:
                out.append(Span(start, hole.start))
            start = max(start, hole.end)
        if start < span.end:
            out.append(Span(start, span.end))
    return tuple(out)


def clock(seconds: float) -> str:
    """``1:23``, ``1:02:03``: the whole seconds that have passed, as a player shows them.

    Every place and every length that people read to the second is written by this, so that the same one never
    reads 0:43 here and 0:44 there.
    """
    minutes, rest = divmod(int(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def clip(spans: Iterable[Span], window: Span) -> tuple[Span, ...]:
    """The parts of ``spans`` inside ``window``."""
    return tuple(part for span in spans if (part := span & window) is not None)


def total(spans: Iterable[Span]) -> float:
    """Seconds covered, counting shared time once."""
    return sum(span.duration for span in merge(spans))


def covered(span: Span, by: Iterable[Span]) -> float:
    """The share (0..1) of ``span`` that ``by`` covers; 0 for an empty span."""
    return total(clip(by, span)) / span.duration if span.duration else 0.0
