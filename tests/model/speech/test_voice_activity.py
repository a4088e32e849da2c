"""Voice activity, on the committed night and on sounds that are no voice."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from pipeline.audio import decode
from pipeline.domain import SAMPLE_RATE_HZ, Role, Span, intersect, merge, subtract, total
from pipeline.speech.voice_activity import SpeechDetector
from tests import sounds
from tests.sounds import numbers

NIGHT = Path(__file__).resolve().parents[3] / "scripts" / "demo_night" / "night"
STEREO = ("N02", "N03", "N04", "N08", "N10", "N12", "N16")
MIXED = ("N06", "N07", "N09", "N11")
DETECTOR = SpeechDetector()


@cache
def channels(call: str) -> tuple[sounds.Sound, ...]:
    return numbers(decode([next((NIGHT / "audio").glob(f"{call}.*"))]))


def said(call: str, *roles: str) -> tuple[Span, ...]:
    truth = json.loads((NIGHT / "truth" / f"{call}.json").read_text(encoding="utf-8"))
    return merge(Span(t["start"], t["end"]) for t in truth["turns"] if t["role"] in roles)


def by_channel(call: str) -> list[tuple[tuple[Span, ...], tuple[Span, ...]]]:
    """What was found and what was said, per channel."""
    truth = json.loads((NIGHT / "truth" / f"{call}.json").read_text(encoding="utf-8"))
    agent = ("left", "right").index(truth["agent_channel"])
    own = [Role.AGENT if side == agent else Role.CUSTOMER for side in (0, 1)]
    return [
        (DETECTOR.detect(sound), said(call, role)) for sound, role in zip(channels(call), own, strict=True)
    ]


def test_at_most_two_percent_of_the_speech_is_missed_and_a_fifth_is_false() -> None:
    pairs = [pair for call in STEREO for pair in by_channel(call)]
    pairs += [(DETECTOR.detect(channels(call)[0]), said(call, "agent", "customer")) for call in MIXED]
    speech = sum(total(truth) for _, truth in pairs)
    missed = sum(total(subtract(truth, found)) for found, truth in pairs)
    false = sum(total(subtract(found, truth)) for found, truth in pairs)
    assert missed / speech <= 0.02
    assert false / speech <= 0.20


@pytest.mark.parametrize("call", STEREO)
def test_no_party_is_lost(call: str) -> None:
    for found, truth in by_channel(call):
        assert total(intersect(found, truth)) >= 0.97 * total(truth)


def test_a_quiet_voice_is_heard_like_a_loud_one() -> None:
    loud = channels("N03")[0]
    truth = said("N03", "agent")
    quiet = DETECTOR.detect(loud * 0.1)
    assert total(subtract(truth, quiet)) <= 0.03 * total(truth)


def test_every_turn_is_heard_above_noise_twenty_decibels_below() -> None:
    loud = channels("N03")[0]
    level = 10 * np.log10(np.mean(np.square(loud)) + 1e-12)
    noisy = loud + sounds.noise(len(loud) / SAMPLE_RATE_HZ, db=float(level) - 15)[: len(loud)]
    truth = said("N03", "agent")
    found = DETECTOR.detect(noisy)
    assert total(subtract(truth, found)) <= 0.05 * total(truth)


def test_spans_are_sorted_disjoint_and_inside_the_recording() -> None:
    sound = channels("N08")[0][: 20 * SAMPLE_RATE_HZ + 77]
    spans = DETECTOR.detect(sound)
    assert spans == merge(spans)
    assert spans[0].start >= 0.0
    assert spans[-1].end <= len(sound) / SAMPLE_RATE_HZ


@pytest.mark.parametrize("count", [0, 1, 511])
def test_less_than_a_frame_holds_no_speech(count: int) -> None:
    assert DETECTOR.detect(np.ones(count, dtype=np.float32) * 0.1) == ()


@pytest.mark.parametrize(
    "sound",
    [
        sounds.silence(5),
        sounds.noise(5, db=-60),
        sounds.noise(5, db=-30),
        sounds.pink_noise(5, db=-30),
        sounds.tone(5, 450),
        sounds.ringback(2),
        sounds.busy(8),
        sounds.dtmf(),
        sounds.hum(5),
        sounds.comfort_noise(5),
        sounds.clicks(5),
    ],
)
def test_line_sounds_are_no_speech(sound: sounds.Sound) -> None:
    assert DETECTOR.detect(sound) == ()


def test_the_model_is_not_asked_about_silence() -> None:
    sound = np.concatenate([sounds.silence(10), channels("N03")[0][: 10 * SAMPLE_RATE_HZ]])
    probabilities = DETECTOR.probabilities(sound)
    assert not probabilities[: round(9 / 0.032)].any()
    assert probabilities.any()
