"""Speaker segmentation: from channels of sound to one track per party, whatever the file looks like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from pipeline.domain import SAMPLE_RATE_HZ, Sound, Span, VoicePiece, covered, merge, subtract
from pipeline.speech.crosstalk import remove_crosstalk
from pipeline.speech.diarisation import Diariser, SpeakerTurn
from pipeline.speech.hold_sounds import find_hold_sounds
from pipeline.speech.voice_activity import SpeechDetector

SHORTEST_SPEECH_SECONDS = 0.1
FAKE_STEREO_CORRELATION = 0.97
"""Two parties on a line with the strongest leak seen (-10 dB) correlate at about 0.4; the same sound coded
twice by a lossy joint-stereo codec still correlates at 0.99."""

_SILENT = 1e-5
_BLOCK = 600 * SAMPLE_RATE_HZ
"""Samples compared in one go."""


class Layout(StrEnum):
    STEREO = "stereo"
    """One party per channel."""
    FAKE_STEREO = "fake-stereo"
    """Two channels with the same sound: counts as mono."""
    MONO = "mono"
    """Both parties on one channel."""

    @property
    def mono(self) -> bool:
        return self is not Layout.STEREO


@dataclass(frozen=True, eq=False)
class SpeakerTrack:
    """One party: its sound and where it speaks."""

    channel: int
    """Channel of the file."""
    samples: Sound
    """Without the other party's cross-talk. In mono both tracks hold the same sound."""
    turns: tuple[SpeakerTurn, ...]

    @cached_property
    def speech(self) -> tuple[Span, ...]:
        return merge(turn.span for turn in self.turns)


@dataclass(frozen=True, slots=True, eq=False)
class SpeakerSegmentation:
    """Who speaks where in a recording, before anyone knows what is said."""

    layout: Layout
    duration: float
    tracks: tuple[SpeakerTrack, ...]
    """At most two; a track with no turns is a party that says nothing."""
    hold: tuple[Span, ...]
    """Music, beeps, ringback."""

    @property
    def doubtful(self) -> bool:
        """Whether the two parties may be one: their voices do not tell."""
        return any(turn.doubtful for track in self.tracks for turn in track.turns)


class SpeakerSegmenter:
    """Finds who speaks where. Built once per process."""

    def __init__(self, diariser: Diariser) -> None:
        self._detector = SpeechDetector()
        self._diariser = diariser

    def segment(self, channels: Sequence[Sound], *, duration: float) -> SpeakerSegmentation:
        """Tracks of one or two channels of equal length.

        Cross-talk is taken out of the channels given, in place.
        """
        layout = find_layout(channels)
        return (
            self._segment_channels(channels, duration)
            if layout is Layout.STEREO
            else self._segment_mono(channels[0], duration, layout)
        )

    @property
    def embedder_name(self) -> str:
        """What tells voices apart; see `Diariser`."""
        return self._diariser.embedder_name

    def voices(self, found: SpeakerSegmentation) -> tuple[VoicePiece, ...]:
        """Pieces of each party's voice, where it speaks alone."""
        alone = [merge(turn.span for turn in track.turns if not turn.overlapped) for track in found.tracks]
        return tuple(
            piece
            for party, track in enumerate(found.tracks)
            for piece in self._diariser.voice(party, track.samples, alone[party], duration=found.duration)
        )

    def _segment_channels(self, channels: Sequence[Sound], duration: float) -> SpeakerSegmentation:
        cleaned = remove_crosstalk(channels, in_place=True)
        speech = [_long_enough(subtract(self._detector.detect(c.samples), c.leak)) for c in cleaned]
        hold = merge(h for c, s in zip(cleaned, speech, strict=True) for h in find_hold_sounds(c.samples, s))
        tracks = []
        for channel, clean in enumerate(cleaned):
            other = speech[1 - channel]
            turns = tuple(
                SpeakerTurn(span, channel, 1.0, covered(span, other) > 0.5) for span in speech[channel]
            )
            tracks.append(SpeakerTrack(channel, clean.samples, turns))
        talk = merge(span for spans in speech for span in spans)
        return SpeakerSegmentation(Layout.STEREO, duration, tuple(tracks), subtract(hold, talk))

    def _segment_mono(self, samples: Sound, duration: float, layout: Layout) -> SpeakerSegmentation:
        speech = _long_enough(self._detector.detect(samples))
        turns = self._diariser.diarise(samples, speech) if speech else ()
        tracks = tuple(
            SpeakerTrack(0, samples, tuple(turn for turn in turns if turn.speaker == speaker))
            for speaker in sorted({turn.speaker for turn in turns})
        )
        return SpeakerSegmentation(layout, duration, tracks, find_hold_sounds(samples, speech))


def _long_enough(spans: Sequence[Span]) -> tuple[Span, ...]:
    return tuple(span for span in spans if span.duration >= SHORTEST_SPEECH_SECONDS)


def find_layout(channels: Sequence[Sound]) -> Layout:
    """Layout of one or two channels of equal length."""
    if len(channels) == 1:
        return Layout.MONO
    left, right = channels
    products = np.zeros(3)
    for start in range(0, len(left), _BLOCK):
        x, y = (np.asarray(c[start : start + _BLOCK], np.float32) for c in (left, right))
        products += (float(np.dot(x, x)), float(np.dot(y, y)), float(np.dot(x, y)))
    norms = np.sqrt(products[:2])
    if norms.min() <= _SILENT * len(left) ** 0.5:
        return Layout.STEREO  # a dead channel is a party that says nothing, not a copy
    correlation = products[2] / (norms[0] * norms[1])
    return Layout.FAKE_STEREO if correlation >= FAKE_STEREO_CORRELATION else Layout.STEREO
