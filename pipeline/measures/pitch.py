"""How lively or flat a voice is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import SAMPLE_RATE_HZ, Role
from pipeline.measures.measured import UNMEASURED, Reading, measured_for
from pipeline.measures.samples import speech_samples, speech_spans, thinned
from pipeline.measures.scene import Scene

MOST_SPEECH_S, PIECE_S = 60.0, 1.0
"""Pitch is taken from at most this much speech: the range no longer changes, and the cost stays tiny."""

LOWEST_HZ, HIGHEST_HZ = 65.0, 500.0
FRAME, HOP = 1024, 320
"""64 ms (four periods of the lowest voice) every 20 ms."""

PERIODIC = 0.6
"""Least correlation of a frame with itself one period later for the voice to sound in it."""

QUIET_DB = 25.0
"""Frames this far below the loud ones (95th percentile) are background."""

OCTAVE_GUARD = 10.0
"""Frames further than this many semitones from the median are errors of the tracker, which jumps by 12."""

LEAST_VOICED_FRAMES = 100
"""Two seconds of voice."""

LOW_PERCENTILE, HIGH_PERCENTILE = 10, 90


@measured_for("pitch_range_{role}_semitones", unit="semitones", roles=(Role.AGENT,))
def pitch_range(scene: Scene, role: Role) -> Reading:
    """Distance between the 10th and the 90th percentile of the pitch (F0) of the party's voice, in semitones.
    Pitch by YIN between 65 and 500 Hz every 20 ms over at most 60 s of its speech, spread over the call;
    frames that are quiet, that do not repeat themselves, or that lie more than 10 semitones from the median
    (octave errors) are left out. In mono only where the other party is quiet. None with less than 2 s of
    voice.

    Source: A. de Cheveigné and H. Kawahara, "YIN, a fundamental frequency estimator for speech and music",
    JASA 2002, as in librosa; percentiles instead of extremes, as usual for pitch range; the limits are ours.
    """
    spans = thinned(speech_spans(scene, role), most_s=MOST_SPEECH_S, piece_s=PIECE_S)
    sound = speech_samples(scene, role, spans)
    if len(sound) < LEAST_VOICED_FRAMES * HOP + FRAME:
        return UNMEASURED
    pitch = voiced_pitch_hz(sound)
    if len(pitch) < LEAST_VOICED_FRAMES:
        return UNMEASURED
    semitones = 12 * np.log2(pitch)
    semitones = semitones[np.abs(semitones - np.median(semitones)) <= OCTAVE_GUARD]
    low, high = np.percentile(semitones, (LOW_PERCENTILE, HIGH_PERCENTILE))
    return Reading(float(high - low), spans)


def voiced_pitch_hz(sound: NDArray[np.float32]) -> NDArray[np.float64]:
    """F0 in Hz of the frames in which a voice sounds, shape (voiced frames,)."""
    import librosa  # imported late: it costs seconds

    pitch = librosa.yin(
        sound,
        fmin=LOWEST_HZ,
        fmax=HIGHEST_HZ,
        sr=SAMPLE_RATE_HZ,
        frame_length=FRAME,
        hop_length=HOP,
        center=False,
    )
    frames = np.lib.stride_tricks.sliding_window_view(sound, FRAME)[::HOP][: len(pitch)]
    half = FRAME // 2
    lags = np.clip(np.rint(SAMPLE_RATE_HZ / pitch), 1, half).astype(np.intp)
    here = frames[:, :half]
    later = np.take_along_axis(frames, lags[:, None] + np.arange(half), axis=1)
    power = np.einsum("ij,ij->i", here, here)
    both = np.einsum("ij,ij->i", here, later)
    periodicity = both / np.sqrt(power * np.einsum("ij,ij->i", later, later) + 1e-12)
    loud = power > np.percentile(power, 95) * 10 ** (-QUIET_DB / 10)
    voiced: NDArray[np.float64] = np.asarray(pitch[loud & (periodicity > PERIODIC)], np.float64)
    return voiced
