"""Log mel energies as Kaldi computes them: what speaker networks are trained on.

Povey window of 25 ms, pre-emphasis 0.97, 80 triangles from 20 Hz to 8 kHz on the mel scale
1127 ln(1 + f / 700), power spectrum of 512 points (Kaldi's ``feature-fbank.cc``, default options, no dither).
Kaldi takes a window every 10 ms; here it is 12.5: a fifth less to compute, and voices stay as far apart.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import SAMPLE_RATE_HZ

BANDS = 80
HOP = 200
WINDOW = 400
_POINTS = 512
_LOWEST_HZ = 20.0
_PREEMPHASIS = 0.97
_CHUNK = 2048
"""Frames taken at once: keeps memory small on long calls."""


def fbank(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log mel energies, shape (frames, 80), of samples in -1..1 at 16 kHz; only whole windows count."""
    if samples.size < WINDOW:
        return np.empty((0, BANDS), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    parts = [_energies(frames[start : start + _CHUNK]) for start in range(0, len(frames), _CHUNK)]
    return np.concatenate(parts)


def _energies(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    centred = frames - frames.mean(axis=1, keepdims=True)
    emphasised = np.empty_like(centred)
    emphasised[:, 1:] = centred[:, 1:] - _PREEMPHASIS * centred[:, :-1]
    emphasised[:, 0] = centred[:, 0] * (1 - _PREEMPHASIS)
    spectrum = np.fft.rfft(emphasised * _window(), _POINTS)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    mel = power[:, :-1] @ _triangles()
    logs: NDArray[np.float32] = np.log(np.maximum(mel, np.finfo(np.float32).eps))
    return logs


@cache
def _window() -> NDArray[np.float32]:
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / (WINDOW - 1))
    return (hann**0.85).astype(np.float32)


@cache
def _triangles() -> NDArray[np.float32]:
    """Weights of the bands, shape (256, 80); triangles are straight on the mel scale, as in Kaldi."""
    edges = np.linspace(_mel(_LOWEST_HZ), _mel(SAMPLE_RATE_HZ / 2), BANDS + 2)
    bins = _mel(np.arange(_POINTS // 2) * SAMPLE_RATE_HZ / _POINTS)[:, None]
    left, middle, right = edges[:-2], edges[1:-1], edges[2:]
    rise, fall = (bins - left) / (middle - left), (right - bins) / (right - middle)
    return np.maximum(0.0, np.minimum(rise, fall)).astype(np.float32)


def _mel(hertz: float | NDArray[np.float64]) -> NDArray[np.float64]:
    return 1127.0 * np.log(1.0 + np.asarray(hertz) / 700.0)
