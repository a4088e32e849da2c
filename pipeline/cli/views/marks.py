"""Where in an utterance the spotted phrases stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from pipeline.domain import PhraseHit, PhraseKind, Utterance

STYLES = {
    PhraseKind.FORBIDDEN: "bold red",
    PhraseKind.REQUIRED: "green",
    PhraseKind.ESCALATION: "bold magenta",
    PhraseKind.PRAISE: "cyan",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters ``[start, end)`` of an utterance's text that a hit stands on."""

    start: int
    end: int
    kind: PhraseKind


def marks(utterance: Utterance, hits: Sequence[PhraseHit]) -> tuple[Mark, ...]:
    """Non-overlapping marks in order; of two that overlap the graver kind stays (the order of STYLES)."""
    graver = {kind: rank for rank, kind in enumerate(STYLES)}
    chosen: list[Mark] = []
    for hit in sorted(hits, key=lambda h: (graver[h.kind], h.span)):
        found = _find(utterance, hit)
        if found and all(found[1] <= m.start or found[0] >= m.end for m in chosen):
            chosen.append(Mark(*found, hit.kind))
    return tuple(sorted(chosen, key=lambda m: m.start))


def marked(utterance: Utterance, hits: Sequence[PhraseHit]) -> Text:
    """The utterance with coloured phrases, in brackets as well: colours do not survive a pipe."""
    out, at = Text(), 0
    for mark in marks(utterance, hits):
        out.append(utterance.text[at : mark.start])
        out.append(f"【{utterance.text[mark.start : mark.end]}】", style=STYLES[mark.kind])
        at = mark.end
    out.append(utterance.text[at:])
    return out


def _find(utterance: Utterance, hit: PhraseHit) -> tuple[int, int] | None:
    """The place of the quote, punctuation ignored; of several places the one nearest in time."""
    positions = [i for i, c in enumerate(utterance.text) if c.isalnum()]
    plain = "".join(utterance.text[i] for i in positions)
    quote = "".join(c for c in hit.quote if c.isalnum())
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
    expected = (hit.span.start - utterance.span.start) / seconds * len(plain)
    best = min(places, key=lambda place: abs(place - expected))
    return positions[best], positions[best + len(quote) - 1] + 1
