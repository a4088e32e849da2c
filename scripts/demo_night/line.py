"""The telephone line: band, loudness, noise, cross-talk; and the sounds a switch makes while nobody speaks.

All functions take and give mono float64 arrays at 8 kHz, the rate of a telephone call.
"""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

LINE_RATE_HZ = 8_000
BAND_HZ = (300.0, 3400.0)
"""ITU-T G.712: what passes through a narrow-band telephone channel."""
SPEECH_DBFS = -23.0
"""Root mean square of a party's speech before its gain."""
RINGBACK_HZ = 450.0
"""Chinese exchanges signal with one tone of 450 Hz."""

Samples = NDArray[np.float64]


def telephone(samples: NDArray[np.floating], rate_hz: int) -> Samples:
    """Speech as it leaves the line: 8 kHz, 300 to 3400 Hz, at a usual loudness."""
    narrow = soxr.resample(np.asarray(samples, np.float64), rate_hz, LINE_RATE_HZ)
    band = butter(4, BAND_HZ, "bandpass", fs=LINE_RATE_HZ, output="sos")
    return to_level(sosfiltfilt(band, narrow), SPEECH_DBFS)


def to_level(samples: Samples, dbfs: float) -> Samples:
    """Scale to a root mean square in dB below full scale."""
    rms = np.sqrt(np.mean(samples**2)) or 1.0
    return samples * (10 ** (dbfs / 20) / rms)


def amplify(samples: Samples, gain_db: float) -> Samples:
    return samples * 10 ** (gain_db / 20)


def noise(kind: str, length: int, *, snr_db: float, random: np.random.Generator) -> Samples:
    """Line noise of ``length`` samples, ``snr_db`` below speech: ``white``, ``pink`` or mains ``hum``."""
    match kind:
        case "white":
            raw = random.standard_normal(length)
        case "pink":
            spectrum = np.fft.rfft(random.standard_normal(length))
            spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
            spectrum[0] = 0
            raw = np.fft.irfft(spectrum, length)
        case "hum":
            time = np.arange(length) / LINE_RATE_HZ
            mains = sum(np.sin(2 * np.pi * 50 * n * time) / n for n in (1, 2, 3, 4, 6, 7))
            raw = mains + 0.1 * random.standard_normal(length)
        case _:
            raise ValueError(f"no such noise: {kind}")
    return to_level(raw, SPEECH_DBFS - snr_db)


def hold_music(length: int, random: np.random.Generator) -> Samples:
    """A plucked melody over two-part chords, made up note by note from a pentatonic scale."""
    beat = int(0.28 * LINE_RATE_HZ)
    scale = 261.6 * 2 ** (np.array([0, 2, 4, 7, 9, 12, 14, 16]) / 12)
    tune = np.zeros(length + 4 * beat)
    degree = 3
    for number, at in enumerate(range(0, length, beat)):
        degree = int(np.clip(degree + random.integers(-2, 3), 0, len(scale) - 1))
        tune[at : at + 3 * beat] += _pluck(scale[degree] * 2, 3 * beat)
        if number % 4 == 0:
            for part in (0, 4 - 2 * (number // 4 % 2)):
                tune[at : at + 4 * beat] += 0.6 * _pluck(scale[part], 4 * beat)
    return to_level(tune[:length], SPEECH_DBFS - 3)


def beep(length: int) -> Samples:
    """The tone of an exchange."""
    time = np.arange(length) / LINE_RATE_HZ
    return to_level(np.sin(2 * np.pi * RINGBACK_HZ * time), SPEECH_DBFS - 3)


def busy(length: int) -> Samples:
    """Busy tone, 0.35 s on and 0.35 s off: what is heard when the other party has hung up."""
    gate = (np.arange(length) / LINE_RATE_HZ) % 0.7 < 0.35
    return beep(length) * gate


def _pluck(frequency_hz: float, length: int) -> Samples:
    time = np.arange(length) / LINE_RATE_HZ
    tone = sum(np.sin(2 * np.pi * frequency_hz * n * time) / n**1.5 for n in (1, 2, 3))
    return tone * np.exp(-3.5 * time) * np.minimum(1, time / 0.008)
