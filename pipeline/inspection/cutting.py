"""Cutting a window and its words in two, where another voice goes on in it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from pipeline.domain import SAMPLE_RATE_HZ, Segment, Span, characters, clip
from pipeline.speech.announcements import time_at
from pipeline.transcription import SpeechWindow
from pipeline.transcription.segments import sounding, spread
from pipeline.transcription.windows import quietest_moment

Heard = tuple[SpeechWindow, Segment]
"""What was recognised, with the window that it was heard in."""

_PAUSE_NEAR, _QUIET_NEAR = 1.5, 0.6
"""Seconds around the place by the words where a pause, or else the quietest moment, is taken: the words of a
window are laid evenly over its speech."""
_MARKS = "，。？！；：、,.?!;: "


def cut_at_character(heard: Heard, at: int) -> tuple[Heard | None, Heard | None]:
    """The window up to a character of its text and from there on; None where nothing is left."""
    window, segment = heard
    if not characters(segment.text[:at]):
        return None, heard
    if not characters(segment.text[at:]):
        return heard, None
    return _cut(heard, at, _moment(window, time_at(segment, at)))


def cut_at_time(heard: Heard, seconds: float) -> tuple[Heard | None, Heard | None]:
    """The window before and after a moment between two stretches of its speech."""
    window, segment = heard
    if seconds <= window.voiced[0].start or not segment.words:
        return None, heard
    if seconds >= window.voiced[-1].end:
        return heard, None
    before = sum(word.span.middle < seconds for word in segment.words)
    if not before:
        return None, heard
    if before == len(segment.words):
        return heard, None
    return _cut(heard, _place(segment.text, before), seconds)


def _place(text: str, spoken: int) -> int:
    """Where in a text so many characters have been spoken; at a mark near by, where one stands."""
    exact = next(at for at in range(len(text) + 1) if characters(text[:at]) >= spoken)
    near = [at for at in range(max(1, exact - 3), min(len(text), exact + 4)) if text[at - 1] in _MARKS]
    return min(near, key=lambda at: abs(at - exact), default=exact)


def _moment(window: SpeechWindow, by_words: float) -> float:
    pauses = [(b.start - a.end, (a.end + b.start) / 2) for a, b in pairwise(window.voiced)]
    near = [pause for pause in pauses if abs(pause[1] - by_words) <= _PAUSE_NEAR]
    if near:
        return max(near)[1]
    start, end = window.voiced[0].start + 0.3, window.voiced[-1].end - 0.3
    around = Span(max(start, by_words - _QUIET_NEAR), max(start, min(end, by_words + _QUIET_NEAR)))
    if around.duration < 0.3:
        return min(max(by_words, start), max(start, end))
    offset = window.span.start
    return offset + quietest_moment(window.samples, around.shifted(-offset))


def _cut(heard: Heard, at: int, seconds: float) -> tuple[Heard | None, Heard | None]:
    window, segment = heard
    first = _part(heard, segment.text[:at].rstrip(_MARKS), Span(window.span.start, seconds))
    second = _part(heard, segment.text[at:], Span(seconds, window.span.end))
    if first is None or second is None:
        return (heard, None) if second is None else (None, heard)
    return first, second


def _part(heard: Heard, text: str, span: Span) -> Heard | None:
    window, segment = heard
    voiced = clip(window.voiced, span)
    if not voiced:
        return None
    offset = window.span.start
    first, last = (round((at - offset) * SAMPLE_RATE_HZ) for at in (span.start, span.end))
    whole = Span(voiced[0].start, voiced[-1].end)
    words = spread(text, whole, sounding(voiced), probability=segment.confidence)
    return (
        replace(window, samples=window.samples[first:last], span=span, voiced=voiced),
        replace(segment, text=text, span=whole, words=words),
    )
