"""Trims speech to where it is heard.

Voice activity models hold on for 0.2 to 0.3 s after the last sound of a turn, which would make every rate 6
to 8 % too slow, every answer too early, and smooth changes of speakers look like overlaps.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import SAMPLE_RATE_HZ, Role, Sound, Span, clip, merge
from pipeline.measures.catalogue import Sounds

Speech = Mapping[Role, tuple[Span, ...]]
"""Where each party talks."""

FRAME_S = 0.01
MOST_TRIMMED_S = 0.5
"""At either end: more is not the inertia of a detector, but speech that is not understood here."""

FAINT_DB = 30.0
"""Sound this far below the party's loud frames (90th percentile) is no longer heard as speech."""

ABOVE_NOISE_DB = 4.5
"""Speech stands out of the noise (median) by this much."""

LEAST_CONTRAST_DB = 12.0
"""Where loud speech stands out by less, its quiet syllables drown in the noise: nothing is trimmed."""

LEAST_NOISE_S = 1.0
"""With less sound between the speech the noise is not known."""

INNER_PAUSE_S = 0.6
"""Only the ends of stretches without longer pauses are trimmed: pauses between phrases end no turn."""

SMOOTHED_FRAMES = 3
BLOCK_FRAMES = 60_000
"""Frames looked at in one go (10 minutes)."""


def trimmed(
    speech: Speech, sounds: Sounds, *, duration: float, tones: tuple[Span, ...] = (), mono: bool = False
) -> Speech:
    """The same speech with its quiet ends cut off, sorted and disjoint; whole for a party without sound.

    Args:
        duration: seconds of audio.
        tones: where music or a tone plays, which is no noise of the line.
        mono: both parties share a channel, so that the other one's speech is no noise either.
    """
    whole = Span(0.0, duration)
    spoken = {role: merge(clip(spans, whole)) for role, spans in speech.items()}
    return {
        role: _heard(spans, sounds.get(role), (*tones, *(spoken.get(role.other, ()) if mono else ())))
        for role, spans in spoken.items()
    }


def _heard(spans: tuple[Span, ...], sound: Sound | None, others: tuple[Span, ...]) -> tuple[Span, ...]:
    """``spans`` without their quiet ends; ``others`` is sound that is neither theirs nor noise."""
    if sound is None or not spans:
        return spans
    level = level_db(sound)
    spoken = frames_in(len(level), spans)
    busy = frames_in(len(level), others)
    heard = level > _threshold_db(level[spoken], level[~(spoken | busy)])
    stretches = merge(spans, gap=INNER_PAUSE_S)
    return merge(chain.from_iterable(_trim(stretch, spans, heard) for stretch in stretches))


def level_db(sound: Sound) -> NDArray[np.float32]:
    """Level of each frame of 10 ms, smoothed over three, shape (frames,)."""
    step = round(FRAME_S * SAMPLE_RATE_HZ)
    power = np.empty(len(sound) // step, np.float32)
    for first in range(0, len(power), BLOCK_FRAMES):
        last = min(first + BLOCK_FRAMES, len(power))
        frames = np.asarray(sound[first * step : last * step], np.float32).reshape(-1, step)
        power[first:last] = np.einsum("ij,ij->i", frames, frames) / step
    if len(power) >= SMOOTHED_FRAMES:
        power = np.convolve(power, np.full(SMOOTHED_FRAMES, 1 / SMOOTHED_FRAMES, np.float32), "same")
    return np.asarray(10 * np.log10(power + 1e-10), np.float32)


def _threshold_db(spoken: NDArray[np.float32], quiet: NDArray[np.float32]) -> float:
    """The level from which speech is heard; minus infinity where levels cannot tell."""
    if not spoken.size:
        return -np.inf
    loud = float(np.percentile(spoken, 90))
    if len(quiet) * FRAME_S < LEAST_NOISE_S:
        return loud - FAINT_DB
    noise = float(np.median(quiet))
    if loud - noise < LEAST_CONTRAST_DB:
        return -np.inf
    return max(loud - FAINT_DB, noise + ABOVE_NOISE_DB)


def frames_in(length: int, spans: tuple[Span, ...]) -> NDArray[np.bool_]:
    """Which of ``length`` frames of 10 ms lie in ``spans``, shape (length,)."""
    mask = np.zeros(length, np.bool_)
    for span in spans:
        mask[round(span.start / FRAME_S) : round(span.end / FRAME_S)] = True
    return mask


def _trim(stretch: Span, spans: tuple[Span, ...], heard: NDArray[np.bool_]) -> tuple[Span, ...]:
    """The parts of ``spans`` inside ``stretch``, without its quiet ends."""
    first = round(stretch.start / FRAME_S)
    loud = np.flatnonzero(heard[first : round(stretch.end / FRAME_S)])
    if loud.size:
        start = min(stretch.start + float(loud[0]) * FRAME_S, stretch.start + MOST_TRIMMED_S)
        end = max((first + float(loud[-1]) + 1) * FRAME_S, stretch.end - MOST_TRIMMED_S)
        if start < end:
            stretch = Span(start, min(end, stretch.end))
    return clip(spans, stretch)
