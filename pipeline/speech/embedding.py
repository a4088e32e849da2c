"""Speaker embeddings: what any way of telling voices apart takes and gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Sound, Span


class SpeechEmbeddings(Protocol):
    """The voice along all speech of a recording, in blocks of 0.1 s; the stretches of speech follow one
    another."""

    @property
    def starts(self) -> NDArray[np.intp]:
        """The first block of every stretch, and the number of all blocks."""
        ...

    @property
    def embedded(self) -> NDArray[np.bool_]:
        """The blocks that went through the network (n,)."""
        ...

    @property
    def loudness(self) -> NDArray[np.float32]:
        """Mean log energy of the bands in nepers (n,), up to a constant."""
        ...

    @property
    def spectra(self) -> NDArray[np.float32]:
        """What is known of every block without embedding it (n, size)."""
        ...

    def embed(self, windows: Sequence[tuple[int, int]]) -> None:
        """Embed blocks ``first .. last - 1`` of every window, which lies in one stretch."""
        ...

    def vectors(self, firsts: NDArray[np.intp], lasts: NDArray[np.intp]) -> NDArray[np.float32]:
        """Unit vectors (n, size) of n runs of blocks ``firsts[i] .. lasts[i] - 1``: alike for like voices.

        Blocks that were not embedded do not count; a run of none but these gives zeros.
        """
        ...


class SpeakerEmbedder(Protocol):
    """Turns speech into speaker embeddings."""

    name: str
    same_speaker_cosine: float
    """Cosine between two groups of speech above which they are one speaker, given plenty of both."""
    reach: int
    """Blocks to each side of one block that it takes to tell whose voice it is."""
    reliability: float
    """0..1: what a clear vector of this embedder is worth."""
    comparable: bool
    """Whether vectors of different recordings can be compared."""

    def prepare(self, samples: Sound, stretches: Sequence[Span]) -> SpeechEmbeddings:
        """Prepare to embed at least one stretch."""
        ...
