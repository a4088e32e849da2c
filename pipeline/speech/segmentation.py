"""Speaker segmentation: from channels of sound to one track per party, whatever the file looks like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.domain import Sound, Span, VoicePiece, covered, merge, subtract
from pipeline.speech.crosstalk import CleanedChannel, remove_crosstalk
from pipeline.speech.diarisation import Diariser, SpeakerTurn
from pipeline.speech.hold_sounds import find_hold_sounds
from pipeline.speech.hum import remove_hum
from pipeline.speech.layout import Layout, layout_of, remove_offset
from pipeline.speech.likeness import Floats, VoiceSide
from pipeline.speech.voice_activity import SpeechDetector

SHORTEST_SPEECH_SECONDS = 0.1
SECOND_VOICE_SECONDS = 2.0
SECOND_VOICE_SHARE = 0.1
"""So much of the speech beside an empty channel is somebody else's before the sound counts as a mix."""


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

        Offsets, hum and cross-talk are taken out of the channels given, in place.
        """
        for samples in channels:
            remove_offset(samples)
            remove_hum(samples)
        found = layout_of(channels)
        return (
            self._segment_channels(channels, duration)
            if found.layout is Layout.STEREO
            else self._segment_mono(channels[found.channel], duration, found.layout, found.channel)
        )

    @property
    def embedder_name(self) -> str:
        """What tells voices apart; see `Diariser`."""
        return self._diariser.embedder_name

    def voices(self, found: SpeakerSegmentation, *, without: Sequence[Span] = ()) -> tuple[VoicePiece, ...]:
        """Pieces of each party's voice, where it speaks alone.

        Args:
            without: where the line plays an announcement.
        """
        alone = [
            subtract((turn.span for turn in track.turns if not turn.overlapped), without)
            for track in found.tracks
        ]
        return tuple(
            piece
            for party, track in enumerate(found.tracks)
            for piece in self._diariser.voice(party, track.samples, alone[party], duration=found.duration)
        )

    def compare(self, sides: Sequence[VoiceSide]) -> Floats | None:
        """How alike voices in one recording are; see `likeness.compare`."""
        return self._diariser.compare(sides)

    def change_of_voice(self, sides: Sequence[VoiceSide]) -> tuple[int, float] | None:
        """Where the voice changes; see `likeness.change_of_voice`."""
        return self._diariser.change_of_voice(sides)

    def two_voices(self, sides: Sequence[VoiceSide], *, slack: float = 0.0) -> tuple[bool, ...] | None:
        """Which stretches are another person's; see `likeness.two_voices`."""
        return self._diariser.two_voices(sides, slack=slack)

    def _segment_channels(self, channels: Sequence[Sound], duration: float) -> SpeakerSegmentation:
        cleaned = remove_crosstalk(channels, in_place=True)
        speech = [_long_enough(subtract(self._detector.detect(c.samples), c.leak)) for c in cleaned]
        mixed = self._mix_beside_nothing(cleaned, speech, duration)
        if mixed is not None:
            return mixed
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

    def _mix_beside_nothing(
        self, cleaned: Sequence[CleanedChannel], speech: Sequence[tuple[Span, ...]], duration: float
    ) -> SpeakerSegmentation | None:
        """Both parties on one channel, and nobody on the other; None where one voice speaks there alone."""
        if bool(speech[0]) == bool(speech[1]):
            return None
        live = 0 if speech[0] else 1
        found = self._segment_mono(cleaned[live].samples, duration, Layout.FAKE_STEREO, live, speech[live])
        seconds = [sum(span.duration for span in track.speech) for track in found.tracks]
        enough = len(seconds) == 2 and min(seconds) >= max(
            SECOND_VOICE_SECONDS, SECOND_VOICE_SHARE * sum(seconds)
        )
        return found if enough and not found.doubtful else None

    def _segment_mono(
        self,
        samples: Sound,
        duration: float,
        layout: Layout,
        channel: int = 0,
        speech: tuple[Span, ...] | None = None,
    ) -> SpeakerSegmentation:
        if speech is None:
            speech = _long_enough(self._detector.detect(samples))
        turns = self._diariser.diarise(samples, speech) if speech else ()
        tracks = tuple(
            SpeakerTrack(channel, samples, tuple(turn for turn in turns if turn.speaker == speaker))
            for speaker in sorted({turn.speaker for turn in turns})
        )
        return SpeakerSegmentation(layout, duration, tracks, find_hold_sounds(samples, speech))


def _long_enough(spans: Sequence[Span]) -> tuple[Span, ...]:
    return tuple(span for span in spans if span.duration >= SHORTEST_SPEECH_SECONDS)
