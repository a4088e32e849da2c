"""Voice activity on one channel.

The detector is Silero v6, which faster-whisper ships. Fed with plain telephone sound at its usual threshold
of 0.5 it misses 13 % of the speech of a labelled night and nearly all of some narrow-band voices; it was
trained on sound with more treble. Lifting the treble first (``y[n] = x[n] - 0.9 x[n-1]``) brings that down
to 4 %, and the low threshold with hysteresis used here to below 0.5 %. ``callinspect bench`` prints the
figures.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Sound, Span, merge
from pipeline.errors import ModelError
from pipeline.speech.levels import (
    FRAME,
    FRAME_SECONDS,
    blocks_of,
    frame_count,
    level_db,
    noise_floor_db,
    spans_of,
)
from pipeline.speech.network import load_network

PRE_EMPHASIS = 0.9
STARTS_AT = 0.2
"""Probability at which speech is believed ..."""
HOLDS_ABOVE = 0.07
"""... and above which it is believed to go on."""
SHORTEST_SECONDS = 0.12
CLOSES_GAPS_SECONDS = 0.25
EDGE_SECONDS = 0.1
"""The detector answers late at both ends by about three frames."""

_WORTH_ASKING_DB = 1.5
"""Frames less than this above the noise floor cannot hold speech: the model is not asked about them ..."""
_INAUDIBLE_DB = -66.0
"""... nor about anything as faint as this: below the quantisation noise of mu-law."""
_AROUND_FRAMES = 12
"""... unless louder sound is this near."""


SILERO_GRAPH = Path(__file__).with_name("silero_v6.onnx")
_FASTER_WHISPER = find_spec("faster_whisper")  # found, not imported: only who hears needs it
assert _FASTER_WHISPER and _FASTER_WHISPER.origin
SILERO_WEIGHTS = Path(_FASTER_WHISPER.origin).with_name("assets") / "silero_vad_v6.onnx"
_CONTEXT = 64
"""Samples of the frame before that the network takes in too."""
_FRAMES_PER_PASS = 1024
"""So many frames go through the network at once, so that memory stays small."""

SpeechProbabilities = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Consecutive frames of shape (n, 512) in, probabilities of shape (n,) out."""


def load_silero(weights: Path = SILERO_WEIGHTS) -> SpeechProbabilities:
    """Silero v6 over many frames at once; where ``weights`` are of another network, as faster-whisper runs
    it.

    Raises:
        ModelError: faster-whisper cannot load its own network either.
    """
    try:
        session = load_network(SILERO_GRAPH, weights)
    except ModelError:
        from faster_whisper.vad import get_vad_model

        library = get_vad_model()
        return lambda frames: np.asarray(library(frames.ravel())).ravel()

    def probabilities(frames: NDArray[np.float32]) -> NDArray[np.float32]:
        out = np.zeros(len(frames), np.float32)
        with_context = np.zeros((len(frames), _CONTEXT + FRAME), np.float32)
        with_context[:, _CONTEXT:] = frames
        with_context[1:, :_CONTEXT] = frames[:-1, -_CONTEXT:]
        h = c = np.zeros((1, 1, 128), np.float32)
        for start in range(0, len(frames), _FRAMES_PER_PASS):
            part = slice(start, start + _FRAMES_PER_PASS)
            out[part], h, c = session.run(
                ["probability", "h_next", "c_next"], {"frames": with_context[part], "h": h, "c": c}
            )
        return out

    return probabilities


class SpeechDetector:
    """Finds speech on a channel. Built once per process."""

    @cached_property
    def _model(self) -> SpeechProbabilities:
        return load_silero()

    def detect(self, samples: Sound) -> tuple[Span, ...]:
        """Where someone speaks.

        Args:
            samples: one channel.

        Returns:
            Sorted, disjoint spans within the recording; empty where nobody speaks.
        """
        if len(samples) < FRAME:
            return ()
        spans = spans_of(_hysteresis(self.probabilities(samples)))
        long_enough = merge(spans, gap=CLOSES_GAPS_SECONDS)
        end = len(samples) / (FRAME / FRAME_SECONDS)
        return merge(
            Span(max(0.0, s.start - EDGE_SECONDS), min(end, s.end + EDGE_SECONDS))
            for s in long_enough
            if s.duration >= SHORTEST_SECONDS and s.start < end
        )

    def probabilities(self, samples: Sound) -> NDArray[np.float32]:
        """Probability of speech per frame of 32 ms; exactly 0 where the frame is too faint to ask about."""
        asked = np.flatnonzero(_worth_asking(level_db(samples)))
        out = np.zeros(frame_count(samples), dtype=np.float32)
        for block in blocks_of(asked):
            out[block] = self._model(_lifted(samples, block))
        return out


def _lifted(samples: Sound, frames: NDArray[np.int64]) -> NDArray[np.float32]:
    """The given frames, ascending, with their treble lifted."""
    first, last = int(frames[0]), int(frames[-1]) + 1
    plain = np.zeros((last - first) * FRAME + 1, np.float32)
    before = max(0, first * FRAME - 1)
    piece = np.asarray(samples[before : last * FRAME], np.float32)
    plain[1 - first * FRAME + before :][: len(piece)] = piece
    lifted = plain[1:] - PRE_EMPHASIS * plain[:-1]
    return lifted.reshape(-1, FRAME)[frames - first]


def _worth_asking(levels: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Frames near sound that stands out of the channel's noise."""
    loud = levels > max(noise_floor_db(levels) + _WORTH_ASKING_DB, _INAUDIBLE_DB)
    if not loud.any():
        return loud
    # The middle of the whole convolution: "same" is as long as the longer of the two, and a call may be
    # shorter than the window.
    around = np.convolve(loud, np.ones(2 * _AROUND_FRAMES + 1))
    return np.asarray(around[_AROUND_FRAMES : _AROUND_FRAMES + len(loud)] > 0.5)


def _hysteresis(probabilities: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Runs above HOLDS_ABOVE that reach STARTS_AT somewhere."""
    kept = probabilities > HOLDS_ABOVE
    starts = np.flatnonzero(np.diff(np.concatenate(([False], kept)).astype(np.int8)) == 1)
    run = np.cumsum(np.diff(np.concatenate(([False], kept)).astype(np.int8)) == 1)
    believed = np.zeros(len(starts) + 1, dtype=bool)
    np.logical_or.at(believed, run, probabilities >= STARTS_AT)
    return np.asarray(kept & believed[run])
