"""Bringing decoded blocks to 16 kHz, and collecting them in one growing array per channel."""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray

from pipeline.audio.sound import Channel, quantised
from pipeline.domain import SAMPLE_RATE_HZ

_GROWTH = 60 * SAMPLE_RATE_HZ
"""Samples added when an array is full: ``resize`` moves no memory pages, so small steps cost nothing."""


class Resampling:
    """Brings blocks to 16 kHz as they come; what is no number, or far outside full scale, is mended."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._resampler: soxr.ResampleStream | None = None
        self._rate_hz = 0

    def feed(self, block: NDArray[np.float32], rate_hz: int) -> list[NDArray[np.float32]]:
        """Samples of shape (n, channels) at ``rate_hz`` in (changed in place), pieces at 16 kHz out."""
        # One pass finds NaN and infinity anywhere; a sum that overflows is merely looked at closely as well.
        with np.errstate(over="ignore", invalid="ignore"):
            energy = np.dot(block.ravel(), block.ravel())
        if not np.isfinite(energy):
            block = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0)
        # Far outside full scale is damage as well; it would ring in the resampler and spoil every measure.
        np.clip(block, -8.0, 8.0, out=block)
        out: list[NDArray[np.float32]] = []
        if rate_hz != self._rate_hz:
            out = self.flush()
            self._rate_hz = rate_hz
            if rate_hz != SAMPLE_RATE_HZ:
                self._resampler = soxr.ResampleStream(
                    rate_hz, SAMPLE_RATE_HZ, self._count, dtype="float32", quality="HQ"
                )
        out.append(self._shaped(block if self._resampler is None else self._resampler.resample_chunk(block)))
        return out

    def flush(self) -> list[NDArray[np.float32]]:
        """What the resampler holds back."""
        held: list[NDArray[np.float32]] = []
        if self._resampler is not None:
            nothing = np.empty((0, self._count), np.float32)
            held = [self._shaped(self._resampler.resample_chunk(nothing, last=True))]
            self._resampler = None
        self._rate_hz = 0
        return held

    def _shaped(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        return block.reshape(len(block), self._count)


class Tracks:
    """One array per channel. Peak memory: the result (32 kB per channel and second) and a minute of room."""

    def __init__(self, count: int) -> None:
        self._arrays = [np.empty(0, np.int16) for _ in range(count)]
        self._length = 0

    @property
    def seconds(self) -> float:
        """Seconds collected so far; the resampler may hold back a few milliseconds more."""
        return self._length / SAMPLE_RATE_HZ

    def add(self, block: NDArray[np.float32]) -> None:
        """Append samples of shape (n, channels) at 16 kHz."""
        end = self._length + len(block)
        pcm = quantised(block)
        for index, array in enumerate(self._arrays):
            if end > len(array):
                array.resize(end + _GROWTH, refcheck=False)
            array[self._length : end] = pcm[:, index]
        self._length = end

    def channels(self) -> tuple[Channel, ...]:
        """The finished channels; nothing can be added afterwards."""
        for array in self._arrays:
            array.resize(self._length, refcheck=False)
        return tuple(Channel(array) for array in self._arrays)
