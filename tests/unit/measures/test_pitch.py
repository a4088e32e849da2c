"""Pitch range against signals of known pitch."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.domain import SAMPLE_RATE_HZ, Role, Span
from pipeline.measures import measure
from pipeline.measures.samples import thinned
from pipeline.measures.voice import voiced_pitch_hz
from tests.timelines import sine, timeline

F = NDArray[np.float32]


def voice(pitch_hz: NDArray[np.float64], *, lowest_harmonic: int = 1) -> F:
    """A buzz with falling harmonics that follows ``pitch_hz``, shape (samples,)."""
    phase = 2 * np.pi * np.cumsum(pitch_hz) / SAMPLE_RATE_HZ
    buzz = sum(np.sin(n * phase) / n for n in range(lowest_harmonic, 12))
    return np.asarray(0.1 * buzz, np.float32)


def glide(low_hz: float, high_hz: float, seconds: float) -> NDArray[np.float64]:
    """Even in semitones."""
    return np.geomspace(low_hz, high_hz, round(seconds * SAMPLE_RATE_HZ))


def pitch_range(sound: F, seconds: float) -> float | None:
    call = timeline(f"坐席 0-{seconds}", duration=seconds)
    return measure(call, {Role.AGENT: sound}).value("pitch_range_agent_semitones")


def test_a_glide_over_an_octave() -> None:
    assert pitch_range(voice(glide(120, 240, 10)), 10) == pytest.approx(12 * 0.8, abs=0.2)


def test_a_monotone_voice() -> None:
    assert pitch_range(voice(np.full(160_000, 180.0)), 10) == pytest.approx(0, abs=0.05)


def test_a_telephone_voice_without_its_fundamental() -> None:
    sound = voice(np.full(160_000, 110.0), lowest_harmonic=3)
    assert np.median(voiced_pitch_hz(sound)) == pytest.approx(110, rel=0.01)


def test_noise_and_pauses_are_no_voice() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, 160_000).astype(np.float32)
    assert pitch_range(noise, 10) is None
    assert pitch_range(np.zeros(160_000, np.float32), 10) is None
    half = np.concatenate([voice(glide(120, 240, 10)), 0.002 * noise])
    assert pitch_range(half, 20) == pytest.approx(12 * 0.8, abs=0.3)


def test_octave_errors_are_left_out() -> None:
    sound = np.concatenate([voice(np.full(160_000, 150.0)), voice(np.full(48_000, 300.0))])
    assert pitch_range(sound, 13) == pytest.approx(0, abs=0.1)


def test_too_little_voice() -> None:
    assert pitch_range(sine(150, 1.5), 1.5) is None


def test_long_speech_is_thinned_evenly() -> None:
    spans = (Span(0, 100), Span(150, 250))
    pieces = thinned(spans, most_s=60, piece_s=1)
    assert len(pieces) == 60
    assert sum(piece.duration for piece in pieces) == pytest.approx(60)
    assert sum(piece.end <= 100 for piece in pieces) == 30
    assert thinned(spans, most_s=200, piece_s=1) == spans
