"""Voices beside a hum of the mains, on the committed night."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.audio import decode
from pipeline.domain import intersect, total
from pipeline.speech.hum import hum_lines, remove_hum
from pipeline.speech.voice_activity import SpeechDetector
from tests import sounds
from tests.sounds import numbers

NIGHT = Path(__file__).resolve().parents[3] / "scripts" / "demo_night" / "night" / "audio"
DETECTOR = SpeechDetector()


def voice(name: str = "N03", seconds: float = 40) -> sounds.Sound:
    return numbers(decode([next(NIGHT.glob(f"{name}.*"))]))[0][: round(seconds * 16_000)]


def hum(seconds: float, db: float, mains: float = 50.0) -> sounds.Sound:
    """A mains frequency and nine multiples, ``db`` RMS full scale in all."""
    time = np.arange(round(seconds * 16_000)) / 16_000
    lines = sum(np.sin(2 * np.pi * mains * k * time + k) / k for k in range(1, 11))
    return np.asarray(lines / np.sqrt(np.mean(lines**2)) * 10 ** (db / 20), np.float32)


@pytest.mark.parametrize("db", [-12.0, -20.0, -30.0])
@pytest.mark.parametrize("mains", [50.0, 49.9, 60.1])
def test_speech_beside_a_hum_is_heard(db: float, mains: float) -> None:
    clean = voice()
    spoken = DETECTOR.detect(clean)
    humming = (0.5 * clean + hum(40, db, mains)).astype(np.float32)

    lines = remove_hum(humming)

    assert len(lines) >= 6
    found = DETECTOR.detect(humming)
    assert total(intersect(found, spoken)) >= 0.9 * total(spoken)
    assert total(found) <= 1.15 * total(spoken)


@pytest.mark.parametrize("name", ["N02", "N03", "N05", "N07", "N12"])
def test_voices_are_no_hum(name: str) -> None:
    for channel in numbers(decode([next(NIGHT.glob(f"{name}.*"))])):
        assert hum_lines(channel) == ()


@pytest.mark.parametrize(
    "sound",
    [
        sounds.ringback(6),
        sounds.busy(40),
        sounds.noise(30, db=-30),
        sounds.silence(30),
        sounds.silence(0),
        sounds.silence(1),
    ],
    ids=["ringback", "busy", "noise", "silence", "nothing", "short"],
)
def test_tones_and_noise_are_no_hum(sound: sounds.Sound) -> None:
    before = sound.copy()

    assert remove_hum(sound) == ()
    np.testing.assert_array_equal(sound, before)
