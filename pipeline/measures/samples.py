"""The sound of one party's speech."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.conversation import Timeline
from pipeline.domain import SAMPLE_RATE_HZ, Role, Sound, Span, subtract


def speech_spans(timeline: Timeline, role: Role) -> tuple[Span, ...]:
    """Where ``role``, and in mono nobody else, is heard."""
    spans = timeline.spoken[role]
    return subtract(spans, timeline.spoken[role.other]) if timeline.mono else spans


def speech_samples(sound: Sound, spans: tuple[Span, ...]) -> NDArray[np.float32]:
    """The samples of ``spans`` one after the other, shape (samples,)."""
    if not spans:
        return np.empty(0, np.float32)
    places = [slice(round(s.start * SAMPLE_RATE_HZ), round(s.end * SAMPLE_RATE_HZ)) for s in spans]
    return np.concatenate([np.asarray(sound[place], np.float32) for place in places])


def thinned(spans: tuple[Span, ...], *, most_s: float, piece_s: float) -> tuple[Span, ...]:
    """At most ``most_s`` seconds of ``spans``: pieces of ``piece_s`` seconds, evenly spread over them."""
    whole = sum(span.duration for span in spans)
    if whole <= most_s:
        return spans
    count = int(most_s / piece_s)
    starts = [number * whole / count for number in range(count)]  # positions in the spans laid end to end
    pieces: list[Span] = []
    passed = 0.0
    for span in spans:
        inside = [span.start + start - passed for start in starts if passed <= start < passed + span.duration]
        pieces += [Span(start, min(start + piece_s, span.end)) for start in inside]
        passed += span.duration
    return tuple(pieces)
