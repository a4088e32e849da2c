"""The telephone line and the codecs: lengths, levels, band; and our own decoder reads every codec back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.audio import decode
from scripts.demo_night.codecs import CODECS, write
from scripts.demo_night.line import LINE_RATE_HZ, SPEECH_DBFS, busy, hold_music, noise, telephone
from tests.sounds import numbers


def tone(frequency_hz: float, seconds: float, rate_hz: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.sin(2 * np.pi * frequency_hz * np.arange(int(seconds * rate_hz)) / rate_hz)


def level(samples: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    return float(10 * np.log10(np.mean(samples**2)))


def test_the_line_keeps_time_and_sets_the_level() -> None:
    heard = telephone(tone(1000, 1.5, 24_000), 24_000)
    assert len(heard) == pytest.approx(1.5 * LINE_RATE_HZ, abs=2)
    assert level(heard) == pytest.approx(SPEECH_DBFS, abs=0.01)


def test_the_line_is_narrow() -> None:
    both = telephone(tone(100, 2, 24_000) + tone(1000, 2, 24_000), 24_000)
    spectrum = np.abs(np.fft.rfft(both[4000:12000]))
    assert spectrum[100] < spectrum[1000] / 50


@pytest.mark.parametrize("kind", ["white", "pink", "hum"])
def test_noise_lies_its_ratio_below_speech(kind: str) -> None:
    heard = noise(kind, 9001, snr_db=20, random=np.random.default_rng(1))
    assert len(heard) == 9001
    assert level(heard) == pytest.approx(SPEECH_DBFS - 20, abs=0.01)


def test_music_and_tones_have_the_length_asked_for() -> None:
    assert len(hold_music(12_345, np.random.default_rng(1))) == 12_345
    gated = busy(8000)
    assert len(gated) == 8000
    assert np.all(gated[2900:5500] == 0)


def buzz(seconds: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Something like a vowel: speech codecs swallow pure tones."""
    total = np.zeros(int(seconds * LINE_RATE_HZ))
    for harmonic in range(2, 20):
        total += tone(150 * harmonic, seconds, LINE_RATE_HZ)
    return total


@pytest.mark.parametrize("name", sorted(CODECS))
def test_every_codec_reads_back(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"call{CODECS[name].suffix}"
    left = telephone(buzz(2), LINE_RATE_HZ)
    both = (left,) if name in ("amr", "wav-gsm") else (left, np.zeros_like(left))
    write(path, both, CODECS[name])
    audio = decode([path])
    assert audio.warning is None
    assert audio.duration == pytest.approx(2, abs=0.1)
    assert len(audio.channels) == len(both)
    middle = np.asarray(numbers(audio)[0][8000:24000], np.float64)
    assert level(middle) == pytest.approx(SPEECH_DBFS, abs=1.5)
    if len(both) == 2:
        assert level(np.asarray(numbers(audio)[1], np.float64) + 1e-9) < SPEECH_DBFS - 30
