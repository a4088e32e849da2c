"""How loud each channel is over time: what a waveform is drawn from without reading the sound again."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import SAMPLE_RATE_HZ

FINE_PER_SECOND, COARSE_PER_SECOND = 50, 25
"""Points per second: 20 ms shows single syllables; long calls get half of them, still 90,000 an hour."""
FINE_SECONDS = 900.0
"""Calls up to this length are drawn finely."""
FULL = 127
"""The value of a channel's loudest point."""

_BIN = SAMPLE_RATE_HZ // FINE_PER_SECOND


@dataclass(frozen=True, slots=True, eq=False)
class Peaks:
    """Largest absolute sample of each stretch of 1 / ``per_second`` seconds, one lane per channel."""

    per_second: int
    duration: float
    """Seconds of sound."""
    lanes: tuple[NDArray[np.int8], ...]
    """Values 0..FULL, relative to the loudest point of the lane; all lanes are equally long."""
    scales: tuple[float, ...]
    """What FULL stands for in each lane, full scale being 1; 0 for a lane without any sound."""

    def level(self, lane: int, start: float, end: float) -> float:
        """Mean of the squared peaks between two times (seconds); 0 for an empty stretch."""
        first, last = round(start * self.per_second), round(end * self.per_second)
        part = self.lanes[lane][max(0, first) : max(0, last)].astype(np.float64)
        return float(np.mean((part * self.scales[lane] / FULL) ** 2)) if len(part) else 0.0

    def to_json(self) -> str:
        return json.dumps(
            {
                "per_second": self.per_second,
                "duration": self.duration,
                "scales": self.scales,
                "lanes": [lane.tolist() for lane in self.lanes],
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> Peaks:
        """What ``to_json`` wrote.

        Raises:
            ValueError: it is something else.
        """
        try:
            found = json.loads(text)
            lanes = tuple(np.array(lane, dtype=np.int8) for lane in found["lanes"])
            return cls(int(found["per_second"]), float(found["duration"]), lanes, tuple(found["scales"]))
        except (KeyError, TypeError, OverflowError) as error:
            raise ValueError("no peaks") from error


class PeakMeter:
    """Collects peaks while sound goes by."""

    def __init__(self, channels: int) -> None:
        self._rest = np.empty((0, channels), np.float32)
        self._bins: list[NDArray[np.float32]] = []
        self._samples = 0

    def add(self, block: NDArray[np.float32]) -> None:
        """The next samples, shape (n, channels), 16 kHz."""
        self._samples += len(block)
        sound = np.concatenate([self._rest, block]) if len(self._rest) else block
        whole = len(sound) // _BIN
        if whole:
            self._bins.append(np.abs(sound[: whole * _BIN]).reshape(whole, _BIN, -1).max(axis=1))
        self._rest = np.array(sound[whole * _BIN :])

    def finish(self) -> Peaks:
        """The peaks of everything that went by."""
        if len(self._rest):
            self._bins.append(np.abs(self._rest).max(axis=0, keepdims=True))
        table = np.concatenate(self._bins) if self._bins else np.zeros((0, self._rest.shape[1]), np.float32)
        duration, per_second = self._samples / SAMPLE_RATE_HZ, FINE_PER_SECOND
        if duration > FINE_SECONDS:
            table = np.pad(table, ((0, len(table) % 2), (0, 0))).reshape(-1, 2, table.shape[1]).max(axis=1)
            per_second = COARSE_PER_SECOND
        scales = tuple(float(lane.max(initial=0.0)) for lane in table.T)
        lanes = tuple(
            np.ceil(lane * (FULL / scale)).clip(0, FULL).astype(np.int8)
            if scale
            else np.zeros(len(lane), np.int8)
            for lane, scale in zip(table.T, scales, strict=True)
        )
        return Peaks(per_second, duration, lanes, scales)
