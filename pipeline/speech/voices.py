"""A few seconds of each party's voice, spread over the call, as vectors that can be compared between calls.

Of every party so much is embedded as makes a steady vector, and no more: the network costs about a hundredth
of a second per second. The pieces stay apart, so that a second agent after a transfer can be heard.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Sound, Span, VoicePiece
from pipeline.speech.embedding import SpeakerEmbedder
from pipeline.speech.features import block_starts

PIECE_SECONDS = 2.5
"""Speech in a piece: vectors of less scatter by what is said."""
LEAST_SECONDS = 1.5
"""Speech in the last piece of a party, and in all of it: a cough is no voice."""
FEWEST_PIECES, MOST_PIECES = 2, 6
"""Of one party, spread evenly over its speech. Two told the parties of 16 calls apart as well as six
did (least lead of the true agents 0.65 and 0.74)."""
SECONDS_PER_PIECE = 40.0
"""A longer call has more of them, so that its voices take the same small part of the whole work."""
_SHORTEST = 0.4
"""Seconds; shorter stretches are mostly 嗯 and noise."""


def voice_pieces(
    party: int, samples: Sound, speech: Sequence[Span], embedder: SpeakerEmbedder, *, duration: float
) -> tuple[VoicePiece, ...]:
    """Pieces of the voice of one party, in time order; none where it says too little.

    Args:
        speech: where this party, and nobody else, speaks.
        duration: seconds of the whole call.
    """
    most = min(MOST_PIECES, max(FEWEST_PIECES, round(duration / SECONDS_PER_PIECE)))
    groups = _spread(_grouped(speech), most)
    if not groups:
        return ()
    stretches = [span for group in groups for span in group]
    embeddings = embedder.prepare(samples, stretches)
    starts = block_starts(stretches)
    embeddings.embed(list(zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)))
    ends = np.cumsum([len(group) for group in groups])
    lasts: NDArray[np.intp] = starts[ends]
    firsts: NDArray[np.intp] = starts[ends - [len(group) for group in groups]]
    vectors = np.asarray(embeddings.vectors(firsts, lasts), dtype="<f4")
    return tuple(
        VoicePiece(party, Span(group[0].start, group[-1].end), vector.tobytes())
        for group, vector in zip(groups, vectors, strict=True)
    )


def _grouped(speech: Sequence[Span]) -> list[list[Span]]:
    """Stretches of speech in groups of about `PIECE_SECONDS`; long ones are cut."""
    groups: list[list[Span]] = []
    group: list[Span] = []
    filled = 0.0
    for span in speech:
        at = span.start
        while span.end - at >= _SHORTEST:
            taken = Span(at, min(span.end, at + PIECE_SECONDS - filled))
            group.append(taken)
            filled += taken.duration
            at = taken.end
            if PIECE_SECONDS - filled < _SHORTEST:
                groups.append(group)
                group, filled = [], 0.0
    if filled >= LEAST_SECONDS:
        groups.append(group)
    return groups


def _spread(groups: list[list[Span]], most: int) -> list[list[Span]]:
    """At most so many of the groups, the first and the last among them."""
    if len(groups) <= most:
        return groups
    return [groups[n] for n in np.linspace(0, len(groups) - 1, most).round().astype(int).tolist()]
