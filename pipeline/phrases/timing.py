"""When each character of an utterance was spoken."""

from __future__ import annotations

from pipeline.domain import Span, Utterance


def character_times(utterance: Utterance) -> tuple[Span, ...]:
    """One span per character of ``utterance.text``: from its words where they say so, else evenly between
    what is known."""
    text = utterance.text
    known: dict[int, Span] = {}
    at = 0
    for word in utterance.words:
        letters = [c for c in word.text if c.isalnum()]
        step = word.span.duration / max(len(letters), 1)
        for k, letter in enumerate(letters):
            found = text.find(letter, at, at + 12)
            if found >= 0:
                known[found] = Span(word.span.start + k * step, word.span.start + (k + 1) * step)
                at = found + 1
    if not known:
        spoken = [i for i, c in enumerate(text) if c.isalnum()]
        step = utterance.span.duration / max(len(spoken), 1)
        known = {
            i: Span(utterance.span.start + k * step, utterance.span.start + (k + 1) * step)
            for k, i in enumerate(spoken)
        }
    out: list[Span] = []
    last = utterance.span.start
    following = _next_starts(text, known, utterance.span.end)
    for i in range(len(text)):
        span = known.get(i)
        if span is None:
            span = Span(last, max(last, following[i]))
        out.append(span)
        last = span.end if i in known else last
    return tuple(out)


def _next_starts(text: str, known: dict[int, Span], end: float) -> list[float]:
    out = [end] * len(text)
    nearest = end
    for i in range(len(text) - 1, -1, -1):
        if i in known:
            nearest = known[i].start
        out[i] = nearest
    return out
