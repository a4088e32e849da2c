"""Bringing the sound of two parties, each in a file or a track of its own, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]

_SOUNDS = 10 ** (-70 / 10)
"""Mean power of a second of a channel that is used; the hiss of mu-law silence lies below."""


def mixed(blocks: Iterator[Sound]) -> Iterator[Sound]:
    """Blocks of shape (n, channels) mixed down to one channel."""
    for block in blocks:
        yield block.mean(axis=1, keepdims=True)


def side_by_side(left: Iterator[Sound], right: Iterator[Sound]) -> Iterator[Sound]:
    """One channel each, joined to two; blocks need not be equally long."""
    ends = [iter(left), iter(right)]
    held = [np.empty((0, 1), np.float32), np.empty((0, 1), np.float32)]
    more = [True, True]
    while any(more) or any(len(h) for h in held):
        for side in (0, 1):
            while more[side] and not len(held[side]):
                block = next(ends[side], None)
                more[side] = block is not None
                held[side] = held[side] if block is None else block
        lengths = [len(h) for h, waits in zip(held, more, strict=True) if len(h) or waits]
        if not lengths:
            return
        size = min(lengths)
        yield np.hstack([np.pad(h[:size], ((0, size - len(h[:size])), (0, 0))) for h in held])
        held = [h[size:] for h in held]


def sounding(blocks: Iterable[Sound], channels: int) -> tuple[int, ...]:
    """The channels on which something sounds, of blocks of about a second; the first where all are silent."""
    loudest = np.zeros(channels)
    for block in blocks:
        if len(block):
            np.maximum(loudest, np.square(block).mean(axis=0), out=loudest)
    return tuple(np.flatnonzero(loudest > _SOUNDS).tolist()) or (0,)
