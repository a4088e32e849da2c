"""How lively or flat a voice is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.conversation import Timeline
from pipeline.domain import SAMPLE_RATE_HZ, Role, Sound
from pipeline.measures.catalogue import UNMEASURED, MeasuredValue, measured_in_sound
from pipeline.measures.compiled import yin
from pipeline.measures.samples import speech_samples, speech_spans, thinned

MOST_SPEECH_S, PIECE_S = 60.0, 1.0
"""Pitch is taken from at most this much speech: the range no longer changes, and the cost stays tiny."""

LOWEST_HZ, HIGHEST_HZ = 65.0, 350.0
"""Voices of adults who talk. Above, a telephone line mostly yields the second harmonic of a female voice."""

RATE_HZ = SAMPLE_RATE_HZ // 2
"""Pitch needs nothing above 4 kHz."""

FRAME, HOP = 512, 160
"""64 ms (four periods of the lowest voice) every 20 ms, in samples at 8 kHz."""

BLOCK_FRAMES = 256
"""Frames whose pitch is taken in one go (5 s): larger arrays leave the cache and take a third longer."""

PERIODIC = 0.7
"""Least correlation of a frame with itself one period later for the voice to sound in it."""

CLEARLY = 0.05
"""Difference of two such correlations that is not chance."""

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
    if len(samples) < (LEAST_VOICED_FRAMES * HOP + FRAME) * SAMPLE_RATE_HZ // RATE_HZ:
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
    # A mean of two samples is filter enough: voices carry little above 4 kHz.
    even, odd = sound[0::2], sound[1::2]
    halved = (even[: len(odd)] + odd) * np.float32(0.5)
    frames = np.lib.stride_tricks.sliding_window_view(halved, FRAME)[::HOP]
    pitch = _yin_hz(halved, len(frames))
    period, periodicity = _true_period(halved, RATE_HZ / pitch)
    power = np.einsum("ij,ij->i", frames, frames)
    loud = power > np.percentile(power, 95) * 10 ** (-QUIET_DB / 10)
    voiced: NDArray[np.float64] = period[loud & (periodicity > PERIODIC) & (period <= RATE_HZ / LOWEST_HZ)]
    return RATE_HZ / voiced


def _yin_hz(sound: NDArray[np.float32], frames: int) -> NDArray[np.float64]:
    """Pitch of each frame by YIN, in pieces that fit a processor's cache: a frame depends on no other."""
    pieces = []
    for first in range(0, frames, BLOCK_FRAMES):
        last = min(first + BLOCK_FRAMES, frames)
        piece = yin()(
            sound[first * HOP : (last - 1) * HOP + FRAME],
            fmin=LOWEST_HZ,
            fmax=HIGHEST_HZ,
            sr=RATE_HZ,
            frame_length=FRAME,
            hop_length=HOP,
            center=False,
        )
        pieces.append(np.asarray(piece, np.float64))
    return np.concatenate(pieces)


def _true_period(
    sound: NDArray[np.float32], period: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The period in samples, and the correlation of each frame with itself one period later, shape (frames,).

    A telephone takes away the fundamental, and YIN may then hear the second or third harmonic: a whole
    multiple of its period under which the frame repeats itself clearly better is the true period.
    """
    chosen, best = period, _repeats(sound, period)
    for multiple in (2, 3):
        longer = _repeats(sound, period * multiple)
        better = longer > best + CLEARLY
        chosen = np.where(better, period * multiple, chosen)
        best = np.where(better, longer, best)
    return chosen, best


def _repeats(sound: NDArray[np.float32], period: NDArray[np.float64]) -> NDArray[np.float64]:
    """Correlation (-1..1) of the first half of each frame with what follows one period later."""
    halves = np.lib.stride_tricks.sliding_window_view(sound, FRAME // 2)
    starts = np.arange(len(period)) * HOP
    lags = np.clip(np.rint(period), 1, FRAME // 2).astype(np.intp)
    here, later = halves[starts], halves[starts + lags]
    power = np.einsum("ij,ij->i", here, here) * np.einsum("ij,ij->i", later, later)
    return np.asarray(np.einsum("ij,ij->i", here, later) / np.sqrt(power + 1e-12), np.float64)
