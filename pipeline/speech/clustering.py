"""Two speakers among many embeddings: spherical k-means for their centres, Viterbi's algorithm for who speaks
when."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_STARTS = 8
_ROUNDS = 20
_TAIL = 0.1
"""The part of the vectors at each end of a direction that makes a start."""
_MOST = 3000
"""So many vectors, spread over the call, are enough to find two centres."""


def find_centres(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Centres (2, size) of unit vectors (n, size), n >= 2, by spherical k-means: the best of several starts.

    The starts are the ends of the main directions in which the vectors differ, so that a rare voice, which
    one direction misses, is found by another. No chance is involved.
    """
    vectors = vectors[:: -(-len(vectors) // _MOST)]
    centred = vectors - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    best, best_fit = np.stack([vectors[0], vectors[-1]]), -np.inf
    for direction in directions.T[::-1][:_STARTS]:
        order = np.argsort(vectors @ direction, kind="stable")
        few = max(1, int(len(order) * _TAIL))
        centres = _refined(vectors, np.stack([_mean(vectors[order[:few]]), _mean(vectors[order[-few:]])]))
        fit = float((vectors @ centres.T).max(axis=1).mean())
        if fit > best_fit + 1e-6:
            best, best_fit = centres, fit
    return best


def unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """The vector with length 1."""
    return vector / np.float32(max(float(np.linalg.norm(vector)), 1e-9))


def _refined(vectors: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.float32]:
    previous = np.full(len(vectors), -1)
    for _ in range(_ROUNDS):
        nearest = (vectors @ centres.T).argmax(axis=1)
        if np.array_equal(previous, nearest) or nearest.min() == nearest.max():
            break
        previous = nearest
        centres = np.stack([_mean(vectors[nearest == which]) for which in (0, 1)])
    return centres


def _mean(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return unit(vectors.sum(axis=0))


def likeliest_speakers(favours: NDArray[np.float64], change_costs: NDArray[np.float64]) -> NDArray[np.intp]:
    """The sequence of speakers 0 and 1 with the highest score (Viterbi's algorithm), shape (n,).

    ``favours[i]`` says how much block i speaks for speaker 1 (negative: for 0); ``change_costs[i]`` is
    taken off where block i has another speaker than block i - 1 (the first is not used).
    """
    came_from: list[tuple[int, int]] = []
    zero = one = 0.0  # best scores of the sequences that end in each speaker
    for favour, cost in zip(favours.tolist(), change_costs.tolist(), strict=True):
        cost = cost if came_from else 0.0
        came_from.append((int(one - cost > zero), int(zero - cost <= one)))
        zero, one = max(zero, one - cost), max(one, zero - cost) + favour
    speakers = np.empty(len(favours), dtype=np.intp)
    last = int(one > zero)
    for index in range(len(favours) - 1, -1, -1):
        speakers[index] = last
        last = came_from[index][last]
    return speakers
