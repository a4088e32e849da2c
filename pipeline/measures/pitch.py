"""How lively or flat a voice is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.conversation import Timeline
from pipeline.domain import SAMPLE_RATE_HZ, Role, Sound
from pipeline.measures.catalogue import UNMEASURED, MeasuredValue, measured_in_sound
from pipeline.measures.samples import speech_samples, speech_spans, thinned
from pipeline.pitch import FRAME, LOWEST_HZ, RATE_HZ, track_pitch

MOST_SPEECH_S, PIECE_S = 60.0, 1.0
"""Pitch is taken from at most this much speech: the range no longer changes, and the cost stays tiny."""

HOP_S = 0.02

PERIODIC = 0.7
"""Least correlation of a frame with itself one period later for the voice to sound in it."""

QUIET_DB = 25.0
"""Frames this far below the loud ones (95th percentile) are background."""

OCTAVE_GUARD = 10.0
"""Frames further than this many semitones from the median are errors of the tracker, which jumps by 12."""

LEAST_VOICED_FRAMES = 100
"""Two seconds of voice."""

LOW_PERCENTILE, HIGH_PERCENTILE = 10, 90


@measured_in_sound("pitch_range_{role}_semitones", unit="semitones", roles=(Role.AGENT,))
def pitch_range(timeline: Timeline, role: Role, sound: Sound) -> MeasuredValue:
    """Distance between the 10th and the 90th percentile of the pitch (F0) of the party's voice, in semitones.
    Pitch by YIN between 65 and 350 Hz every 20 ms over at most 60 s of its speech, spread over the call;
    frames that are quiet, that do not repeat themselves, or that lie more than 10 semitones from the median
    (octave errors) are left out. In mono only where the other party is quiet. None with less than 2 s of
    voice.

    Source: A. de Cheveigné and H. Kawahara, "YIN, a fundamental frequency estimator for speech and music",
    JASA 2002, as in librosa; percentiles instead of extremes, as usual for pitch range; the limits are ours.
    """
    spans = thinned(speech_spans(timeline, role), most_s=MOST_SPEECH_S, piece_s=PIECE_S)
    samples = speech_samples(sound, spans)
    if len(samples) < LEAST_VOICED_FRAMES * HOP_S * SAMPLE_RATE_HZ + FRAME * SAMPLE_RATE_HZ // RATE_HZ:
        return UNMEASURED
    pitch = voiced_pitch_hz(samples)
    if len(pitch) < LEAST_VOICED_FRAMES:
        return UNMEASURED
    semitones = 12 * np.log2(pitch)
    semitones = semitones[np.abs(semitones - np.median(semitones)) <= OCTAVE_GUARD]
    low, high = np.percentile(semitones, (LOW_PERCENTILE, HIGH_PERCENTILE))
    return MeasuredValue(float(high - low), spans)


def voiced_pitch_hz(sound: NDArray[np.float32]) -> NDArray[np.float64]:
    """F0 in Hz of the frames in which a voice sounds, shape (voiced frames,), of sound at 16 kHz."""
    track = track_pitch(sound, hop_seconds=HOP_S)
    loud = track.energy > np.percentile(track.energy, 95) * 10 ** (-QUIET_DB / 10)
    return track.f0_hz[loud & (track.periodicity > PERIODIC) & (track.f0_hz >= LOWEST_HZ)]
