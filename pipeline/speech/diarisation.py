"""Who speaks when, in calls recorded on one channel: at most two speakers, cut at their changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Span, merge
from pipeline.errors import ModelError
from pipeline.speech.alternation import likeliest
from pipeline.speech.blocks import BLOCK_SECONDS, Blocks, Engine
from pipeline.speech.embedding import WEIGHTS_FILE, NetworkEngine
from pipeline.speech.timbre import TimbreEngine
from pipeline.speech.two_voices import find_pair


@dataclass(frozen=True, slots=True)
class SpeakerTurn:
    """A stretch in which one party speaks."""

    span: Span
    speaker: int
    """0: who speaks first in the recording; 1: the other."""
    confidence: float
    """How clearly the voice is this speaker's and not the other's, 0..1."""
    overlapped: bool = False
    """Both speak at once; ``speaker`` is the clearer one."""


class SpeakerSplitter:
    """Tells two voices apart. Make one per process: the network is loaded when the first call needs it."""

    def __init__(self, weights: Path | None = None) -> None:
        """``weights``: folder of the model part (``models/campplus``) or its file; absent: do without."""
        self._weights = weights / WEIGHTS_FILE if weights is not None and weights.is_dir() else weights

    @property
    def engine(self) -> str:
        """``campplus``; or ``timbre`` where its weights are missing or damaged: weaker for like voices."""
        return self._engine.name

    @cached_property
    def _engine(self) -> Engine:
        if self._weights is not None and self._weights.is_file():
            try:
                return NetworkEngine(self._weights)
            except ModelError:
                return TimbreEngine()
        return TimbreEngine()

    def split(self, samples: NDArray[np.float32], speech: Sequence[Span]) -> tuple[SpeakerTurn, ...]:
        """Part the speech of a one-channel recording (samples at 16 kHz, -1..1) between two speakers.

        The turns cover exactly ``speech``, in order. A recording of one voice gives speaker 0 throughout.
        """
        stretches = merge(span for span in speech if span.duration > 0)
        if not stretches:
            return ()
        heard = self._engine.listen(samples, stretches)
        return _turns(stretches, heard, same_voice=self._engine.same_voice)


_WIDE, _NARROW = 7, 3
"""Blocks to each side of the one looked at: 1.5 s to find the voices, 0.7 s to find their changes."""
_CHANGE_COST = 1.5
"""For a change of speaker within a stretch of speech, in units of the mean favour of a block."""
_PAUSE_DISCOUNT = 0.25
"""What a change costs after a pause, relative to one without."""
_SHORTEST_VOICE = 0.6
"""Seconds a second speaker must have in all."""
_ROUNDS = 3


def _turns(
    stretches: tuple[Span, ...], heard: tuple[Blocks, ...], *, same_voice: float
) -> tuple[SpeakerTurn, ...]:
    lengths = [len(blocks) for blocks in heard]
    starts = np.cumsum([0, *lengths])
    costs = np.full(starts[-1], _CHANGE_COST)
    costs[starts[:-1]] *= _PAUSE_DISCOUNT
    wide = _around(heard, _WIDE)
    if len(wide) < 2:
        return tuple(SpeakerTurn(span, 0, 1.0) for span in stretches)
    centres = find_pair(wide).centres
    narrow = _around(heard, _NARROW)
    speakers = np.zeros(len(wide), dtype=np.intp)
    for _ in range(_ROUNDS):
        favours = narrow @ (centres[1] - centres[0])
        favours = favours / max(float(np.abs(favours).mean()), 1e-6)
        speakers = likeliest(favours.astype(np.float64), costs)
        if min(speakers.mean(), 1 - speakers.mean()) * len(speakers) * BLOCK_SECONDS < _SHORTEST_VOICE:
            return tuple(SpeakerTurn(span, 0, 1.0) for span in stretches)
        means = [wide[speakers == which].sum(axis=0) for which in (0, 1)]
        centres = np.stack([mean / np.linalg.norm(mean) for mean in means])
    alike = float(centres[0] @ centres[1])
    if alike > same_voice:
        return tuple(SpeakerTurn(span, 0, min(1.0, 0.5 + (alike - same_voice) * 5)) for span in stretches)
    first = speakers[0]
    turns = []
    for stretch, start, length in zip(stretches, starts, lengths, strict=False):
        who = speakers[start : start + length] ^ first
        cuts = np.flatnonzero(np.diff(who)) + 1
        edges = [0, *cuts.tolist(), length]
        for left, right in pairwise(edges):
            favour = np.abs(favours[start + left : start + right].mean())
            begin = stretch.start if left == 0 else stretch.start + left * BLOCK_SECONDS
            end = stretch.end if right == length else stretch.start + right * BLOCK_SECONDS
            turns.append(SpeakerTurn(Span(begin, end), int(who[left]), float(min(1.0, 0.5 + favour / 2))))
    return tuple(turns)


def _around(heard: tuple[Blocks, ...], reach: int) -> NDArray[np.float32]:
    """One vector per block of all stretches: of the run that reaches so many blocks to each side."""
    vectors = []
    for blocks in heard:
        index = np.arange(len(blocks))
        firsts, lasts = np.maximum(index - reach, 0), np.minimum(index + reach + 1, len(blocks))
        vectors.append(blocks.vectors(firsts, lasts))
    return np.concatenate(vectors)
