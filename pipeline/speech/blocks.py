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


class Voices(Protocol):
    """The voice along all speech of a recording, in blocks; the stretches of speech follow one another."""

    @property
    def starts(self) -> NDArray[np.intp]:
        """The first block of every stretch, and the number of all blocks."""
        ...

    @property
    def heard(self) -> NDArray[np.bool_]:
        """The blocks whose voice is known (n,)."""
        ...

    @property
    def loudness(self) -> NDArray[np.float32]:
        """Mean log energy of the bands in nepers (n,), up to a constant."""
        ...

    @property
    def sketch(self) -> NDArray[np.float32]:
        """What is known of every block without hearing it (n, size)."""
        ...

    def hear(self, looks: Sequence[tuple[int, int]]) -> None:
        """Make known the voice of blocks ``first .. last - 1`` of every look, which lies in one stretch."""
        ...

    def vectors(self, firsts: NDArray[np.intp], lasts: NDArray[np.intp]) -> NDArray[np.float32]:
        """Unit vectors (n, size) of n runs of blocks ``firsts[i] .. lasts[i] - 1``: alike for like voices.

        Blocks that were not heard do not count; a run of none but these gives zeros.
        """
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

    def listen(self, samples: Sound, stretches: Sequence[Span]) -> Voices:
        """Prepare to hear at least one stretch."""
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


def starts_of(stretches: Sequence[Span]) -> NDArray[np.intp]:
    """The first block of every stretch where they follow one another, and the number of all blocks."""
    return np.cumsum([0, *map(block_count, stretches)])


def surroundings(starts: NDArray[np.intp], reach: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First and one past the last block around every block, so many to each side, within its stretch."""
    index = np.arange(starts[-1])
    lengths = np.diff(starts)
    return (
        np.maximum(index - reach, np.repeat(starts[:-1], lengths)),
        np.minimum(index + reach + 1, np.repeat(starts[1:], lengths)),
    )


def running(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Sums from the start, one row more than ``values``: the sum over a run is a difference of two rows."""
    sums = np.zeros((len(values) + 1, values.shape[1]))
    np.cumsum(values, axis=0, out=sums[1:])
    return sums
