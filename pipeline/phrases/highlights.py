"""Where in an utterance's text the spotted phrases stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.domain import PhraseHit, PhraseKind, Utterance

GRAVEST_FIRST = (PhraseKind.FORBIDDEN, PhraseKind.REQUIRED, PhraseKind.ESCALATION, PhraseKind.PRAISE)
"""Of two phrases in one place the first of these is shown; what only hints look for is not marked."""


@dataclass(frozen=True, slots=True)
class Highlight:
    """Characters ``[start, end)`` of an utterance's text that a hit stands on."""

    start: int
    end: int
    kind: PhraseKind


def highlights(utterance: Utterance, hits: Sequence[PhraseHit]) -> tuple[Highlight, ...]:
    """Non-overlapping highlights in order; of two that overlap the graver kind stays."""
    chosen: list[Highlight] = []
    marked = (hit for hit in hits if hit.kind in GRAVEST_FIRST)
    for hit in sorted(marked, key=lambda h: (GRAVEST_FIRST.index(h.kind), h.span)):
        found = place_of(utterance, hit.quote, hit.span.start)
        if found and all(found[1] <= m.start or found[0] >= m.end for m in chosen):
            chosen.append(Highlight(*found, hit.kind))
    return tuple(sorted(chosen, key=lambda m: m.start))


def place_of(utterance: Utterance, quote: str, start: float) -> tuple[int, int] | None:
    """Characters ``[start, end)`` of a quote, punctuation ignored; of several the one nearest in time."""
    positions = [i for i, c in enumerate(utterance.text) if c.isalnum()]
    plain = "".join(utterance.text[i] for i in positions)
    quote = "".join(c for c in quote if c.isalnum())
    if not quote:
        return None
    places: list[int] = []
    at = plain.find(quote)
    while at >= 0:
        places.append(at)
        at = plain.find(quote, at + 1)
    if not places:  # the phrase goes on in the next utterance
        for length in range(min(len(quote), len(plain)), 1, -1):
            if plain.endswith(quote[:length]):
                return positions[-length], positions[-1] + 1
        return None
    seconds = utterance.span.duration or 1.0
    expected = (start - utterance.span.start) / seconds * len(plain)
    best = min(places, key=lambda place: abs(place - expected))
    return positions[best], positions[best + len(quote) - 1] + 1
