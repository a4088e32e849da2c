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

from pipeline.domain import SAMPLE_RATE_HZ, Sound, Span
from pipeline.speech.levels import FRAME, SILENT_DB, level_db, noise_floor_db, spans_of

_FFT = 2048
"""128 ms: longer than the delay of a telephone hybrid."""
_HOP = _FFT // 2
_BLOCK = 30 * _FFT
"""Samples filtered in one go (4 s): a multiple of the frame, so that levels per frame line up."""
_MADE_AT_ONCE = 600 * SAMPLE_RATE_HZ
"""Samples (ten minutes, 40 MB) of which numbers are made in one go rather than window by window."""
_FAR_BELOW_DB = 9.0
"""Only frames in which this channel is so far below the other tell what leaks: its own party is silent
there."""
_LEAST_FRAMES = 12
_ENOUGH_FRAMES = 300
"""Twenty seconds of the other party alone, spread over the call: more tells no more of the line."""
_ENOUGH_FOR_DELAY = 40
_ENOUGH_FOR_NOISE = 60
_QUIET_DB = 3.0
"""Both channels this near their noise floors: nobody speaks."""
_STANDS_OUT = 10.0
"""So many times the median power of all bins then: hum of the mains. It is as coherent as a leak and no one's
voice. (Codecs that pack both channels together make all their noise alike: that is no reason.)"""
_LEAST_COHERENCE = 0.35
"""Power-weighted mean of |S_xy|^2 / (S_xx S_yy); unrelated sound over 12 frames and more stays below 0.2."""
_LONGEST_DELAY = 4096
"""Samples (256 ms): an echo that comes back over a mobile network."""
_NO_DELAY = 320
"""Up to 20 ms the transfer function itself holds the delay ..."""
_LEAD = 160
"""... and beyond, the source is moved to 10 ms before the leak, so that no part of it comes too early."""
_SHORTEST_LEAK_SECONDS = 0.2
"""A shorter stretch is a dip in the party's own voice."""
_RESIDUE_DB = 3.0
"""What remains after subtraction counts as the party's own voice from this far above the predicted leak."""


@dataclass(frozen=True, slots=True, eq=False)
class _Path:
    """The way from one channel into the other."""

    delay: int
    """Samples by which the source is moved first."""
    transfer: NDArray[np.complex64]
    """Transfer function of the rest on _FFT // 2 + 1 bins."""


@dataclass(frozen=True, slots=True)
class CleanedChannel:
    """One channel without the other party."""

    samples: Sound
    leak: tuple[Span, ...]
    """Where nothing but the other party's leak remains."""


def remove_crosstalk(channels: Sequence[Sound], *, in_place: bool = False) -> tuple[CleanedChannel, ...]:
    """Clean each of two channels of equal length of the other.

    One channel alone comes back as it is. With ``in_place`` the channels given are changed: an hour of one
    takes 115 MB, and nobody needs the leak any more.
    """
    if len(channels) != 2 or len(channels[0]) < 4 * _FFT:
        return tuple(CleanedChannel(c, ()) for c in channels)
    left, right = channels
    levels = level_db(left)[: len(left) // FRAME], level_db(right)[: len(right) // FRAME]
    from_right, from_left = _estimate(left, right, levels), _estimate(right, left, levels[::-1])
    if not in_place:
        left, right = left.copy(), right.copy()
    # The second subtraction has a source already cleaned: what it lacks is a leak of a leak, 50 dB down.
    return _clean(left, right, from_right), _clean(right, left, from_left)


def _clean(own: Sound, other: Sound, path: _Path | None) -> CleanedChannel:
    """Subtract what leaks from ``own``, in place."""
    if path is None:
        return CleanedChannel(own, ())
    leak_levels = []
    for start, leak in _leaks(other, path):
        place = slice(start, start + len(leak))
        own[place] = np.asarray(own[place], np.float32) - leak
        leak_levels.append(level_db(leak))
    leak_level, rest = np.concatenate(leak_levels), level_db(own)
    source = _later(level_db(other), round(path.delay / FRAME))
    floor = noise_floor_db(rest)
    only_leak = (
        (source > noise_floor_db(source) + _FAR_BELOW_DB)
        & (leak_level > floor - 6)
        & (rest < np.maximum(leak_level + _RESIDUE_DB, floor + 3))
    )
    long_enough = tuple(s for s in spans_of(only_leak) if s.duration >= _SHORTEST_LEAK_SECONDS)
    return CleanedChannel(own, long_enough)


def _rows(samples: Sound, starts: NDArray[np.int64], length: int) -> NDArray[np.float32]:
    """Windows of ``length`` samples that begin at ``starts``, ascending."""
    first, last = int(starts[0]), int(starts[-1]) + length
    if last - first <= _MADE_AT_ONCE:
        piece = np.asarray(samples[first:last], np.float32)
        return np.lib.stride_tricks.sliding_window_view(piece, length)[starts - first]
    return np.stack([np.asarray(samples[start : start + length], np.float32) for start in starts.tolist()])


def _frames(samples: Sound, starts: NDArray[np.int64]) -> NDArray[np.complex64]:
    rows = _rows(samples, starts, _FFT) * np.hanning(_FFT).astype(np.float32)
    return np.asarray(np.fft.rfft(rows, axis=1), dtype=np.complex64)


def _later(levels: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
    return np.concatenate([np.full(frames, SILENT_DB, dtype=np.float32), levels])[: len(levels)]


def _delay(own: Sound, other: Sound, starts: NDArray[np.int64]) -> int:
    """Samples by which ``own`` follows ``other``: the highest correlation over the frames at ``starts``."""
    starts = starts[starts >= _LONGEST_DELAY]
    if not len(starts):
        return 0
    size = 2 * _LONGEST_DELAY
    now = np.fft.rfft(_rows(own, starts, _FFT), size)
    before = np.fft.rfft(_rows(other, starts - _LONGEST_DELAY, _LONGEST_DELAY + _FFT), size)
    correlation = np.fft.irfft(np.sum(np.conj(now) * before, axis=0))[: _LONGEST_DELAY + 1]
    delay = _LONGEST_DELAY - int(np.argmax(np.abs(correlation)))
    return 0 if delay <= _NO_DELAY else delay - _LEAD


def _estimate(
    own: Sound, other: Sound, levels: tuple[NDArray[np.float32], NDArray[np.float32]]
) -> _Path | None:
    """How ``other`` leaks into ``own``, given their levels per frame; None where nothing does."""
    own_db, other_db = levels
    telling = (other_db > noise_floor_db(other_db) + 15) & (own_db < other_db - _FAR_BELOW_DB)
    starts = _windows(telling)
    if len(starts) < _LEAST_FRAMES:
        return None
    starts = starts[:: math.ceil(len(starts) / _ENOUGH_FRAMES)]
    delay = _delay(own, other, starts[:: math.ceil(len(starts) / _ENOUGH_FOR_DELAY)])
    starts = starts[starts >= delay]
    x, y = _frames(other, starts - delay), _frames(own, starts)
    sxx = np.sum(np.abs(x) ** 2, axis=0) + 1e-12
    syy = np.sum(np.abs(y) ** 2, axis=0) + 1e-12
    sxy = np.sum(y * np.conj(x), axis=0)
    coherence = np.abs(sxy) ** 2 / (sxx * syy)
    alone = ~_hum(own, other, levels)
    if float(np.sum(coherence * syy * alone) / np.sum(syy * alone + 1e-12)) < _LEAST_COHERENCE:
        return None
    return _Path(delay, np.asarray(sxy / sxx * ((coherence > 0.1) & alone), dtype=np.complex64))


def _windows(frames: NDArray[np.bool_]) -> NDArray[np.int64]:
    """First samples of the windows that lie in runs of such frames."""
    per = _FFT // FRAME
    runs = np.convolve(frames, np.ones(per), "valid") > per - 0.5
    return np.asarray(np.flatnonzero(runs)[:: _HOP // FRAME] * FRAME)


def _hum(
    own: Sound, other: Sound, levels: tuple[NDArray[np.float32], NDArray[np.float32]]
) -> NDArray[np.bool_]:
    """The bins in which a noise stands out while nobody speaks that both channels carry; none where pauses
    are few."""
    quiet = np.logical_and(*(db < noise_floor_db(db) + _QUIET_DB for db in levels))
    starts = _windows(quiet)
    if len(starts) < _LEAST_FRAMES:
        return np.zeros(_FFT // 2 + 1, np.bool_)
    starts = starts[:: math.ceil(len(starts) / _ENOUGH_FOR_NOISE)]
    x, y = _frames(other, starts), _frames(own, starts)
    both = np.abs(np.sum(y * np.conj(x), axis=0)) ** 2
    theirs, power = np.sum(np.abs(x) ** 2, axis=0), np.sum(np.abs(y) ** 2, axis=0)
    stands_out = power > _STANDS_OUT * np.median(power)
    return np.asarray(stands_out & (both > _LEAST_COHERENCE * theirs * power))


def _leaks(samples: Sound, path: _Path) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """What leaks of ``samples``, block by block (overlap-save), each with its place."""
    taps = np.fft.irfft(path.transfer, _FFT).astype(np.float32)
    taps[_FFT // 2 :] = 0.0  # a leak cannot come before its source
    size = _BLOCK + _FFT
    spectrum = np.fft.rfft(taps, size)
    for start in range(0, len(samples), _BLOCK):
        length = min(_BLOCK, len(samples) - start)
        first = start - path.delay - _FFT
        piece = np.asarray(samples[max(0, first) : max(0, start - path.delay + length)], np.float32)
        piece = np.concatenate([np.zeros(_FFT + length - len(piece), dtype=np.float32), piece])
        filtered = np.fft.irfft(np.fft.rfft(piece, size) * spectrum, size)
        yield start, filtered[_FFT : _FFT + length].astype(np.float32)
