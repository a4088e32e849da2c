"""Voices as vectors by CAM++, a speaker network, on onnxruntime."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Sound, Span
from pipeline.errors import ModelError
from pipeline.speech.blocks import FEATURES_PER_BLOCK, Voices, running, sound_of, starts_of
from pipeline.speech.campplus import BLOCK, Campplus, Pooling
from pipeline.speech.fbank import BANDS, fbank
from pipeline.speech.sketch import sketch
from pipeline.speech.tensors import read_tensors

WEIGHTS_FILE = "campplus_cn_en_common.pt"
_PASS_BLOCKS = 128
"""So many blocks go through the network at once: large matrices that still fit into a core's cache."""
_PASS_VECTORS = 4096
"""So many vectors are made at once, so that memory stays small."""


class _NetworkVoices:
    """Features of all blocks; sums over the network's frames, and over their squares, of those heard."""

    def __init__(
        self, features: NDArray[np.float32], starts: NDArray[np.intp], network: Campplus, pooling: Pooling
    ) -> None:
        self._features = features.reshape(-1, FEATURES_PER_BLOCK, BANDS)
        self._network, self._pooling = network, pooling
        self._sums: dict[int, tuple[NDArray[np.float32], NDArray[np.float32]]] = {}
        self.starts = starts
        self.heard = np.zeros(len(self._features), np.bool_)
        self.loudness: NDArray[np.float32] = self._features.mean(axis=(1, 2))

    @cached_property
    def sketch(self) -> NDArray[np.float32]:
        return sketch(self._features, self.starts)

    def hear(self, looks: Sequence[tuple[int, int]]) -> None:
        for size in sorted({last - first for first, last in looks}):
            firsts = [first for first, last in looks if last - first == size]
            step = max(1, _PASS_BLOCKS // size)
            for number in range(0, len(firsts), step):
                blocks = np.add.outer(firsts[number : number + step], np.arange(size))
                frames = self._network(self._features[blocks].reshape(len(blocks), -1, BANDS))
                frames = frames.reshape(blocks.size, BLOCK, -1)
                sums, squares = frames.sum(axis=1), (frames * frames).sum(axis=1)
                self._sums.update(zip(blocks.ravel().tolist(), zip(sums, squares, strict=True), strict=True))
                self.heard[blocks] = True
        self.__dict__.pop("_running", None)

    @cached_property
    def _running(self) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
        """For every block how many before it were heard; running sums over those."""
        before = np.concatenate([[0], np.cumsum(self.heard)])
        rows = [self._sums[block] for block in np.flatnonzero(self.heard).tolist()]
        return (
            before,
            running(np.array([row[0] for row in rows])),
            running(np.array([row[1] for row in rows])),
        )

    def vectors(self, firsts: NDArray[np.intp], lasts: NDArray[np.intp]) -> NDArray[np.float32]:
        before, sums, squares = self._running
        firsts, lasts = before[firsts], before[lasts]
        parts = []
        for start in range(0, len(firsts), _PASS_VECTORS):
            first, last = firsts[start : start + _PASS_VECTORS], lasts[start : start + _PASS_VECTORS]
            counts = np.maximum(last - first, 1) * float(BLOCK)
            vectors = self._pooling(counts, sums[last] - sums[first], squares[last] - squares[first])
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            vectors[first == last] = 0.0
            parts.append(vectors)
        return np.concatenate(parts)


class NetworkEngine:
    """CAM++ on one core; costs about 0.011 seconds per second of speech that it hears."""

    name = "campplus"
    same_voice = 0.81
    reach = 3
    sureness = 1.0

    def __init__(self, weights: Path) -> None:
        """Reads the weights and prepares the network, which takes about a second.

        Raises:
            ModelError: the file is missing, damaged or of another network.
        """
        tensors = read_tensors(weights)
        try:
            self._network, self._pooling = Campplus(tensors), Pooling(tensors)
        except KeyError as error:
            raise ModelError(f"not the weights of CAM++: no {error.args[0]}", path=weights) from error

    def listen(self, samples: Sound, stretches: Sequence[Span]) -> Voices:
        starts = starts_of(stretches)
        features = np.empty((starts[-1] * FEATURES_PER_BLOCK, BANDS), np.float32)
        for stretch, first, last in zip(stretches, starts[:-1], starts[1:], strict=True):
            features[first * FEATURES_PER_BLOCK : last * FEATURES_PER_BLOCK] = fbank(
                sound_of(samples, stretch)
            )
        features -= features.mean(axis=0, dtype=np.float64).astype(np.float32)  # the tone of the line
        return _NetworkVoices(features, starts, self._network, self._pooling)
