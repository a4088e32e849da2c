"""Where to listen: the network that hears voices is costly, and a part of the speech tells most of it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

LOOK = 8
"""Blocks heard at once, where a stretch has as many: less than 0.8 s makes voices unclear."""
_FEW, _MANY = 80, 4000
"""Blocks heard first of a short and of a very long call ..."""
_SHARE = 0.25
"""... and the part of all blocks in between."""
_ALL_FROM = 0.9
"""From such a share on, all is heard, in longer looks: a look hears better the longer it is."""
_LONG_LOOK = 12
_APART = 2
"""Doubtful blocks at most so many apart are looked at together."""


def first_looks(starts: NDArray[np.intp]) -> list[tuple[int, int]]:
    """Looks (first, one past the last block) spread over every stretch; ``starts`` as in `Voices`."""
    count = int(starts[-1])
    share = min(max(_SHARE, _FEW / count), _MANY / count, 1.0)
    size = LOOK if share < _ALL_FROM else _LONG_LOOK
    looks: list[tuple[int, int]] = []
    for start, end in pairwise(starts.tolist()):
        length = end - start
        number = max(1, round(length * share / size)) if share < _ALL_FROM else -(-length // size)
        if length <= size + 2:
            looks.append((start, end))
        elif number * size >= length:
            looks += _beginning(np.linspace(start, end - size, number), size)
        else:
            room = length / number
            looks += _beginning(start + (room - size) / 2 + np.arange(number) * room, size)
    return looks


def looks_at(doubtful: NDArray[np.bool_], starts: NDArray[np.intp]) -> list[tuple[int, int]]:
    """Looks that cover all doubtful blocks (n,), and as little else as full looks allow."""
    looks: list[tuple[int, int]] = []
    for start, end in pairwise(starts.tolist()):
        blocks = np.flatnonzero(doubtful[start:end]) + start
        for group in np.split(blocks, np.flatnonzero(np.diff(blocks) > _APART) + 1):
            group = group[group >= looks[-1][1]] if looks else group
            if not len(group):
                continue
            first, last = int(group[0]), int(group[-1]) + 1
            covered = -(-(last - first) // LOOK) * LOOK
            if covered > end - start:
                looks.append((start, end))
                continue
            first = min(max(start, (first + last - covered) // 2), end - covered)
            looks += [(at, at + LOOK) for at in range(first, first + covered, LOOK)]
    return looks


def _beginning(firsts: NDArray[np.floating], size: int) -> list[tuple[int, int]]:
    return [(first, first + size) for first in np.round(firsts).astype(int).tolist()]
