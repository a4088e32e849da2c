"""Two voices in one channel, or one: centres of the vectors, and how far apart they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_STARTS = 8
_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Pair:
    """Two centres (unit vectors) and what speaks for two of them rather than one."""

    centres: NDArray[np.float32]
    """Shape (2, size)."""
    spread: float
    """Cosine between the centres: near 1 for halves of one voice."""
    gain: float
    """Mean cosine of the vectors to their own centre, less that to the centre of all."""


def find_pair(vectors: NDArray[np.float32]) -> Pair:
    """Part unit vectors (n, size), n >= 2, into two by spherical k-means: the best of several starts.

    The starts are the ends of the main directions in which the vectors differ, so that a rare voice, which
    one direction misses, is found by another. No chance is involved.
    """
    everything = _unit(vectors.sum(axis=0))
    _, _, directions = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
    best: tuple[float, NDArray[np.float32]] | None = None
    for direction in directions[:_STARTS]:
        along = vectors @ direction
        order = np.argsort(along, kind="stable")
        few = max(1, len(order) // 10)
        centres = np.stack(
            [_unit(vectors[order[:few]].sum(axis=0)), _unit(vectors[order[-few:]].sum(axis=0))]
        )
        centres = _settle(vectors, centres)
        fit = float((vectors @ centres.T).max(axis=1).mean())
        if best is None or fit > best[0] + 1e-6:
            best = fit, centres
    assert best is not None
    fit, centres = best
    return Pair(centres, float(centres[0] @ centres[1]), fit - float((vectors @ everything).mean()))


def _settle(vectors: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.float32]:
    previous = np.full(len(vectors), -1)
    for _ in range(_ROUNDS):
        nearest = (vectors @ centres.T).argmax(axis=1)
        if np.array_equal(previous, nearest) or nearest.min() == nearest.max():
            break
        previous = nearest
        centres = np.stack([_unit(vectors[nearest == which].sum(axis=0)) for which in (0, 1)])
    return centres


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)
