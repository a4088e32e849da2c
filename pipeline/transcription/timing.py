"""Times of characters, where the recogniser gives none: speech is assumed to be even over the voiced time."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.domain import Span, Word, clip


def spread(text: str, span: Span, voiced: Sequence[Span], *, probability: float) -> tuple[Word, ...]:
    """One Word per spoken character of ``text``, laid evenly over the voiced part of ``span``.

    Punctuation and spaces take no time and belong to no word. Runs of Latin letters stay one word.
    """
    units = _units(text)
    weight = sum(len(unit) for unit in units)
    if not weight:
        return ()
    lane = clip(voiced, span) or (span,)
    length = sum(s.duration for s in lane)
    out, done = [], 0
    for unit in units:
        start, end = _at(lane, length * done / weight), _at(lane, length * (done + len(unit)) / weight)
        out.append(Word(text=unit, span=Span(start, max(start, end)), probability=probability))
        done += len(unit)
    return tuple(out)


def _units(text: str) -> list[str]:
    units: list[str] = []
    glued = False
    for char in text:
        if not char.isalnum():
            glued = False
        elif glued and char.isascii() and char.isalpha():
            units[-1] += char
        else:
            units.append(char)
            glued = char.isascii() and char.isalpha()
    return units


def _at(lane: Sequence[Span], offset: float) -> float:
    """The moment reached after ``offset`` seconds of speech."""
    for span in lane:
        if offset <= span.duration:
            return span.start + offset
        offset -= span.duration
    return lane[-1].end
