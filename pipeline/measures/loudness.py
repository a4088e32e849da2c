"""How loud a party is."""

from __future__ import annotations

from functools import cache
from math import log10, pi, tan

import numpy as np
from numpy.typing import NDArray

from pipeline.conversation import Timeline
from pipeline.domain import SAMPLE_RATE_HZ, Role, Sound
from pipeline.measures.catalogue import UNMEASURED, MeasuredValue, measured_in_sound
from pipeline.measures.samples import speech_samples, speech_spans, thinned

LEAST_SPEECH_S = 1.0
MOST_SPEECH_S = 600.0
PIECE_S = 10.0
"""Of more speech, pieces spread over the call: enough to weigh, and hours stay within memory."""
STEP = SAMPLE_RATE_HZ // 10
"""Blocks of 400 ms every 100 ms (75 % overlap)."""
BLOCK_STEPS = 4
OFFSET_DB = -0.691
"""Cancels the gain of the weighting at 997 Hz."""
REFERENCE_HZ = 997.0
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_DB = -10.0


@measured_in_sound("loudness_{role}_lufs", unit="LUFS")
def loudness(timeline: Timeline, role: Role, sound: Sound) -> MeasuredValue:
    """Integrated loudness of the party's channel over its speech alone: K-weighted power of 400 ms blocks,
    gated at -70 LUFS and at 10 LU below the ungated mean, over at most 10 minutes of speech spread over the
    call. In mono only where the other party is quiet. None with less than 1 s of speech, or where all of it
    is below the gate. Telephone sound has nothing above 3.4 kHz, where the weighting lifts by 4 dB: compare
    calls of one switch with each other, not with wide-band sound.

    Source: ITU-R BS.1770-4; the filters are its two second-order sections, designed for 16 kHz from their
    analogue parameters (B. De Man, "Evaluation of implementations of the EBU R128 loudness measurement",
    AES 145, 2018).
    """
    spans = thinned(speech_spans(timeline, role), most_s=MOST_SPEECH_S, piece_s=PIECE_S)
    samples = speech_samples(sound, spans)
    if len(samples) < LEAST_SPEECH_S * SAMPLE_RATE_HZ:
        return UNMEASURED
    value = integrated_loudness(samples)
    return UNMEASURED if value is None else MeasuredValue(value, spans)


def integrated_loudness(sound: NDArray[np.float32]) -> float | None:
    """LUFS of one channel at 16 kHz, shape (samples,); None below 400 ms, or where all is below the gate."""
    from scipy.signal import sosfilt  # imported late: it costs a third of a second

    weighted = sosfilt(k_weighting(), sound)
    steps = weighted[: len(weighted) // STEP * STEP].reshape(-1, STEP)
    if len(steps) < BLOCK_STEPS:
        return None
    energy = np.einsum("ij,ij->i", steps, steps)
    power = np.convolve(energy, np.ones(BLOCK_STEPS), "valid") / (BLOCK_STEPS * STEP)
    audible = power[power > _power(ABSOLUTE_GATE_LUFS)]
    if not audible.size:
        return None
    gate = audible.mean() * 10 ** (RELATIVE_GATE_DB / 10)
    return OFFSET_DB + 10 * log10(audible[audible > gate].mean())


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - OFFSET_DB) / 10))


@cache
def k_weighting() -> NDArray[np.float64]:
    """The K-weighting at 16 kHz as second-order sections, shape (2, 6): a high shelf, then a high pass.

    Within 0.15 dB of the standard's filters (which are given for 48 kHz) up to 7 kHz.
    """
    k, q = tan(pi * 1681.974450955533 / SAMPLE_RATE_HZ), 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    a0 = 1 + k / q + k * k
    shelf = [
        (high + band * k / q + k * k) / a0,
        2 * (k * k - high) / a0,
        (high - band * k / q + k * k) / a0,
        1.0,
        2 * (k * k - 1) / a0,
        (1 - k / q + k * k) / a0,
    ]
    k, q = tan(pi * 38.13547087602444 / SAMPLE_RATE_HZ), 0.5003270373238773
    a0 = 1 + k / q + k * k
    high_pass = [1.0, -2.0, 1.0, 1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]
    sections = np.array([shelf, high_pass])
    # The design comes out 0.04 dB high at this rate: the standard's reference tone shall read exactly.
    delays = np.exp(-2j * pi * REFERENCE_HZ / SAMPLE_RATE_HZ * np.arange(3))
    gain = np.abs(np.prod(sections[:, :3] @ delays / (sections[:, 3:] @ delays)))
    sections[0, :3] *= 10 ** (-OFFSET_DB / 20) / gain
    return sections
