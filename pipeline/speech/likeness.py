"""Whether two passages of one recording are surely two people's.

Where the tone of the line is taken off both together, halves of one voice of 2.5 s each have a cosine of 0.74
and more (37 channels of two nights), of 4 s each 0.83 and more; parts of two calls of one agent, over two
codecs, 0.70 and 0.77. Two voices: 0.26 to 0.82 (half of them below 0.52) and 0.34 to 0.85 (0.54). The bars
stand far below any voice that was compared with itself: four of ten changes are not told, and no agent is
split in two for being loud once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import SAMPLE_RATE_HZ, Sound, Span
from pipeline.speech.clustering import find_centres
from pipeline.speech.embedding import SpeakerEmbedder
from pipeline.speech.features import block_starts

Floats = NDArray[np.float64]

LEAST_SECONDS = 2.5
"""Of less, a voice is as unlike itself as two people are: 0.43 was seen at 1.5 s."""
_SECONDS = (LEAST_SECONDS, 4.0, 5.5)
_OTHER_BARS = (0.5, 0.6, 0.66)
"""Cosines up to which two voices are surely two people's, by the seconds of the shorter side."""
_SAME_BARS = (0.78, 0.85, 0.9)
"""The same for one voice: of 81 places in one voice the least like itself had 0.90, 0.84 and 0.79."""
MOST_SECONDS = 6.0
"""Of one side of a comparison: more makes the vectors hardly steadier."""
ASKED = 8
"""So many pieces of a party's speech, spread over it, are compared first: it costs a tenth of a second."""
ASKED_SECONDS = 2.0
PAIR = 0.55
"""Where all of those are more alike than this, there is one voice: where two were told apart afterwards, the
least alike pair had 0.53 at most."""
SHORTEST = 0.4
"""Seconds; shorter stretches are mostly 嗯 and noise."""
_APART = SAMPLE_RATE_HZ // 10
"""Samples of silence between stretches that are put together."""


@dataclass(frozen=True, slots=True, eq=False)
class VoiceSide:
    """Speech of one party: one side of a comparison."""

    samples: Sound
    speech: tuple[Span, ...]

    @property
    def seconds(self) -> float:
        return sum(span.duration for span in self.speech)


def side(samples: Sound, speech: Sequence[Span], *, last: bool = False) -> VoiceSide:
    """The first `MOST_SECONDS` of some speech, or the last."""
    taken: list[Span] = []
    left = MOST_SECONDS
    for span in reversed(speech) if last else speech:
        if left >= SHORTEST and span.duration >= SHORTEST:
            length = min(span.duration, left)
            taken.append(Span(span.end - length, span.end) if last else Span(span.start, span.start + length))
            left -= length
    return VoiceSide(samples, tuple(sorted(taken)))


def surely_other(cosine: float, *seconds: float, slack: float = 0.0) -> bool:
    """Whether so unlike voices, of which so much was heard, are two people's.

    Args:
        slack: added to the bar, where something else says so too.
    """
    least = min(seconds)
    return least >= LEAST_SECONDS and cosine <= float(np.interp(least, _SECONDS, _OTHER_BARS)) + slack


def likely_same(cosine: float, *seconds: float) -> bool:
    """Whether so like voices, of which so much was heard, are as like as one person's."""
    least = min(seconds)
    return least >= LEAST_SECONDS and cosine >= float(np.interp(least, _SECONDS, _SAME_BARS))


def compare(sides: Sequence[VoiceSide], embedder: SpeakerEmbedder) -> Floats | None:
    """Cosines (n, n) of the voices of n sides; None where this embedder's vectors tell nothing."""
    found = _vectors(sides, [(number, number + 1) for number in range(len(sides))], embedder)
    return None if found is None else found @ found.T


def change_of_voice(sides: Sequence[VoiceSide], embedder: SpeakerEmbedder) -> tuple[int, float] | None:
    """Where in some stretches of speech that follow each other the voice surely changes.

    Returns:
        The number of the first side of the other voice, and the cosine between the two; None where there is
        one voice, or nothing can be told.
    """
    seconds = [one.seconds for one in sides]
    cuts = [
        cut for cut in range(1, len(sides)) if min(sum(seconds[:cut]), sum(seconds[cut:])) >= LEAST_SECONDS
    ]
    if not cuts:
        return None
    count = len(sides)
    runs = [run for cut in cuts for run in ((0, cut), (cut, count))]
    vectors = _vectors(sides, runs, embedder)
    if vectors is None:
        return None
    cosines = (vectors[0::2] * vectors[1::2]).sum(axis=1)
    best = int(cosines.argmin())
    cut, cosine = cuts[best], float(cosines[best])
    return (cut, cosine) if surely_other(cosine, sum(seconds[:cut]), sum(seconds[cut:])) else None


def two_voices(
    sides: Sequence[VoiceSide], embedder: SpeakerEmbedder, *, slack: float = 0.0
) -> tuple[bool, ...] | None:
    """Which of some stretches of speech are surely another person's than the first of them.

    The stretches are parted into the two groups that are least alike, wherever these lie. Of one voice such
    groups of 4 s and more have a cosine of 0.81 and more where it is made by machine and 0.70 and more where
    people quarrel on the telephone; of two voices 0.46 to 0.84, three of four up to 0.66.

    Args:
        slack: added to the bar, where something else says so too.

    Returns:
        One answer for each side; None where all may be one person's, or nothing can be told.
    """
    if len(sides) < 2 or _one_voice(sides, embedder, PAIR + slack):
        return None
    vectors = _vectors(sides, [(number, number + 1) for number in range(len(sides))], embedder)
    if vectors is None:
        return None
    seconds = np.array([one.seconds for one in sides])
    centres = find_centres(vectors.astype(np.float32))
    other = (vectors @ (centres[1] - centres[0])) > 0
    parts = [(vectors * seconds[:, None])[other == which].sum(axis=0) for which in (False, True)]
    if not other.any() or other.all():
        return None
    cosine = float(parts[0] @ parts[1] / np.linalg.norm(parts[0]) / np.linalg.norm(parts[1]))
    if not surely_other(cosine, float(seconds[other].sum()), float(seconds[~other].sum()), slack=slack):
        return None
    return tuple((other != other[0]).tolist())


def _one_voice(sides: Sequence[VoiceSide], embedder: SpeakerEmbedder, bar: float) -> bool:
    """Whether a few pieces, spread over the speech, are so alike that there is nothing to look for."""
    if len(sides) <= ASKED:
        return False
    some = [sides[number] for number in np.linspace(0, len(sides) - 1, ASKED).round().astype(int).tolist()]
    first = [VoiceSide(one.samples, tuple(_first(one.speech, ASKED_SECONDS))) for one in some]
    alike = compare(first, embedder)
    return alike is None or float(alike.min()) > bar


def _first(speech: Sequence[Span], seconds: float) -> Iterator[Span]:
    """So many seconds from the beginning of some speech."""
    for span in speech:
        if seconds < SHORTEST:
            return
        yield Span(span.start, min(span.end, span.start + seconds))
        seconds -= span.duration


def _vectors(
    sides: Sequence[VoiceSide], runs: Sequence[tuple[int, int]], embedder: SpeakerEmbedder
) -> Floats | None:
    """A unit vector for each run of sides (first, one past the last)."""
    if not embedder.comparable or not all(one.speech for one in sides):
        return None
    pieces: list[Sound] = []
    stretches: list[Span] = []
    at = 0
    for one in sides:
        for span in one.speech:
            first, last = (round(time * SAMPLE_RATE_HZ) for time in (span.start, span.end))
            piece = np.asarray(one.samples[first:last], np.float32)
            stretches.append(Span(at / SAMPLE_RATE_HZ, (at + len(piece)) / SAMPLE_RATE_HZ))
            pieces += [piece, np.zeros(_APART, np.float32)]
            at += len(piece) + _APART
    embeddings = embedder.prepare(np.concatenate(pieces), stretches)
    starts = block_starts(stretches)
    embeddings.embed(list(zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)))
    ends = starts[np.cumsum([0, *(len(one.speech) for one in sides)])]
    firsts, lasts = (ends[[run[place] for run in runs]] for place in (0, 1))
    return embeddings.vectors(firsts, lasts).astype(np.float64)
