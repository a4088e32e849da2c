"""The floor of a conversation: from voices along stretches of speech to runs of blocks and their speakers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.alternation import likeliest
from pipeline.speech.blocks import BLOCK_SECONDS, Engine, Voices, surroundings
from pipeline.speech.looks import first_looks, looks_at
from pipeline.speech.sketch import surmised
from pipeline.speech.two_voices import find_centres, unit

CHANGE_COST = 1.5
"""What a change of speaker in the middle of speech costs, in blocks that speak clearly for one voice."""
PAUSE_DISCOUNT = 0.25
"""What it costs after a pause, relative to that."""
SHORTEST_VOICE_SECONDS = 1.5
"""A second speaker has this much speech in all; noise taken for speech rarely has."""
PLENTY_SECONDS = 5.0
"""Of so much speech heard the vector of a voice is steady; halves of one with less may differ by chance."""
CHANCE = 0.5
"""By how much, at most: taken off the threshold where there is a second of speech."""
ROUNDS = 6
LOOK_AGAIN = 1
"""The round in which doubtful blocks are heard ..."""
HEAR_ALL = 3
"""... and all the others, where the voices are still not clear: too near, or one of them too rare."""
MOST_UNHEARD = 6000
"""Blocks that are heard for that: ten minutes."""
DOUBT = 0.3
"""Relative to its mean size, how far what a sketch tells must be from nothing to be believed."""
CLOSE = 0.1
"""Voices nearer than this to being one are judged on more speech."""
DIP_DISCOUNT = 0.6
"""What is taken off the cost of a change where the sound dips as deep as ..."""
DEEP_NEPERS = 3.0
_A_TURN = 8
"""Blocks; shorter runs are too often neither's."""
TWINS_UP_TO = 0.92
"""Voices as near to being one as the halves of one voice usually are (0.79 to 0.95 on 45 channels of three
nights) may still be two: sisters, or two people on a narrow line ..."""
TAKES_TURNS = 0.85
MOST_LIKELY_TALK = 8
"""... if that share of at least so many runs changes the speaker, as people in a conversation do; the halves
of one voice follow each other by chance (0.25 to 0.94). What was said has to decide then."""
_BESIDE = 8
"""Blocks to each side against whose loudest a dip is measured."""


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
    doubtful: bool = False
    """The two voices are so alike that they may be one."""


def share_floor(voices: Voices, *, engine: Engine) -> Floor:
    """Find the two voices and who has which block; everything goes to speaker 0 where there is one voice.

    Cluster, then segment again with the clusters as models (Viterbi), and repeat with the voices taken from
    whole runs, which mix no speakers as windows over a change do. Blocks that were not heard go by their
    sketch; those it leaves in doubt are heard once that shows, and all where the voices remain unclear: few
    looks may take noise for a voice, and the sketch would follow them.
    """
    starts = voices.starts
    lengths = tuple(np.diff(starts).tolist())
    if starts[-1] * BLOCK_SECONDS < 2 * SHORTEST_VOICE_SECONDS:
        return _one_voice(lengths)
    voices.hear(first_looks(starts))
    vectors = _around(voices, engine.reach)
    costs = _change_costs(voices)
    centres = find_centres(vectors[voices.heard])
    for number in range(ROUNDS):
        favours, guessed = _favours(voices, vectors, centres)
        speakers = likeliest(favours / max(float(np.abs(favours[voices.heard]).mean()), 1e-9), costs)
        rarer = float(np.bincount(speakers, minlength=2).min()) * BLOCK_SECONDS
        near = float(centres[0] @ centres[1]) > _one_voice_above(voices, speakers, engine) - CLOSE
        unheard = int((~voices.heard).sum())
        if number == LOOK_AGAIN and unheard:
            doubtful = (np.abs(guessed) < DOUBT) | ((guessed > 0) != speakers)
            if near:
                doubtful[_more_of_each(voices, speakers)] = True
            voices.hear(looks_at(doubtful & ~voices.heard, starts))
            vectors = _around(voices, engine.reach)
        elif number == HEAR_ALL and (near or rarer < PLENTY_SECONDS) and 0 < unheard <= MOST_UNHEARD:
            voices.hear(looks_at(~voices.heard, starts))
            vectors = _around(voices, engine.reach)
            centres = find_centres(vectors)
            continue
        if rarer < SHORTEST_VOICE_SECONDS and (number > LOOK_AGAIN or not unheard):
            return _one_voice(lengths)
        runs = _runs(speakers, starts)
        if rarer > 0:
            centres = _centres(voices, runs, speakers)
    alike = float(centres[0] @ centres[1])
    doubtful = alike > _one_voice_above(voices, speakers, engine)
    if doubtful and (alike > TWINS_UP_TO or not _take_turns(speakers, runs)):
        return _one_voice(lengths)
    clear = np.clip(0.5 + 0.5 * favours * (2 * speakers - 1) / (1 - alike), 0.0, 1.0)
    stretches = np.searchsorted(starts, [first for first, _ in runs], side="right") - 1
    return Floor(
        tuple(
            Run(
                stretch=stretch,
                first=first - int(starts[stretch]),
                last=last - int(starts[stretch]),
                speaker=int(speakers[first] != speakers[0]),
                clearness=float(clear[first:last].mean()),
            )
            for stretch, (first, last) in zip(stretches.tolist(), runs, strict=True)
        ),
        lengths,
        doubtful,
    )


def _take_turns(speakers: NDArray[np.intp], runs: Sequence[tuple[int, int]]) -> bool:
    """Whether the speakers follow each other as people in a conversation do."""
    order = speakers[[first for first, last in runs if last - first >= _A_TURN]]
    return len(order) >= MOST_LIKELY_TALK and float(np.mean(order[1:] != order[:-1])) >= TAKES_TURNS


def _one_voice(lengths: tuple[int, ...]) -> Floor:
    return Floor(tuple(Run(number, 0, length, 0, 1.0) for number, length in enumerate(lengths)), lengths)


def _around(voices: Voices, reach: int) -> NDArray[np.float32]:
    """One vector per block: of the run that reaches so many blocks to each side; zeros where not heard."""
    firsts, lasts = surroundings(voices.starts, reach)
    heard = voices.vectors(firsts[voices.heard], lasts[voices.heard])
    vectors = np.zeros((len(firsts), heard.shape[1]), np.float32)
    vectors[voices.heard] = heard
    return vectors


def _change_costs(voices: Voices) -> NDArray[np.float64]:
    """What a change of speaker at the start of every block costs: less after a pause, or where sound dips."""
    loudness = voices.loudness
    edged = np.pad(loudness, _BESIDE, mode="edge")
    peaks = np.lib.stride_tricks.sliding_window_view(edged, _BESIDE).max(axis=1)
    before, after = peaks[: len(loudness)], peaks[_BESIDE : _BESIDE + len(loudness)]
    depths = np.minimum(before, after) - np.minimum(loudness, np.append(loudness[:1], loudness[:-1]))
    costs: NDArray[np.float64] = CHANGE_COST * (
        1 - DIP_DISCOUNT * np.clip(depths.astype(np.float64) / DEEP_NEPERS, 0.0, 1.0)
    )
    costs[voices.starts[:-1]] = CHANGE_COST * PAUSE_DISCOUNT
    return costs


def _favours(
    voices: Voices, vectors: NDArray[np.float32], centres: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How much every block speaks for speaker 1 by its voice, or its sketch; and by its sketch alone."""
    favours = (vectors @ (centres[1] - centres[0])).astype(np.float64)
    if voices.heard.all():
        return favours, favours
    size = max(float(np.abs(favours[voices.heard]).mean()), 1e-9)
    guessed = surmised(voices.sketch, voices.heard, favours / size)
    return np.where(voices.heard, favours, guessed * size), guessed


def _seconds_heard(voices: Voices, speakers: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.bincount(speakers[voices.heard], minlength=2) * np.float64(BLOCK_SECONDS)


def _more_of_each(voices: Voices, speakers: NDArray[np.intp]) -> list[int]:
    """Blocks to hear for a steady vector of each speaker: the first that were not heard."""
    lacking = np.ceil((PLENTY_SECONDS - _seconds_heard(voices, speakers)) / BLOCK_SECONDS).astype(int)
    unheard = [np.flatnonzero((speakers == speaker) & ~voices.heard) for speaker in (0, 1)]
    return [int(b) for each, count in zip(unheard, lacking, strict=True) for b in each[: max(0, count)]]


def _one_voice_above(voices: Voices, speakers: NDArray[np.intp], engine: Engine) -> float:
    """Cosine between the speakers' voices above which they are one."""
    rarer = float(_seconds_heard(voices, speakers).min())
    return engine.same_voice - CHANCE * min(1.0, max(0.0, (PLENTY_SECONDS - rarer) / (PLENTY_SECONDS - 1)))


def _runs(speakers: NDArray[np.intp], starts: NDArray[np.intp]) -> list[tuple[int, int]]:
    """First and one past the last block of every run of one speaker in one stretch."""
    changes = np.flatnonzero(np.diff(speakers)) + 1
    return list(pairwise(np.union1d(changes, starts).tolist()))


def _centres(
    voices: Voices, runs: Sequence[tuple[int, int]], speakers: NDArray[np.intp]
) -> NDArray[np.float32]:
    """The voice of each speaker (2, size): the mean over its runs, by how much of each was heard."""
    firsts, lasts = np.array(runs, dtype=np.intp).T
    before = np.concatenate([[0], np.cumsum(voices.heard)])
    vectors = voices.vectors(firsts, lasts) * (before[lasts] - before[firsts])[:, None].astype(np.float32)
    return np.stack([unit(vectors[speakers[firsts] == speaker].sum(axis=0)) for speaker in (0, 1)])
