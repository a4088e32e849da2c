"""Sound that is not speech: hold music, beeps, ringback, busy tone. Told from silence by its level
and from noise by its spectrum."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Sound, Span, merge, subtract, total
from pipeline.speech.levels import FRAME, blocks_of, frames_of, level_db, noise_floor_db, rows_at, spans_of

_ABOVE_FLOOR_DB = 15.0
_AUDIBLE_DB = -50.0
_HIGHEST_FLOOR_DB = -60.0
"""Above this the quietest tenth is noise, or music that plays from beginning to end: the spectrum tells."""
_LOWEST_BIN, _HIGHEST_BIN = 9, 110
"""280 to 3440 Hz: what a telephone carries."""
_ON_THE_LINE = 0.1
"""Least share of a frame's power in that band; mains hum has less."""
_TONAL_BINS = 8
_TONAL_SHARE = 0.7
"""Share of that power in its strongest _TONAL_BINS bins: music 0.75 to 1, tones 1, noise 0.2 to 0.4."""
_FRAMES_OF_THE_USUAL = 400
_UNUSUAL_SHARE = 0.35
"""The same share relative to the line's median spectrum: a hum that never changes looks like noise then
(0.14, the largest of as many exponential values), music that never stops does not."""
_SHORTEST_EVENT_SECONDS = 0.15
_BRIDGED_SECONDS = 0.1
_NEAR_SPEECH_SECONDS = 0.35
"""Breath and the edges of words are not tones."""
_MUSIC_GAP_SECONDS = 1.3
"""The detector takes a note for a voice now and then: half a second, with the edges."""
_BEEP_GAP_SECONDS = 7.0
"""Hold beeps come every 5 s or so; ringback in China sounds 1 s in 5 (YD/T 1035)."""
_SHORTEST_MUSIC_SECONDS = 2.0
_LEAST_BEEPS = 3
_SAME_LENGTH_SECONDS = 0.15


def find_hold_sounds(samples: Sound, speech: Sequence[Span]) -> tuple[Span, ...]:
    """Where music or repeated tones play on a channel on which ``speech`` was found.

    Dense sound of 2 s and more is music; three and more tones of the same length at most 7 s apart are
    beeps, and the pauses between them belong to them.
    """
    levels = level_db(samples)
    floor = min(noise_floor_db(levels), _HIGHEST_FLOOR_DB)
    near_speech = merge(span.widened(_NEAR_SPEECH_SECONDS) for span in speech)
    asked = (levels > max(floor + _ABOVE_FLOOR_DB, _AUDIBLE_DB)) & ~frames_of(near_speech, len(levels))
    sounding = merge(spans_of(_tonal(samples, asked)), gap=_BRIDGED_SECONDS)
    events = [s for s in subtract(sounding, near_speech) if s.duration >= _SHORTEST_EVENT_SECONDS]
    music = [
        run
        for run in merge(events, gap=_MUSIC_GAP_SECONDS)
        if run.duration >= _SHORTEST_MUSIC_SECONDS and total(events_in(run, events)) >= 0.6 * run.duration
    ]
    return merge([*music, *_beeps(events)], gap=_MUSIC_GAP_SECONDS)


def _tonal(samples: Sound, asked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The frames among ``asked`` whose power stands in a few narrow lines that are not always there."""
    out = np.zeros(len(asked), dtype=bool)
    if not asked.any():
        return out
    some = np.arange(0, len(asked), max(1, len(asked) // _FRAMES_OF_THE_USUAL))
    usual = np.median(_spectrum(samples, some)[:, _LOWEST_BIN:_HIGHEST_BIN], axis=0).astype(np.float32) + 1e-9
    for block in blocks_of(np.flatnonzero(asked)):
        power = _spectrum(samples, block)
        line = power[:, _LOWEST_BIN:_HIGHEST_BIN]
        on_the_line = line.sum(axis=1) > _ON_THE_LINE * power.sum(axis=1)
        out[block] = on_the_line & (_peaked(line) > _TONAL_SHARE) & (_peaked(line / usual) > _UNUSUAL_SHARE)
    return out


def _spectrum(samples: Sound, frames: NDArray[np.int64]) -> NDArray[np.float32]:
    """Power per frame and bin."""
    rows = rows_at(samples, frames) * np.hanning(FRAME).astype(np.float32)
    return np.asarray(np.square(np.abs(np.fft.rfft(rows, axis=1))), dtype=np.float32)


def _peaked(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Share of each frame's power in its strongest bins."""
    strongest = np.partition(power, -_TONAL_BINS, axis=1)[:, -_TONAL_BINS:].sum(axis=1)
    return np.asarray(strongest / np.maximum(power.sum(axis=1), 1e-12))


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
