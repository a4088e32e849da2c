"""Speech cut into blocks of a tenth of a second, and what tells voices apart along them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import SAMPLE_RATE_HZ, Sound, Span
from pipeline.speech.fbank import HOP, WINDOW

BLOCK_SECONDS = 0.1
"""The grain of everything here: changes of speaker are found to this."""
FEATURES_PER_BLOCK = 8


class Blocks(Protocol):
    """The voice along one stretch of speech."""

    def __len__(self) -> int: ...

    def vectors(self, firsts: NDArray[np.intp], lasts: NDArray[np.intp]) -> NDArray[np.float32]:
        """Unit vectors (n, size) of n runs of blocks ``firsts[i] .. lasts[i] - 1``: alike for like voices."""
        ...


class Engine(Protocol):
    """Turns speech into voices."""

    name: str
    same_voice: float
    """Cosine between two groups of speech above which they are one voice, given plenty of both."""
    reach: int
    """Blocks to each side of one block that it takes to tell whose voice it is."""
    sureness: float
    """0..1: what a clear vector of this engine is worth."""

    def listen(self, samples: Sound, stretches: Sequence[Span]) -> tuple[Blocks, ...]:
        """One `Blocks` per stretch; together, because the tone of the line is judged over all of them."""
        ...


def block_count(stretch: Span) -> int:
    """Blocks in a stretch: a started block counts from half on, and there is at least one."""
    return max(1, round(stretch.duration / BLOCK_SECONDS))


def sound_of(samples: Sound, stretch: Span) -> NDArray[np.float32]:
    """The samples under the blocks of a stretch, silence beyond the ends of the recording.

    As many as `fbank` needs for eight frames per block, each centred on its eightieth of a second.
    """
    start = round(stretch.start * SAMPLE_RATE_HZ) - (WINDOW - HOP) // 2
    end = start + block_count(stretch) * FEATURES_PER_BLOCK * HOP + WINDOW - HOP
    sound = np.asarray(samples[max(0, start) : max(0, end)], np.float32)
    before = min(max(0, -start), end - start)
    return np.pad(sound, (before, end - start - before - len(sound)))


def running(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Sums from the start, one row more than ``values``: the sum over a run is a difference of two rows."""
    return np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0, dtype=np.float64)])
