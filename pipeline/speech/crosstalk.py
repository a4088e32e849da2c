"""Cross-talk: the other party leaking into a channel, at -20 to -35 dB on real lines.

At -30 dB the recogniser already writes the other party's words. A fixed level gate drops quiet people, so
the leak is measured instead: where only the other party talks, the transfer function from their channel into
this one is estimated (H = S_xy / S_xx, the Wiener solution), the predicted leak is subtracted, and stretches
in which little more than the leak remains are marked.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Span
from pipeline.speech.levels import FRAME, level_db, noise_floor_db, spans_of

_FFT = 2048
"""128 ms: longer than the delay of a telephone hybrid."""
_HOP = _FFT // 2
_BLOCK = 30 * _FFT
"""Samples filtered in one go (4 s): a multiple of the frame, so that levels per frame line up."""
_FAR_BELOW_DB = 9.0
"""Only frames in which this channel is so far below the other tell what leaks: its own party is silent
there."""
_LEAST_FRAMES = 12
_LEAST_COHERENCE = 0.35
"""Power-weighted mean of |S_xy|^2 / (S_xx S_yy); unrelated sound over 12 frames and more stays below 0.2."""
_RESIDUE_DB = 3.0
"""What remains after subtraction counts as the party's own voice from this far above the predicted leak."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """One channel without the other party."""

    samples: NDArray[np.float32]
    leak: tuple[Span, ...]
    """Where nothing but the other party's leak was heard."""
    leak_db: float | None
    """Level of the leak relative to its source; None where there is none."""


def remove_crosstalk(
    channels: Sequence[NDArray[np.float32]], *, in_place: bool = False
) -> tuple[Cleaned, ...]:
    """Clean each of two channels (1-D float32, 16 kHz, equal length) of the other.

    One channel alone comes back as it is. With ``in_place`` the arrays given are changed: an hour of a
    channel takes 230 MB, and nobody needs the leak any more.
    """
    if len(channels) != 2 or len(channels[0]) < 4 * _FFT:
        return tuple(Cleaned(c, (), None) for c in channels)
    left, right = channels
    from_right, from_left = _estimate(left, right), _estimate(right, left)
    if not in_place:
        left, right = left.copy(), right.copy()
    # The second subtraction hears a source already cleaned: what it lacks is a leak of a leak, 50 dB down.
    return _clean(left, right, from_right), _clean(right, left, from_left)


def _clean(
    own: NDArray[np.float32], other: NDArray[np.float32], transfer: NDArray[np.complex64] | None
) -> Cleaned:
    """Subtract what leaks from ``own``, in place."""
    if transfer is None:
        return Cleaned(own, (), None)
    leak_levels, leak_energy = [], 0.0
    for start, leak in _leaks(other, transfer):
        own[start : start + len(leak)] -= leak
        leak_levels.append(level_db(leak))
        leak_energy += float(np.dot(leak, leak))
    leak_level, rest, source = np.concatenate(leak_levels), level_db(own), level_db(other)
    floor = noise_floor_db(rest)
    only_leak = (
        (source > noise_floor_db(source) + _FAR_BELOW_DB)
        & (leak_level > floor - 6)
        & (rest < np.maximum(leak_level + _RESIDUE_DB, floor + 3))
    )
    gain = leak_energy / max(float(np.dot(other, other)), 1e-12)
    return Cleaned(own, spans_of(only_leak), round(10 * math.log10(max(gain, 1e-12)), 1))


def _frames(samples: NDArray[np.float32], starts: NDArray[np.int64]) -> NDArray[np.complex64]:
    window = np.hanning(_FFT).astype(np.float32)
    rows = samples[starts[:, None] + np.arange(_FFT)[None, :]] * window
    return np.asarray(np.fft.rfft(rows, axis=1), dtype=np.complex64)


def _estimate(own: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.complex64] | None:
    """Transfer function other -> own on _FFT // 2 + 1 bins, or None where nothing leaks."""
    count = len(own) // FRAME
    own_db, other_db = level_db(own)[:count], level_db(other)[:count]
    telling = (other_db > noise_floor_db(other_db) + 15) & (own_db < other_db - _FAR_BELOW_DB)
    per = _FFT // FRAME
    runs = np.convolve(telling, np.ones(per), "valid") > per - 0.5
    starts = np.flatnonzero(runs)[:: _HOP // FRAME] * FRAME
    if len(starts) < _LEAST_FRAMES:
        return None
    starts = starts[:: max(1, len(starts) // 600)]  # some forty seconds tell enough
    x, y = _frames(other, starts), _frames(own, starts)
    sxx = np.sum(np.abs(x) ** 2, axis=0) + 1e-12
    syy = np.sum(np.abs(y) ** 2, axis=0) + 1e-12
    sxy = np.sum(y * np.conj(x), axis=0)
    coherence = np.abs(sxy) ** 2 / (sxx * syy)
    if float(np.sum(coherence * syy) / np.sum(syy)) < _LEAST_COHERENCE:
        return None
    return np.asarray(sxy / sxx * (coherence > 0.1), dtype=np.complex64)


def _leaks(
    samples: NDArray[np.float32], transfer: NDArray[np.complex64]
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """``samples`` through the filter, block by block (overlap-save), each with its place."""
    taps = np.fft.irfft(transfer, _FFT).astype(np.float32)
    taps[_FFT // 2 :] = 0.0  # a leak cannot come before its source
    size = _BLOCK + _FFT
    spectrum = np.fft.rfft(taps, size)
    for start in range(0, len(samples), _BLOCK):
        before = samples[max(0, start - _FFT) : start]
        head = np.zeros(_FFT - len(before), dtype=np.float32)
        piece = np.concatenate([head, before, samples[start : start + _BLOCK]])
        filtered = np.fft.irfft(np.fft.rfft(piece, size) * spectrum, size)
        yield start, filtered[_FFT : len(piece)].astype(np.float32)
