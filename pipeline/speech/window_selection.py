"""Which speech is embedded: the speaker network is costly, and a part of the speech tells most of it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

WINDOW_BLOCKS = 8
"""Blocks embedded at once, where a stretch has as many: less than 0.8 s makes voices unclear."""
_FEW, _MANY = 80, 4000
"""Blocks embedded first of a short and of a very long call ..."""
_SHARE = 0.25
"""... and the part of all blocks in between."""
_ALL_FROM = 0.9
"""From such a share on, everything is embedded, in longer windows, which make clearer embeddings."""
_LONG_WINDOW_BLOCKS = 12
_APART = 2
"""Doubtful blocks at most so many apart are embedded together."""


def initial_windows(starts: NDArray[np.intp]) -> list[tuple[int, int]]:
    """Windows (first, one past the last block) spread over every stretch; ``starts`` as in
    `SpeechEmbeddings`."""
    count = int(starts[-1])
    share = min(max(_SHARE, _FEW / count), _MANY / count, 1.0)
    size = WINDOW_BLOCKS if share < _ALL_FROM else _LONG_WINDOW_BLOCKS
    windows: list[tuple[int, int]] = []
    for start, end in pairwise(starts.tolist()):
        length = end - start
        number = max(1, round(length * share / size)) if share < _ALL_FROM else -(-length // size)
        if length <= size + 2:
            windows.append((start, end))
        elif number * size >= length:
            windows += _beginning(np.linspace(start, end - size, number), size)
        else:
            room = length / number
            windows += _beginning(start + (room - size) / 2 + np.arange(number) * room, size)
    return windows


def windows_covering(doubtful: NDArray[np.bool_], starts: NDArray[np.intp]) -> list[tuple[int, int]]:
    """Windows that cover all doubtful blocks (n,), and as little else as full windows allow."""
    windows: list[tuple[int, int]] = []
    for start, end in pairwise(starts.tolist()):
        blocks = np.flatnonzero(doubtful[start:end]) + start
        for group in np.split(blocks, np.flatnonzero(np.diff(blocks) > _APART) + 1):
            group = group[group >= windows[-1][1]] if windows else group
            if not len(group):
                continue
            first, last = int(group[0]), int(group[-1]) + 1
            covered = -(-(last - first) // WINDOW_BLOCKS) * WINDOW_BLOCKS
            if covered > end - start:
                windows.append((start, end))
                continue
            first = min(max(start, (first + last - covered) // 2), end - covered)
            windows += [(at, at + WINDOW_BLOCKS) for at in range(first, first + covered, WINDOW_BLOCKS)]
    return windows


def _beginning(firsts: NDArray[np.floating], size: int) -> list[tuple[int, int]]:
    return [(first, first + size) for first in np.round(firsts).astype(int).tolist()]
