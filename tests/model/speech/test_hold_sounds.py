"""Hold sounds are told from speech, noise and silence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pipeline.audio import decode
from pipeline.domain import Span, subtract, total
from pipeline.speech.hold_sounds import find_hold_sounds
from pipeline.speech.voice_activity import SpeechDetector
from tests import sounds
from tests.sounds import numbers

NIGHT = Path(__file__).resolve().parents[3] / "scripts" / "demo_night" / "night"
DETECTOR = SpeechDetector()


def found(sound: sounds.Sound, *, line_db: float | None = -65) -> tuple[Span, ...]:
    """On a line with a little noise, ten seconds of it before and after; times from the sound's beginning."""
    quiet = sounds.silence(10)
    whole = np.concatenate([quiet, sound, quiet])
    if line_db is not None:
        whole += sounds.noise(len(whole) / 16_000, db=line_db)[: len(whole)]
    spans = find_hold_sounds(whole, DETECTOR.detect(whole))
    return tuple(s.shifted(-10.0) for s in spans)


def test_music_from_beginning_to_end() -> None:
    (span,) = found(sounds.music(20))
    assert span.start == pytest.approx(0, abs=0.2)
    assert span.end == pytest.approx(20, abs=1.5)


def test_music_that_fills_the_whole_recording() -> None:
    music = sounds.music(20)
    assert total(find_hold_sounds(music, ())) == pytest.approx(20, abs=1.5)


def test_beeps_every_five_seconds_and_the_pauses_between_them() -> None:
    (span,) = found(sounds.repeated(sounds.tone(0.4, 1400.0), every=5.0, times=4))
    assert span.start == pytest.approx(0, abs=0.1)
    assert span.end == pytest.approx(15.4, abs=0.1)


def test_ringback_one_second_in_five() -> None:
    (span,) = found(sounds.ringback(4))
    assert span.end - span.start == pytest.approx(16, abs=0.2)


def test_busy_tone() -> None:
    (span,) = found(sounds.busy(10))
    assert span.end - span.start == pytest.approx(6.65, abs=0.2)


def test_two_keys_pressed_are_no_hold() -> None:
    assert found(sounds.dtmf("12")) == ()


def test_one_ring_is_no_hold() -> None:
    assert found(sounds.ringback(1)) == ()


@pytest.mark.parametrize(
    "sound",
    [
        sounds.silence(20),
        sounds.noise(20, db=-55),
        sounds.noise(20, db=-35),
        sounds.noise(20, db=-20),
        sounds.pink_noise(20, db=-35),
        sounds.comfort_noise(20),
    ],
)
def test_silence_and_steady_noise_are_none(sound: sounds.Sound) -> None:
    assert found(sound, line_db=None) == ()
    assert find_hold_sounds(sound, ()) == ()


@pytest.mark.parametrize("call", ["N02", "N03", "N07", "N08", "N12", "N16"])
def test_conversations_hold_no_music(call: str) -> None:
    for channel in numbers(decode([next((NIGHT / "audio").glob(f"{call}.*"))])):
        assert find_hold_sounds(channel, DETECTOR.detect(channel)) == ()


@pytest.mark.parametrize("call", ["N01", "N06"])
def test_music_of_the_night_is_found_where_nobody_speaks(call: str) -> None:
    truth = json.loads((NIGHT / "truth" / f"{call}.json").read_text(encoding="utf-8"))
    turns = [Span(t["start"], t["end"]) for t in truth["turns"]]
    (hold,) = [s for s in truth["silences"] if s["kind"] == "hold-music"]
    expected = Span(hold["start"], hold["end"])
    holds = []
    for channel in numbers(decode([next((NIGHT / "audio").glob(f"{call}.*"))])):
        holds += find_hold_sounds(channel, DETECTOR.detect(channel))
    assert total(subtract([expected], holds)) <= 2.0
    assert total(subtract(holds, [expected])) <= 0.5
    assert total(subtract(holds, turns)) == pytest.approx(total(holds), abs=0.3)
