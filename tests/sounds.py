"""Sounds of a telephone line on which nobody speaks, made from formulas: 1-D float32 at 16 kHz."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from pipeline.audio import Audio
from pipeline.domain import SAMPLE_RATE_HZ
from pipeline.messages import render

Sound = NDArray[np.float32]


def numbers(audio: Audio) -> list[Sound]:
    """The channels of a recording as arrays."""
    return [np.asarray(channel, np.float32) for channel in audio.channels]


def silence(seconds: float) -> Sound:
    return np.zeros(round(seconds * SAMPLE_RATE_HZ), dtype=np.float32)


def tone(seconds: float, *hertz: float, level: float = 0.2) -> Sound:
    """Sines of equal amplitude, ``level`` in all, faded in and out over 5 ms."""
    t = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    out = sum(np.sin(2 * np.pi * f * t) for f in hertz) * level / len(hertz)
    edge = min(80, len(t) // 2)
    ramp = np.minimum(1, np.minimum(np.arange(len(t)), np.arange(len(t))[::-1]) / max(edge, 1))
    return np.asarray(out * ramp, dtype=np.float32)


def noise(seconds: float, *, db: float, seed: int = 1) -> Sound:
    """White noise of ``db`` RMS full scale."""
    samples = np.random.default_rng(seed).standard_normal(round(seconds * SAMPLE_RATE_HZ))
    return np.asarray(samples * 10 ** (db / 20), dtype=np.float32)


def pink_noise(seconds: float, *, db: float, seed: int = 2) -> Sound:
    """Power falls by 3 dB an octave; Paul Kellet's filter in its economy form."""
    white = np.random.default_rng(seed).standard_normal(round(seconds * SAMPLE_RATE_HZ))
    poles = ((0.99765, 0.0990460), (0.96300, 0.2965164), (0.57000, 1.0526913))
    out = sum(lfilter([gain], [1, -pole], white) for pole, gain in poles) + 0.1848 * white
    return np.asarray(out / np.sqrt(np.mean(out**2)) * 10 ** (db / 20), dtype=np.float32)


def repeated(sound: Sound, *, every: float, times: int) -> Sound:
    """``sound`` at the beginning of each of ``times`` periods of ``every`` seconds."""
    out = np.zeros((times, round(every * SAMPLE_RATE_HZ)), dtype=np.float32)
    out[:, : len(sound)] = sound
    return out.ravel()


def ringback(times: int) -> Sound:
    """450 Hz, 1 s in 5 (China, YD/T 1035)."""
    return repeated(tone(1.0, 450.0), every=5.0, times=times)


def busy(times: int) -> Sound:
    """450 Hz, 0.35 s on, 0.35 s off."""
    return repeated(tone(0.35, 450.0), every=0.7, times=times)


def dtmf(keys: str = "12315#") -> Sound:
    """Keys of a telephone, 0.1 s each and 0.1 s apart (ITU-T Q.23)."""
    low, high = (697, 770, 852, 941), (1209, 1336, 1477)
    grid = "123456789*0#"
    out = [silence(0.5)]
    for key in keys:
        row, column = divmod(grid.index(key), 3)
        out += [tone(0.1, low[row], high[column]), silence(0.1)]
    return np.concatenate([*out, silence(0.5)])


def music(seconds: float, *, seed: int = 3, level: float = 0.15) -> Sound:
    """Hold music: plucked chords and a melody, three notes a second, with overtones that die away."""
    rng = np.random.default_rng(seed)
    length = round(seconds * SAMPLE_RATE_HZ)
    out = np.zeros(length + 2 * SAMPLE_RATE_HZ)
    scale = 261.63 * 2 ** (np.array([0, 2, 4, 7, 9, 12, 14, 16]) / 12)
    step = SAMPLE_RATE_HZ // 3
    for index, start in enumerate(range(0, length, step)):
        notes = [rng.choice(scale)] + ([scale[0] / 2, scale[2] / 2, scale[3] / 2] if index % 4 == 0 else [])
        t = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
        for f in notes:
            for overtone in (1, 2, 3, 4):
                wave = np.sin(2 * np.pi * f * overtone * t) * np.exp(-3 * overtone * t) / overtone
                out[start : start + len(t)] += wave
    out = out[:length]
    return np.asarray(out / np.abs(out).max() * level, dtype=np.float32)


def clicks(seconds: float, *, seed: int = 4) -> Sound:
    """A dozen clicks a second, as a bad contact makes them."""
    rng = np.random.default_rng(seed)
    out = silence(seconds)
    out[rng.integers(0, len(out), round(12 * seconds))] = rng.uniform(-0.5, 0.5, round(12 * seconds))
    return out


def comfort_noise(seconds: float, *, seed: int = 5) -> Sound:
    """What an AMR decoder plays while nobody speaks: faint shaped noise whose level wanders every 160 ms."""
    rng = np.random.default_rng(seed)
    shaped = lfilter([1], [1, -0.9], noise(seconds, db=-60, seed=seed))
    steps = np.repeat(10 ** (rng.normal(0, 2, round(seconds / 0.16) + 1) / 20), round(0.16 * SAMPLE_RATE_HZ))
    return np.asarray(shaped * steps[: len(shaped)], dtype=np.float32)


def hum(seconds: float) -> Sound:
    """Mains: 50 Hz and its odd overtones."""
    return tone(seconds, 50, level=0.05) + tone(seconds, 150, 250, level=0.02)


def warning_of(audio: Audio) -> str:
    """Why a decoded recording is not all of the call, in English; empty where it is."""
    return "" if audio.warning is None else render(audio.warning, "en")
