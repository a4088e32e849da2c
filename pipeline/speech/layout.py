"""What the channels of a file carry: one party each, the same sound twice, or a mix beside a party.

Recorders copy one channel to both, invert or delay one of them (balanced lines, buffers), record the whole
call on one side and a party on the other, or add a constant to the samples (a cheap sound card).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import SAMPLE_RATE_HZ, Sound
from pipeline.speech.levels import FRAME, level_db, noise_floor_db

Floats = NDArray[np.float64]

FAKE_STEREO_CORRELATION = 0.97
"""Two parties on a line with the strongest leak seen (-10 dB) correlate at about 0.4; the same sound coded
twice by a lossy joint-stereo codec still correlates at 0.99."""
LARGEST_OFFSET = 0.005
"""Of full scale: a greater mean over a second is no sound. Speech stays below a tenth of that."""

_SILENT = 1e-5
_BLOCK = 600 * SAMPLE_RATE_HZ
"""Samples compared in one go."""
_LONGEST_DELAY = SAMPLE_RATE_HZ // 2
_LOOKED_AT = 1 << 17
"""Samples (8 s) around the loudest place in which a delay is looked for."""
_WINDOW = 4 * FRAME
"""128 ms."""
_SPEAKS_DB, _SILENT_DB = 15.0, 6.0
"""Above a channel's noise floor: somebody speaks there; nobody does."""
_NEARLY_AS_LOUD_DB = 9.0
"""A copy this far below its original and more is a leak: see `crosstalk`."""
_COHERENT = 0.7
_CONTAINED = 0.6
"""Share of the windows with speech of one channel that the other repeats: of a mix nine in ten, where each
party has its channel only those of a strong leak."""
_OWN_SHARE = 0.05
"""Share of the other channel's windows in which this one is silent: a mix has the other party there."""
_LEAST_WINDOWS = 16
"""Two seconds of speech."""


class Layout(StrEnum):
    STEREO = "stereo"
    """One party per channel."""
    FAKE_STEREO = "fake-stereo"
    """Two channels that do not hold a party each: counts as mono."""
    MONO = "mono"
    """Both parties on one channel."""

    @property
    def mono(self) -> bool:
        return self is not Layout.STEREO


@dataclass(frozen=True, slots=True)
class FoundLayout:
    """A layout, and which channel to listen to where it is mono."""

    layout: Layout
    channel: int = 0


def remove_offset(samples: Sound) -> None:
    """Take a constant, also one that drifts, off a channel in place; sound without one is not touched."""
    count = len(samples) // SAMPLE_RATE_HZ
    if not len(samples):
        return
    size = SAMPLE_RATE_HZ if count else len(samples)
    means = np.array(
        [
            float(np.asarray(samples[start : start + size], np.float32).mean())
            for start in range(0, max(1, count) * size, size)
        ]
    )
    if float(np.median(np.abs(means))) < LARGEST_OFFSET and float(np.abs(means).max()) < 4 * LARGEST_OFFSET:
        return
    middles = (np.arange(len(means)) + 0.5) * size
    for start in range(0, len(samples), _BLOCK):
        piece = np.asarray(samples[start : start + _BLOCK], np.float32)
        at = np.arange(start, start + len(piece))
        samples[start : start + len(piece)] = piece - np.interp(at, middles, means).astype(np.float32)


def find_layout(channels: Sequence[Sound]) -> Layout:
    """Layout of one or two channels of equal length."""
    return layout_of(channels).layout


def layout_of(channels: Sequence[Sound]) -> FoundLayout:
    """Layout of one or two channels of equal length, and the channel that holds both parties."""
    if len(channels) == 1:
        return FoundLayout(Layout.MONO)
    left, right = channels
    if min(_power(left), _power(right)) <= _SILENT**2 * len(left):
        return FoundLayout(Layout.STEREO)  # a dead channel is a party that says nothing, not a copy
    if abs(_correlation(left, right, 0)) >= FAKE_STEREO_CORRELATION:
        return FoundLayout(Layout.FAKE_STEREO, _fuller(left, right))
    delay = _delay(left, right)
    if delay and abs(_correlation(left, right, delay)) >= FAKE_STEREO_CORRELATION:
        return FoundLayout(Layout.FAKE_STEREO, _fuller(left, right))
    mix = _mix(left, right, delay)
    return FoundLayout(Layout.STEREO) if mix is None else FoundLayout(Layout.FAKE_STEREO, mix)


def _power(samples: Sound) -> float:
    pieces = (np.asarray(samples[s : s + _BLOCK], np.float32) for s in range(0, len(samples), _BLOCK))
    return sum(float(np.dot(piece, piece)) for piece in pieces)


def _correlation(left: Sound, right: Sound, delay: int) -> float:
    """Of ``right``, moved by ``delay`` samples, with ``left``: -1 .. 1."""
    late, early = (right, left) if delay >= 0 else (left, right)
    shift = abs(delay)
    products = np.zeros(3)
    for start in range(0, len(left) - shift, _BLOCK):
        end = min(start + _BLOCK, len(left) - shift)
        x = np.asarray(early[start:end], np.float32)
        y = np.asarray(late[start + shift : end + shift], np.float32)
        products += (float(np.dot(x, x)), float(np.dot(y, y)), float(np.dot(x, y)))
    return float(products[2] / np.sqrt(products[0] * products[1])) if products[:2].all() else 0.0


def _delay(left: Sound, right: Sound) -> int:
    """Samples by which ``right`` follows ``left`` (negative: precedes it), where the two are most alike."""
    levels = level_db(left)
    frames = _LOOKED_AT // FRAME
    if len(levels) <= frames:
        start = 0
    else:
        loud = np.convolve(np.maximum(levels, -60.0), np.ones(frames), "valid")
        start = int(np.argmax(loud)) * FRAME
    x = np.asarray(left[start : start + _LOOKED_AT], np.float32)
    y = np.asarray(right[start : start + _LOOKED_AT], np.float32)
    size = 1 << int(np.ceil(np.log2(max(2, len(x) + _LONGEST_DELAY))))
    found = np.fft.irfft(np.conj(np.fft.rfft(x, size)) * np.fft.rfft(y, size), size)
    most = min(_LONGEST_DELAY, len(x) - 1)
    near = np.concatenate([found[len(found) - most :], found[: most + 1]])
    return int(np.argmax(np.abs(near))) - most


def _products(left: Sound, right: Sound, shift: int) -> tuple[Floats, Floats, Floats]:
    """Of every window of two channels, one of which begins ``shift`` samples late: the power of both, and
    their product (n,) each. In blocks: an hour of one channel as floating-point numbers takes 230 MB."""
    early, late = (left, right) if shift >= 0 else (right, left)
    count = (len(left) - abs(shift)) // _WINDOW
    found = np.zeros((3, count))
    for first in range(0, count, _BLOCK // _WINDOW):
        windows = slice(first, min(count, first + _BLOCK // _WINDOW))
        x, y = _windowed(early, windows, 0), _windowed(late, windows, abs(shift))
        for row, (one, other) in enumerate(((x, x), (y, y), (x, y))):
            found[row, windows] = np.einsum("ij,ij->i", one, other)
    return (found[0], found[1], found[2]) if shift >= 0 else (found[1], found[0], found[2])


def _windowed(samples: Sound, windows: slice, shift: int) -> NDArray[np.float32]:
    """Some windows (n, _WINDOW) of a channel, counted from ``shift`` on."""
    piece = samples[shift + windows.start * _WINDOW : shift + windows.stop * _WINDOW]
    return np.asarray(piece, np.float32).reshape(-1, _WINDOW)


def _fuller(left: Sound, right: Sound) -> int:
    """The channel in which more is heard; of copies the louder one."""
    active = [np.mean((db := level_db(c)) > noise_floor_db(db) + _SPEAKS_DB) for c in (left, right)]
    if abs(active[0] - active[1]) > _OWN_SHARE:
        return int(active[1] > active[0])
    return int(_power(right) > 1.5 * _power(left))


def _mix(left: Sound, right: Sound, delay: int) -> int | None:
    """The channel that holds both parties beside one of them; the fuller of two like ones; None where each
    party has its own."""
    xx, yy, xy = _products(left, right, delay if abs(delay) <= _LONGEST_DELAY else 0)
    xx, yy = xx + 1e-9, yy + 1e-9
    coherent = xy**2 / (xx * yy) > _COHERENT
    levels = [10 * np.log10(power / _WINDOW) for power in (xx, yy)]
    near = np.abs(levels[0] - levels[1]) < _NEARLY_AS_LOUD_DB
    floors = [float(np.percentile(db, 10)) if len(db) else 0.0 for db in levels]
    speaks = [db > floor + _SPEAKS_DB for db, floor in zip(levels, floors, strict=True)]
    silent = [db < floor + _SILENT_DB for db, floor in zip(levels, floors, strict=True)]
    if min(int(s.sum()) for s in speaks) < _LEAST_WINDOWS:
        return None
    held = [float(np.mean((coherent & near)[s])) >= _CONTAINED for s in speaks]  # by the other channel
    own = [float(np.mean(silent[1 - c][speaks[c]])) >= _OWN_SHARE for c in (0, 1)]
    if held[0] and held[1]:
        return int(own[1]) if own[0] != own[1] else _fuller(left, right)
    if held[0] and own[1]:
        return 1
    return 0 if held[1] and own[0] else None
