"""What several measures hear of one party's voice, worked out once for each call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.conversation import Timeline
from pipeline.domain import SAMPLE_RATE_HZ, Role, Sound, Span
from pipeline.measures.edges import FRAME_S, LEAST_NOISE_S, frames_in, level_db
from pipeline.measures.samples import speech_samples, speech_spans, thinned
from pipeline.pitch import FRAME, LOWEST_HZ, RATE_HZ, track_pitch

T = TypeVar("T")

MOST_SPEECH_S, PIECE_S = 60.0, 1.0
"""Pitch is taken from at most this much speech: the range no longer changes, and the cost stays tiny."""

HOP_S = 0.02

PERIODIC = 0.7
"""Least correlation of a frame with itself one period later for the voice to sound in it."""

QUIET_DB = 25.0
"""Frames this far below the loud ones (95th percentile) are background."""

OCTAVE_GUARD = 10.0
"""Frames further than this many semitones from the median are errors of the tracker, which jumps by 12."""

LEAST_CONTRAST_DB = 15.0
"""By so much loud speech stands out of the noise of its channel where anything is said of the voice itself.
Below, noise and hum are part of every number (ITU-T P.56 measures speech against noise likewise; 15 dB is
ours: the labelled night's noisiest channels lie at 10)."""


@dataclass(frozen=True, slots=True, eq=False)
class SampledPitch:
    """Pitch over a sample of one party's speech."""

    semitones: NDArray[np.float64]
    """Of the frames in which the voice sounds, 12 log2 of Hz, without errors of an octave."""
    voiced: int
    """How many frames those are with the errors."""
    spans: tuple[Span, ...]
    """Where the sample was taken."""


def sampled_pitch(timeline: Timeline, role: Role, sound: Sound) -> SampledPitch:
    """Pitch every 20 ms over at most a minute of the party's speech, spread over the call."""

    def take() -> SampledPitch:
        spans = thinned(speech_spans(timeline, role), most_s=MOST_SPEECH_S, piece_s=PIECE_S)
        pitch = voiced_pitch_hz(speech_samples(sound, spans))
        semitones = 12 * np.log2(pitch)
        if len(semitones):
            semitones = semitones[np.abs(semitones - np.median(semitones)) <= OCTAVE_GUARD]
        return SampledPitch(semitones, len(pitch), spans)

    return _once(timeline, role, sound, take)


def voiced_pitch_hz(sound: NDArray[np.float32]) -> NDArray[np.float64]:
    """F0 in Hz of the frames in which a voice sounds, shape (voiced frames,), of sound at 16 kHz."""
    if len(sound) < FRAME * SAMPLE_RATE_HZ // RATE_HZ:
        return np.empty(0, np.float64)
    track = track_pitch(sound, hop_seconds=HOP_S)
    loud = track.energy > np.percentile(track.energy, 95) * 10 ** (-QUIET_DB / 10)
    return track.f0_hz[loud & (track.periodicity > PERIODIC) & (track.f0_hz >= LOWEST_HZ)]


@dataclass(frozen=True, slots=True, eq=False)
class ChannelLevel:
    """How loud a party's channel is, frame by frame."""

    level_db: NDArray[np.float32]
    """Of each frame of 10 ms, dB."""
    contrast_db: float | None
    """Of loud speech (90th percentile) over what is heard where nobody talks (median); None where too little
    of that is heard."""

    @property
    def clear(self) -> bool:
        """Whether the voice stands out of the line well enough to be judged."""
        return self.contrast_db is not None and self.contrast_db >= LEAST_CONTRAST_DB

    def speech_db(self, span: Span) -> float:
        """Level of the speech in ``span``, dB: the 80th percentile of its frames, so that the short pauses
        between syllables do not count; minus infinity without a frame."""
        frames = self.level_db[round(span.start / FRAME_S) : round(span.end / FRAME_S)]
        return float(np.percentile(frames, 80)) if frames.size else -np.inf


def channel_level(timeline: Timeline, role: Role, sound: Sound) -> ChannelLevel:
    """The level of the party's channel over the whole call."""

    def take() -> ChannelLevel:
        level = level_db(sound)
        spoken = frames_in(len(level), timeline.spoken[role])
        # Music plays on any channel, and what the other party says may be heard on this one, faintly.
        busy = frames_in(len(level), (*timeline.holds, *timeline.announced, *timeline.spoken[role.other]))
        speech, quiet = level[spoken], level[~(spoken | busy)]
        if not speech.size or len(quiet) * FRAME_S < LEAST_NOISE_S:
            return ChannelLevel(level, None)
        return ChannelLevel(level, float(np.percentile(speech, 90) - np.median(quiet)))

    return _once(timeline, role, sound, take)


def _once(timeline: Timeline, role: Role, sound: Sound, take: Callable[[], T]) -> T:
    """What ``take`` gives, once for each sound; it is kept beside it, lest another one get its identity."""
    return timeline.once((take.__qualname__, role, id(sound)), lambda: (sound, take()))[1]
