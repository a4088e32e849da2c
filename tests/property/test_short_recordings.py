"""Hang-ups: recordings shorter than every window that looks at them, the whole way from file to sheet."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pipeline.domain import SAMPLE_RATE_HZ, Call, Recording, Span, Status
from pipeline.inspection.hearing import segment_sound
from pipeline.inspection.spine import CallInspector, load_inspector
from pipeline.measures.edges import level_db
from pipeline.measures.loudness import integrated_loudness
from pipeline.settings import Settings
from pipeline.speech import Diariser, SpeakerSegmenter
from pipeline.speech.cepstral import CepstralEmbedder
from pipeline.speech.voice_activity import SpeechDetector
from tests import sounds
from tests.examples import THOROUGH

pytestmark = pytest.mark.model

MODELS = Path(__file__).resolve().parents[2] / "models"
LENGTHS = tuple(round(0.025 * step, 3) for step in range(1, 49))
"""Seconds, up to 1.2."""
HANG_UPS = (0.02, 0.06, 0.1, 0.3, 0.55, 0.75, 1.0)
LAYOUTS = ("mono", "stereo", "fake stereo", "one dead channel", "two files")


def voiced(seconds: float) -> sounds.Sound:
    """What the detector takes for a voice: a hum with overtones that rises and falls four times a second."""
    t = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    pitch = 140 + 15 * np.sin(2 * np.pi * 3 * t)
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE_HZ
    out = sum(np.sin(k * phase) / k for k in range(1, 12)) * (0.5 + 0.5 * np.sin(2 * np.pi * 4 * t))
    return np.asarray(0.1 * out, np.float32)


def halves(seconds: float) -> sounds.Sound:
    """Silence and then a loud tone: both sides of every threshold."""
    tone = sounds.tone(seconds, 440.0, level=0.5)
    tone[: len(tone) // 2] = 0
    return tone


def kinds(seconds: float) -> Iterator[tuple[str, sounds.Sound, sounds.Sound]]:
    """Name, and the sound of either party."""
    noise = sounds.noise(seconds, db=-25, seed=5)
    yield "silence", sounds.silence(seconds), sounds.silence(seconds)
    yield "noise", noise, sounds.noise(seconds, db=-30, seed=6)
    yield "tone", sounds.tone(seconds, 440.0), noise
    yield "voice", voiced(seconds), halves(seconds)
    yield "halves", halves(seconds), 0.01 * noise


def write(path: Path, *channels: sounds.Sound, rate_hz: int = SAMPLE_RATE_HZ) -> Path:
    table = np.clip(np.stack(channels, axis=1) * 32767, -32767, 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(table.tobytes())
    return path


def laid_out(
    layout: str, one: sounds.Sound, other: sounds.Sound, folder: Path, *, rate_hz: int = SAMPLE_RATE_HZ
) -> tuple[Path, ...]:
    a, b = folder / "a.wav", folder / "b.wav"
    match layout:
        case "mono":
            return (write(a, one, rate_hz=rate_hz),)
        case "stereo":
            return (write(a, one, other, rate_hz=rate_hz),)
        case "fake stereo":
            return (write(a, one, one, rate_hz=rate_hz),)
        case "one dead channel":
            return (write(a, 0 * one, one, rate_hz=rate_hz),)
        case _:
            half = other[: max(1, len(other) // 2)]
            return write(a, one, rate_hz=rate_hz), write(b, half, rate_hz=rate_hz)


def recording(paths: tuple[Path, ...]) -> Recording:
    return Recording(Call("short"), paths, "0" * 64)


@pytest.fixture(scope="module")
def segmenter() -> SpeakerSegmenter:
    return SpeakerSegmenter(Diariser())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_length_is_listened_to(segmenter: SpeakerSegmenter, tmp_path: Path, layout: str) -> None:
    first = LAYOUTS.index(layout)  # every length in one layout or another, and in all of them on demand
    usual = LENGTHS if THOROUGH else LENGTHS[first % 4 :: 4]
    for rate_hz, lengths in ((SAMPLE_RATE_HZ, usual), (8_000, usual[::4]), (44_100, usual[1::8])):
        for seconds in lengths:
            for name, one, other in kinds(seconds * rate_hz / SAMPLE_RATE_HZ):
                paths = laid_out(layout, one, other, tmp_path, rate_hz=rate_hz)
                found = segment_sound(recording(paths), segmenter)
                assert found.audio.duration == pytest.approx(seconds, abs=0.002), (name, rate_hz)
                for track in found.segmentation.tracks:
                    assert all(0 <= s.start < s.end <= seconds + 0.002 for s in track.speech), (name, seconds)


@pytest.mark.parametrize("samples", [1, 2, 159, 160, 400, 511, 512, 513, 1024, 4800])
def test_what_looks_through_windows_takes_less_than_one(samples: int) -> None:
    """The functions on their own: nothing before them need have left out what is too short."""
    sound = sounds.noise(1.0, db=-20)[:samples]
    assert SpeechDetector().probabilities(sound).shape == (-(-samples // 512),)
    assert len(level_db(sound)) == samples // 160
    assert integrated_loudness(sound) is None or samples >= 6400
    assert len(CepstralEmbedder().prepare(sound, [Span(0.0, samples / SAMPLE_RATE_HZ)]).loudness) >= 1


@pytest.fixture(scope="module")
def inspector() -> CallInspector:
    if not (MODELS / "base" / "model.bin").is_file():
        pytest.skip("needs `callinspect models fetch base`")
    return load_inspector(Settings())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_hang_up_is_inspected_and_not_applicable(
    inspector: CallInspector, tmp_path: Path, layout: str
) -> None:
    for seconds in HANG_UPS if THOROUGH else HANG_UPS[LAYOUTS.index(layout) % 2 :: 2]:
        for name, one, other in kinds(seconds):
            (found,) = inspector.inspect([recording(laid_out(layout, one, other, tmp_path))])
            assert (found.status, bool(found.reason)) == (Status.NOT_APPLICABLE, True), (name, seconds)
