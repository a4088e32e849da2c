"""Cutting a channel's speech into windows: the turns, or parts of them, that text is written down for.

They are cut at pauses, and at most LONGEST_SECONDS long. An engine may decode each alone, or those of one
party joined to longer passages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Protocol

import numpy as np

from pipeline.domain import SAMPLE_RATE_HZ, Sound, Span, clip, merge
from pipeline.transcription.protocol import SpeechWindow

LONGEST_SECONDS = 10.0
BREAK_SECONDS = 0.6
"""A pause this long ends a window; a shorter one belongs to the sentence."""
SHORT_SECONDS = 1.2
"""A shorter stretch is joined to its neighbour over JOIN_SECONDS: alone it has too little context."""
JOIN_SECONDS = 1.0
PAD_SECONDS = 0.15
_QUIETEST_STEP = 160
"""Samples (10 ms): resolution of the search for the quietest moment in speech without a pause."""


class Turn(Protocol):
    """A stretch in which one party speaks, as the speech room finds it."""

    @property
    def span(self) -> Span: ...
    @property
    def speaker(self) -> int: ...
    @property
    def confidence(self) -> float: ...
    @property
    def overlapped(self) -> bool: ...


def cut_windows(samples: Sound, turns: Sequence[Turn]) -> tuple[SpeechWindow, ...]:
    """Windows over the turns of one channel, in time order.

    None is longer than LONGEST_SECONDS (before padding), and none holds words of two parties.
    """
    in_order = sorted(turns, key=lambda turn: turn.span)
    runs = [list(run) for _, run in groupby(in_order, key=lambda turn: turn.speaker)]
    lanes: dict[int, object] = defaultdict(object)
    return tuple(window for run in runs for window in _windows_of(samples, run, lanes[run[0].speaker]))


def _windows_of(samples: Sound, run: Sequence[Turn], lane: object) -> Iterator[SpeechWindow]:
    """Windows over turns of one party that nobody else interrupts on this channel."""
    end = len(samples) / SAMPLE_RATE_HZ
    for group in _groups([turn.span for turn in run]):
        for voiced in _split(group, samples):
            span = Span(max(0.0, voiced[0].start - PAD_SECONDS), min(end, voiced[-1].end + PAD_SECONDS))
            shares = [(turn, sum(turn.span.overlap(v) for v in voiced)) for turn in run]
            length = sum(share for _, share in shares) or 1.0
            yield SpeechWindow(
                samples=samples[round(span.start * SAMPLE_RATE_HZ) : round(span.end * SAMPLE_RATE_HZ)],
                span=span,
                voiced=tuple(voiced),
                party=run[0].speaker,
                party_confidence=sum(turn.confidence * share for turn, share in shares) / length,
                overlapped=sum(share for turn, share in shares if turn.overlapped) > 0.5 * length,
                lane=lane,
            )


def _groups(speech: Sequence[Span]) -> Iterator[list[Span]]:
    """Stretches of speech that belong together: short pauses, and not too long in all."""
    group: list[Span] = []
    for span in merge(speech):
        if group:
            pause = span.start - group[-1].end
            short = group[-1].end - group[0].start < SHORT_SECONDS or span.duration < SHORT_SECONDS
            fits = span.end - group[0].start <= LONGEST_SECONDS
            if not (fits and pause <= (JOIN_SECONDS if short else BREAK_SECONDS)):
                yield group
                group = []
        group.append(span)
    if group:
        yield group


def _split(group: list[Span], samples: Sound) -> Iterator[list[Span]]:
    """A group that is too long, cut at its quietest moments."""
    whole = group[0] | group[-1]
    if whole.duration <= LONGEST_SECONDS:
        yield group
        return
    cut = quietest_moment(samples, Span(whole.start + 0.35 * LONGEST_SECONDS, whole.start + LONGEST_SECONDS))
    left = clip(group, Span(whole.start, cut))
    right = clip(group, Span(cut, whole.end))
    if left:
        yield list(left)
    if right:
        yield from _split(list(right), samples)


def quietest_moment(samples: Sound, where: Span) -> float:
    """The middle of the quietest 200 ms, later ones preferred a little: fewer windows."""
    first = round(where.start * SAMPLE_RATE_HZ)
    piece = np.asarray(samples[first : round(where.end * SAMPLE_RATE_HZ)], np.float32)
    rows = piece[: len(piece) // _QUIETEST_STEP * _QUIETEST_STEP].reshape(-1, _QUIETEST_STEP)
    power = np.convolve(np.square(rows).mean(axis=1), np.ones(20) / 20, "same") + 1e-9
    late = np.linspace(0.3, 0.0, len(power))
    best = int(np.argmin(np.log10(power) + late))
    return where.start + (best + 0.5) * _QUIETEST_STEP / SAMPLE_RATE_HZ
