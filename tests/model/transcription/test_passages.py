"""Windows of one party heard together, on turns whose words are known."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from rapidfuzz.distance import Levenshtein

from pipeline.audio import decode
from pipeline.bench.accuracy import plain
from pipeline.domain import SAMPLE_RATE_HZ, Span
from pipeline.transcription import SpeechWindow, Transcriber, WindowText, load_transcriber
from tests.sounds import noise, numbers

pytestmark = pytest.mark.model

ROOT = Path(__file__).resolve().parents[3]
NIGHT = ROOT / "scripts" / "demo_night" / "night"


class Said(NamedTuple):
    window: SpeechWindow
    text: str


@pytest.fixture(scope="module")
def engine() -> Transcriber:
    if not (ROOT / "models" / "base" / "model.bin").is_file():
        pytest.skip("needs `callinspect models fetch base`")
    return load_transcriber("base", models=ROOT / "models", language="zh", device="cpu", compute_type="int8")


@pytest.fixture(scope="module")
def agent() -> list[Said]:
    """The agent's turns of a call on two channels."""
    truth = json.loads((NIGHT / "truth" / "N10.json").read_text(encoding="utf-8"))
    channels = numbers(decode([next((NIGHT / "audio").glob("N10.*"))]))
    samples = channels[0 if truth["agent_channel"] == "left" else 1]
    out, lane = [], object()
    for turn in truth["turns"]:
        if turn["role"] == "agent":
            span = Span(max(0.0, turn["start"] - 0.1), turn["end"] + 0.1)
            sound = samples[round(span.start * SAMPLE_RATE_HZ) : round(span.end * SAMPLE_RATE_HZ)]
            voiced = (Span(turn["start"], turn["end"]),)
            out.append(Said(SpeechWindow(sound, span, voiced, lane=lane), turn["text"]))
    return out


def likeness(heard: WindowText, said: str) -> float:
    return float(Levenshtein.normalized_similarity(plain(heard.text), plain(said)))


def test_words_stand_in_the_window_that_they_were_said_in(engine: Transcriber, agent: list[Said]) -> None:
    heard = engine.transcribe([said.window for said in agent])
    assert all(likeness(text, said.text) > 0.5 for text, said in zip(heard, agent, strict=True))
    for text, said in zip(heard, agent, strict=True):
        assert max(agent, key=lambda other: likeness(text, other.text)) == said


def test_what_is_said_twice_is_written_twice(engine: Transcriber, agent: list[Said]) -> None:
    """As people do; a decoder that repeats itself has nothing to show for it in the sound."""
    longest = max(agent, key=lambda said: len(said.text))
    at = longest.window.span.end + 1.0 - longest.window.span.start
    again = replace(
        longest.window,
        span=longest.window.span.shifted(at),
        voiced=tuple(span.shifted(at) for span in longest.window.voiced),
    )
    first, second = engine.transcribe([longest.window, again])
    assert likeness(first, longest.text) > 0.6
    assert likeness(second, longest.text) > 0.6


def test_a_window_of_noise_among_speech_stays_empty(engine: Transcriber, agent: list[Said]) -> None:
    last = agent[-1].window
    span = Span(last.span.end + 2.0, last.span.end + 5.0)
    hiss = SpeechWindow(noise(3.0, db=-45), span, (span,), lane=last.lane)
    heard = engine.transcribe([*(said.window for said in agent), hiss])
    assert heard[-1].text == ""
    assert all(text.text for text in heard[:-1])
