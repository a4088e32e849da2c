"""Who holds the floor, block by block: the likeliest sequence of two speakers, where a change costs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def likeliest(favours: NDArray[np.float64], change_costs: NDArray[np.float64]) -> NDArray[np.intp]:
    """The sequence of speakers 0 and 1 with the highest score (Viterbi's algorithm), shape (n,).

    ``favours[i]`` says how much block i speaks for speaker 1 (negative: for 0); ``change_costs[i]`` is
    taken off where block i has another speaker than block i - 1 (the first is not used).
    """
    length = len(favours)
    came_from = np.zeros((length, 2), dtype=np.intp)
    score = np.zeros(2)
    for index, (favour, cost) in enumerate(zip(favours, change_costs, strict=True)):
        if index:
            stay, change = score, score[::-1] - cost
            came_from[index] = np.where(change > stay, (1, 0), (0, 1))
            score = np.maximum(stay, change)
        score = score + np.array([0.0, favour])
    speakers = np.empty(length, dtype=np.intp)
    last = int(score[1] > score[0])
    for index in range(length - 1, -1, -1):
        speakers[index] = last
        last = int(came_from[index, last])
    return speakers
