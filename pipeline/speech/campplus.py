"""Speaker embeddings by CAM++, a speaker network, on onnxruntime.

Source: Wang et al., "CAM++: A Fast and Efficient Network for Speaker Verification Using Context-Aware
Masking" (Interspeech 2023); weights ``speech_campplus_sv_zh_en_16k-common_advanced`` (Apache-2.0).

The network is cut before its pooling, so that one pass over a piece of speech serves every run of blocks in
it: the first graph gives frames, sums over frames give means and deviations, and the second graph makes the
embedding of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Sound, Span
from pipeline.speech.embedding import SpeechEmbeddings
from pipeline.speech.features import (
    BANDS,
    FRAMES_PER_BLOCK,
    block_starts,
    cumulative_sums,
    filterbank,
    spectral_statistics,
    stretch_samples,
)
from pipeline.speech.network import load_network

WEIGHTS_FILE = "campplus_cn_en_common.pt"
FRAMES_GRAPH = Path(__file__).with_name("campplus_frames.onnx")
EMBEDDING_GRAPH = Path(__file__).with_name("campplus_embedding.onnx")
_NETWORK_FRAMES_PER_BLOCK = FRAMES_PER_BLOCK // 2
"""The network halves the frames of its input."""
_BLOCKS_PER_PASS = 128
"""So many blocks go through the network at once: large matrices that still fit into a core's cache."""
_VECTORS_PER_PASS = 4096
"""So many vectors are made at once, so that memory stays small."""


class CampplusEmbedder:
    """CAM++ on one core; costs about 0.011 seconds per second of speech that it embeds."""

    name = "campplus"
    same_speaker_cosine = 0.81
    reach = 3
    reliability = 1.0
    comparable = True

    def __init__(self, weights: Path) -> None:
        """Checks the weights and prepares the network, which takes about a second.

        Raises:
            ModelError: the file is missing, damaged or of another network.
        """
        self._frames = load_network(FRAMES_GRAPH, weights)
        self._embedding = load_network(EMBEDDING_GRAPH, weights)

    def prepare(self, samples: Sound, stretches: Sequence[Span]) -> SpeechEmbeddings:
        starts = block_starts(stretches)
        features = np.empty((starts[-1] * FRAMES_PER_BLOCK, BANDS), np.float32)
        for stretch, first, last in zip(stretches, starts[:-1], starts[1:], strict=True):
            features[first * FRAMES_PER_BLOCK : last * FRAMES_PER_BLOCK] = filterbank(
                stretch_samples(samples, stretch)
            )
        features -= features.mean(axis=0, dtype=np.float64).astype(np.float32)  # the tone of the line
        return _CampplusEmbeddings(features, starts, self._frames, self._embedding)


class _CampplusEmbeddings:
    """Features of all blocks; sums over the network's frames, and over their squares, of those embedded."""

    def __init__(
        self, features: NDArray[np.float32], starts: NDArray[np.intp], frames: Any, embedding: Any
    ) -> None:
        self._features = features.reshape(-1, FRAMES_PER_BLOCK, BANDS)
        self._frames, self._embedding = frames, embedding
        self._sums: dict[int, tuple[NDArray[np.float32], NDArray[np.float32]]] = {}
        self.starts = starts
        self.embedded = np.zeros(len(self._features), np.bool_)
        self.loudness: NDArray[np.float32] = self._features.mean(axis=(1, 2))

    @cached_property
    def spectra(self) -> NDArray[np.float32]:
        return spectral_statistics(self._features, self.starts)

    def embed(self, windows: Sequence[tuple[int, int]]) -> None:
        for size in sorted({last - first for first, last in windows}):
            firsts = [first for first, last in windows if last - first == size]
            step = max(1, _BLOCKS_PER_PASS // size)
            for number in range(0, len(firsts), step):
                blocks = np.add.outer(firsts[number : number + step], np.arange(size))
                features = self._features[blocks].reshape(len(blocks), -1, BANDS)
                (frames,) = self._frames.run(["frames"], {"features": features})
                frames = frames.reshape(blocks.size, _NETWORK_FRAMES_PER_BLOCK, -1)
                sums, squares = frames.sum(axis=1), (frames * frames).sum(axis=1)
                self._sums.update(zip(blocks.ravel().tolist(), zip(sums, squares, strict=True), strict=True))
                self.embedded[blocks] = True
        self.__dict__.pop("_cumulative", None)

    @cached_property
    def _cumulative(self) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
        """For every block how many before it were embedded; cumulative sums over those."""
        before = np.concatenate([[0], np.cumsum(self.embedded)])
        rows = [self._sums[block] for block in np.flatnonzero(self.embedded).tolist()]
        return (
            before,
            cumulative_sums(np.array([row[0] for row in rows])),
            cumulative_sums(np.array([row[1] for row in rows])),
        )

    def vectors(self, firsts: NDArray[np.intp], lasts: NDArray[np.intp]) -> NDArray[np.float32]:
        before, sums, squares = self._cumulative
        firsts, lasts = before[firsts], before[lasts]
        parts = []
        for start in range(0, len(firsts), _VECTORS_PER_PASS):
            first, last = firsts[start : start + _VECTORS_PER_PASS], lasts[start : start + _VECTORS_PER_PASS]
            statistics = _statistics(last - first, sums[last] - sums[first], squares[last] - squares[first])
            (vectors,) = self._embedding.run(["embeddings"], {"statistics": statistics})
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            vectors[first == last] = 0.0
            parts.append(vectors)
        return np.concatenate(parts)


def _statistics(
    blocks: NDArray[np.intp], sums: NDArray[np.float64], squares: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Means and deviations (n, 1024) of n runs of blocks from sums over their frames (n, 512)."""
    counts = (np.maximum(blocks, 1) * float(_NETWORK_FRAMES_PER_BLOCK))[:, None]
    means = sums / counts
    variances = np.maximum(squares - sums * means, 0.0) / np.maximum(counts - 1, 1)
    return np.concatenate([means, np.sqrt(variances)], axis=1).astype(np.float32)
