"""The sound of a call: who speaks when, what is recognised of it, and when things happen in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.audio import Audio, decode
from pipeline.conversation import Timeline
from pipeline.conversation.wordlists import WordLists
from pipeline.domain import PARTIES, Recording, Role, Segment, Sound, Transcript
from pipeline.inspection.stage_times import Stage, timed
from pipeline.measures import trimmed
from pipeline.speech import SpeakerSegmentation, SpeakerSegmenter
from pipeline.transcription import SpeechWindow, cut_windows

Spoken = Sequence[tuple[SpeechWindow, Segment]]
"""Segments, each with the window that it was heard in."""


@dataclass(frozen=True, slots=True)
class CallSound:
    """A recording decoded, with who speaks where in it, cut into windows for the recogniser."""

    recording: Recording
    audio: Audio
    segmentation: SpeakerSegmentation
    windows: tuple[SpeechWindow, ...]


def segment_sound(recording: Recording, segmenter: SpeakerSegmenter) -> CallSound:
    """Decode a recording, find who speaks where, and cut that into windows.

    Raises:
        AudioError: it cannot be read.
    """
    with timed(Stage.DECODE):
        audio = decode(recording.paths)
    with timed(Stage.VOICES):
        segmentation = segmenter.segment(audio.channels, duration=audio.duration)
    windows = tuple(
        window
        for tracks in (
            [segmentation.tracks] if segmentation.layout.mono else [[track] for track in segmentation.tracks]
        )
        if tracks
        for window in cut_windows(tracks[0].samples, [turn for track in tracks for turn in track.turns])
    )
    return CallSound(recording, audio, segmentation, windows)


def sounds_of(call: CallSound, roles: Sequence[Role]) -> dict[Role, Sound]:
    """Each party's channel; what the line plays (the roles behind those of the tracks) has none."""
    return {role: track.samples for role, track in zip(roles, call.segmentation.tracks, strict=False)}


def timeline_of(
    call: CallSound,
    roles: Sequence[Role],
    spoken: Spoken,
    transcript: Transcript,
    words: WordLists,
    *,
    lost: Sequence[SpeechWindow] = (),
) -> Timeline:
    """What measures and rubric look at. Sound in which no words were found is nobody's speech.

    Args:
        lost: windows in which somebody speaks and was not understood: neither a silence nor a hold.
    """
    windows = [window for window, _ in spoken] + list(lost)
    speech = {
        role: tuple(sorted(v for w in windows if roles[w.party] is role for v in w.voiced))
        for role in PARTIES
    }
    duration, tones, mono = call.audio.duration, call.segmentation.hold, call.segmentation.layout.mono
    return Timeline.heard(
        duration=duration,
        speech=trimmed(speech, sounds_of(call, roles), duration=duration, tones=tones, mono=mono),
        tones=tones,
        utterances=transcript.utterances,
        mono=mono,
        words=words,
    )
