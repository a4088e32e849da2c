"""Sound that is not speech: hold music, beeps, ringback, busy tone. Told from silence and from noise by its
level."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Span, merge, subtract, total
from pipeline.speech.levels import FRAME, framed, level_db, noise_floor_db, spans_of

_ABOVE_FLOOR_DB = 15.0
_AUDIBLE_DB = -50.0
_HIGHEST_FLOOR_DB = -45.0
"""Above this the quietest tenth is noise, or music that plays from beginning to end: the spectrum tells."""
_TONAL_BINS = 8
_TONAL_SHARE = 0.35
"""Share of a frame's power, relative to the channel's median spectrum, in its strongest _TONAL_BINS of 257
bins: noise of any colour 0.14 (the largest of as many exponential values), music and tones 0.4 to 1."""
_FRAMES_OF_THE_USUAL = 400
_SHORTEST_EVENT_SECONDS = 0.15
_NEAR_SPEECH_SECONDS = 0.35
"""Breath and the edges of words are not tones."""
_MUSIC_GAP_SECONDS = 1.0
_BEEP_GAP_SECONDS = 7.0
"""Hold beeps come every 5 s or so; ringback in China sounds 1 s in 5 (YD/T 1035)."""
_SHORTEST_MUSIC_SECONDS = 2.0
_LEAST_BEEPS = 3
_SAME_LENGTH_SECONDS = 0.15


def find_hold_sounds(samples: NDArray[np.float32], speech: Sequence[Span]) -> tuple[Span, ...]:
    """Where music or repeated tones play on a channel (1-D float32, 16 kHz) on which ``speech`` was found.

    Dense sound of 2 s and more is music; three and more tones of the same length at most 7 s apart are
    beeps, and the pauses between them belong to them.
    """
    levels = level_db(samples)
    floor = noise_floor_db(levels)
    loud = levels > max(floor + _ABOVE_FLOOR_DB, _AUDIBLE_DB)
    if floor > _HIGHEST_FLOOR_DB:
        steady = (levels > _HIGHEST_FLOOR_DB + _ABOVE_FLOOR_DB) & ~loud
        loud |= steady & _tonal(samples, steady)
    events_everywhere = spans_of(loud)
    near_speech = [span.widened(_NEAR_SPEECH_SECONDS) for span in speech]
    events = [
        s
        for s in subtract(merge(events_everywhere, gap=0.1), near_speech)
        if s.duration >= _SHORTEST_EVENT_SECONDS
    ]
    music = [
        run
        for run in merge(events, gap=_MUSIC_GAP_SECONDS)
        if run.duration >= _SHORTEST_MUSIC_SECONDS and total(events_in(run, events)) >= 0.6 * run.duration
    ]
    return merge([*music, *_beeps(events)], gap=_MUSIC_GAP_SECONDS)


def _tonal(samples: NDArray[np.float32], asked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The frames among ``asked`` whose power stands in a few narrow lines."""
    out = np.zeros(len(asked), dtype=bool)
    if asked.any():
        power = _power(framed(samples)[asked])
        usual = np.median(_power(framed(samples)[:: max(1, len(asked) // _FRAMES_OF_THE_USUAL)]), axis=0)
        power /= np.maximum(usual, 1e-9)
        strongest = np.partition(power, -_TONAL_BINS, axis=1)[:, -_TONAL_BINS:].sum(axis=1)
        out[asked] = strongest > _TONAL_SHARE * np.maximum(power.sum(axis=1), 1e-12)
    return out


def _power(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    spectrum = np.fft.rfft(rows * np.hanning(FRAME).astype(np.float32), axis=1)
    return np.asarray(np.square(np.abs(spectrum)), dtype=np.float32)


def events_in(run: Span, events: Sequence[Span]) -> list[Span]:
    return [e for e in events if e.overlap(run) > 0]


def _beeps(events: Sequence[Span]) -> list[Span]:
    """Series of tones of one length."""
    out: list[Span] = []
    series: list[Span] = []
    for event in [*events, None]:
        goes_on = (
            event is not None
            and bool(series)
            and event.start - series[-1].end <= _BEEP_GAP_SECONDS
            and abs(event.duration - series[-1].duration) <= _SAME_LENGTH_SECONDS
        )
        if not goes_on:
            if len(series) >= _LEAST_BEEPS:
                out.append(series[0] | series[-1])
            series = []
        if event is not None:
            series.append(event)
    return out
