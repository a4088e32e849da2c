"""Trims speech to where it is heard.

Voice activity models hold on for 0.2 to 0.3 s after the last sound of a turn, which would make every rate 6
to 8 % too slow, every answer too early, and smooth changes of speakers look like overlaps.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import SAMPLE_RATE_HZ, Role, Span, merge
from pipeline.measures.measured import PARTIES
from pipeline.measures.scene import Scene

FRAME_S = 0.01
MOST_TRIMMED_S = 0.5
"""At either end: more is not the inertia of a detector, but speech that is not understood here."""

FAINT_DB = 30.0
"""Sound this far below the party's loud frames (90th percentile) is no longer heard as speech."""

ABOVE_NOISE_DB = 6.0
"""Speech stands out of the noise by this much, or by half the way to the loud frames where that is less."""

LEAST_CONTRAST_DB = 5.0
"""Speech that stands out by less cannot be told from the noise by its level: nothing is trimmed."""

SMOOTHED_FRAMES = 3


def trimmed(scene: Scene) -> Scene:
    """The same scene with the quiet ends of its speech cut off; unchanged for a party without sound."""
    return replace(scene, speech={role: _heard(scene, role) for role in PARTIES})


def _heard(scene: Scene, role: Role) -> tuple[Span, ...]:
    spans, sound = scene.spoken(role), scene.sound.get(role)
    if sound is None or not spans:
        return spans
    level = _level_db(sound)
    threshold = _threshold_db(level, spans, scene.spoken(role.other) if scene.mono else ())
    return merge(_trim(span, level > threshold) for span in spans)


def _level_db(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Level of each frame of 10 ms, smoothed over three, shape (frames,)."""
    step = round(FRAME_S * SAMPLE_RATE_HZ)
    frames = sound[: len(sound) // step * step].reshape(-1, step)
    power = np.einsum("ij,ij->i", frames, frames) / step
    if len(power) >= SMOOTHED_FRAMES:
        power = np.convolve(power, np.full(SMOOTHED_FRAMES, 1 / SMOOTHED_FRAMES, np.float32), "same")
    return np.asarray(10 * np.log10(power + 1e-10), np.float32)


def _threshold_db(level: NDArray[np.float32], spans: tuple[Span, ...], others: tuple[Span, ...]) -> float:
    spoken = _mask(len(level), spans)
    quiet = level[~(spoken | _mask(len(level), others))]
    if not spoken.any():
        return -np.inf
    loud = float(np.percentile(level[spoken], 90))
    noise = float(np.percentile(quiet if len(quiet) >= 1 / FRAME_S else level, 25))
    if loud - noise < LEAST_CONTRAST_DB:
        return -np.inf
    return max(loud - FAINT_DB, min(noise + ABOVE_NOISE_DB, (noise + loud) / 2))


def _mask(length: int, spans: tuple[Span, ...]) -> NDArray[np.bool_]:
    mask = np.zeros(length, np.bool_)
    for span in spans:
        mask[round(span.start / FRAME_S) : round(span.end / FRAME_S)] = True
    return mask


def _trim(span: Span, heard: NDArray[np.bool_]) -> Span:
    first = round(span.start / FRAME_S)
    loud = np.flatnonzero(heard[first : round(span.end / FRAME_S)])
    if not loud.size:
        return span
    start = span.start + loud[0] * FRAME_S
    end = (first + loud[-1] + 1) * FRAME_S
    start = float(min(start, span.start + MOST_TRIMMED_S))
    end = float(min(max(end, span.end - MOST_TRIMMED_S), span.end))
    return Span(start, end) if end > start else span
