"""Where nobody speaks, nothing is written: not through the whole way, and not by the recogniser alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.domain import SAMPLE_RATE_HZ, Span
from pipeline.speech import Diariser, SpeakerSegmenter
from pipeline.transcription import SpeechWindow, Transcriber, cut_windows, load_transcriber
from tests import sounds

pytestmark = pytest.mark.model

MODELS = Path(__file__).resolve().parents[2] / "models"
SOUNDS = {
    "silence": sounds.silence(6),
    **{f"white noise at {db} dB": sounds.noise(6, db=db, seed=-db) for db in (-80, -60, -45, -30, -15)},
    **{f"pink noise at {db} dB": sounds.pink_noise(6, db=db, seed=-db) for db in (-60, -45, -30, -15)},
    **{f"{hertz} Hz": sounds.tone(6, float(hertz)) for hertz in (100, 440, 1000, 3000)},
    "keys": sounds.dtmf(),
    "ringback": sounds.ringback(2),
    "busy": sounds.busy(9),
    "hum": sounds.hum(6),
    "hold music": sounds.music(12),
    "faint hold music": sounds.music(12, seed=9, level=0.03),
    "other hold music": sounds.music(12, seed=11, level=0.3),
    "hold beeps": sounds.repeated(sounds.tone(0.4, 1400.0), every=5.0, times=3),
    "comfort noise": sounds.comfort_noise(6),
    "clicks": sounds.clicks(6),
}
SEGMENTER = SpeakerSegmenter(Diariser(MODELS / "campplus"))


@pytest.fixture(scope="module")
def engine() -> Transcriber:
    if not (MODELS / "base" / "model.bin").is_file():
        pytest.skip("needs `callinspect models fetch base`")
    return load_transcriber("base", models=MODELS, language="zh", device="cpu", compute_type="int8")


def written(engine: Transcriber, channels: list[sounds.Sound]) -> str:
    """Everything that a call with these channels would have in its transcript."""
    heard = SEGMENTER.segment(channels, duration=len(channels[0]) / SAMPLE_RATE_HZ)
    groups = [heard.tracks] if heard.layout.mono else [[lane] for lane in heard.tracks]
    windows = [
        window
        for lanes in groups
        if lanes
        for window in cut_windows(lanes[0].samples, [turn for lane in lanes for turn in lane.turns])
    ]
    return "".join(text.text for text in engine.transcribe(windows))


@pytest.mark.parametrize("name", SOUNDS)
def test_nothing_is_written_on_one_channel(engine: Transcriber, name: str) -> None:
    assert written(engine, [SOUNDS[name].copy()]) == ""


@pytest.mark.parametrize("name", SOUNDS)
def test_nothing_is_written_on_two_channels(engine: Transcriber, name: str) -> None:
    sound = SOUNDS[name]
    other = sounds.noise(len(sound) / SAMPLE_RATE_HZ, db=-65, seed=7)[: len(sound)]
    assert written(engine, [sound.copy(), other]) == ""


@pytest.mark.parametrize("name", SOUNDS)
@pytest.mark.parametrize("lane", [None, "one"], ids=["windows", "passages"])
def test_the_recogniser_alone_writes_nothing(engine: Transcriber, name: str, lane: object | None) -> None:
    """As if the detector had taken all of it for a voice."""
    sound = SOUNDS[name]
    windows = []
    for first, last in ((0.0, 1.2), (0.7, 4.0)):
        piece = sound[round(first * SAMPLE_RATE_HZ) : round(last * SAMPLE_RATE_HZ)]
        span = Span(first, first + len(piece) / SAMPLE_RATE_HZ)
        if len(piece):
            windows.append(SpeechWindow(np.ascontiguousarray(piece), span, (span,), lane=lane))
    assert "".join(text.text for text in engine.transcribe(windows)) == ""
