"""Who holds the floor, block by block: the likeliest sequence of two speakers, where a change costs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def likeliest(favours: NDArray[np.float64], change_costs: NDArray[np.float64]) -> NDArray[np.intp]:
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
