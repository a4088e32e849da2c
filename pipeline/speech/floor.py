"""The floor of a conversation: from voices along stretches of speech to runs of blocks and their speakers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.alternation import likeliest
from pipeline.speech.blocks import BLOCK_SECONDS, Blocks, Engine
from pipeline.speech.two_voices import find_centres, unit

CHANGE_COST = 1.5
"""What a change of speaker in the middle of speech costs, in blocks that speak clearly for one voice."""
PAUSE_DISCOUNT = 0.25
"""What it costs after a pause, relative to that."""
SHORTEST_VOICE_SECONDS = 1.5
"""A second speaker has this much speech in all; noise taken for speech rarely has."""
PLENTY_SECONDS = 5.0
"""Of so much speech the vector of a voice is steady; halves of one voice with less may differ by chance."""
CHANCE = 0.5
"""By how much, at most: taken off the threshold where there is a second of speech."""
ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Run:
    """Blocks ``first .. last - 1`` of a stretch: one speaker."""

    stretch: int
    first: int
    last: int
    speaker: int
    clearness: float
    """0..1: 0.5 where the voice is as near to the other speaker."""


@dataclass(frozen=True, slots=True)
class Floor:
    """All runs in order, and how many blocks every stretch has."""

    runs: tuple[Run, ...]
    lengths: tuple[int, ...]


def share_floor(heard: Sequence[Blocks], *, engine: Engine) -> Floor:
    """Find the two voices and who has which block; everything goes to speaker 0 where there is one voice.

    Cluster, then segment again with the clusters as models (Viterbi), and repeat with the voices taken from
    whole runs, which mix no speakers as windows over a change do.
    """
    lengths = tuple(len(blocks) for blocks in heard)
    starts = np.cumsum((0, *lengths))
    vectors = np.concatenate([_around(blocks, engine.reach) for blocks in heard])
    if len(vectors) * BLOCK_SECONDS < 2 * SHORTEST_VOICE_SECONDS:
        return _one_voice(lengths)
    costs = np.full(len(vectors), CHANGE_COST)
    costs[starts[:-1]] *= PAUSE_DISCOUNT
    centres = find_centres(vectors)
    for _ in range(ROUNDS):
        favours = (vectors @ (centres[1] - centres[0])).astype(np.float64)
        speakers = likeliest(favours / max(float(np.abs(favours).mean()), 1e-9), costs)
        rarer = min(int(speakers.sum()), int((1 - speakers).sum())) * BLOCK_SECONDS
        if rarer < SHORTEST_VOICE_SECONDS:
            return _one_voice(lengths)
        runs = [
            (number, first, last, int(speakers[start + first]))
            for number, (start, length) in enumerate(zip(starts, lengths, strict=False))
            for first, last in _runs(speakers[start : start + length])
        ]
        centres = _centres(heard, runs)
    alike = float(centres[0] @ centres[1])
    if alike > engine.same_voice - CHANCE * min(
        1.0, max(0.0, (PLENTY_SECONDS - rarer) / (PLENTY_SECONDS - 1))
    ):
        return _one_voice(lengths)
    signs = 2 * speakers - 1
    clear = np.clip(0.5 + 0.5 * favours * signs / (1 - alike), 0.0, 1.0)
    return Floor(
        tuple(
            Run(
                stretch=number,
                first=first,
                last=last,
                speaker=int(speaker != speakers[0]),
                clearness=float(clear[starts[number] + first : starts[number] + last].mean()),
            )
            for number, first, last, speaker in runs
        ),
        lengths,
    )


def _one_voice(lengths: tuple[int, ...]) -> Floor:
    return Floor(tuple(Run(number, 0, length, 0, 1.0) for number, length in enumerate(lengths)), lengths)


def _around(blocks: Blocks, reach: int) -> NDArray[np.float32]:
    """One vector per block: of the run that reaches so many blocks to each side, as far as there are."""
    index = np.arange(len(blocks))
    return blocks.vectors(np.maximum(index - reach, 0), np.minimum(index + reach + 1, len(blocks)))


def _runs(speakers: NDArray[np.intp]) -> list[tuple[int, int]]:
    """First and one past the last block of every run of one speaker."""
    changes = np.flatnonzero(np.diff(speakers)) + 1
    return list(pairwise([0, *changes.tolist(), len(speakers)]))


def _centres(heard: Sequence[Blocks], runs: Sequence[tuple[int, int, int, int]]) -> NDArray[np.float32]:
    """The voice of each speaker (2, size): the mean over its runs, long ones counting more."""
    sums: list[NDArray[np.float32] | float] = [0.0, 0.0]
    for number, blocks in enumerate(heard):
        mine = [(first, last, speaker) for which, first, last, speaker in runs if which == number]
        firsts, lasts, speakers = np.array(mine, dtype=np.intp).T
        vectors = blocks.vectors(firsts, lasts) * (lasts - firsts)[:, None].astype(np.float32)
        for speaker in (0, 1):
            sums[speaker] = sums[speaker] + vectors[speakers == speaker].sum(axis=0)
    return np.stack([unit(np.asarray(total, np.float32)) for total in sums])
