"""What every speech engine must do. One suite; each engine brings windows in which it hears something."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from pipeline.audio import decode
from pipeline.conversation.text import simplified
from pipeline.domain import SAMPLE_RATE_HZ, Span
from pipeline.transcription import SpeechWindow, Transcriber, WindowText, load_transcriber
from pipeline.transcription.recorded import Recorder
from tests import sounds, tiny_sherpa
from tests.sounds import numbers

ROOT = Path(__file__).resolve().parents[2]
NIGHT = ROOT / "scripts" / "demo_night" / "night"


class Case(NamedTuple):
    engine: Transcriber
    speech: tuple[SpeechWindow, ...]
    """Windows of different lengths in which the engine hears something."""
    knows_noise: bool = True
    """False for a toy model whose every frame is some character."""


def window(samples: sounds.Sound, *, at: float) -> SpeechWindow:
    span = Span(at, at + len(samples) / SAMPLE_RATE_HZ)
    return SpeechWindow(samples, span, (span,))


def nothing_said(at: float) -> tuple[SpeechWindow, ...]:
    return window(sounds.silence(1.5), at=at), window(sounds.noise(2.0, db=-40), at=at + 2)


@cache
def spoken_windows() -> tuple[SpeechWindow, ...]:
    """Six turns of a call, each with a tenth of a second around it."""
    truth = json.loads((NIGHT / "truth" / "N10.json").read_text(encoding="utf-8"))
    channels = numbers(decode([next((NIGHT / "audio").glob("N10.*"))]))
    own = {truth["agent_channel"]: "agent"}
    out = []
    for turn in truth["turns"][:6]:
        side = 0 if own.get("left", "customer") == turn["role"] else 1
        start = max(0.0, turn["start"] - 0.1)
        first, last = round(start * SAMPLE_RATE_HZ), round((turn["end"] + 0.1) * SAMPLE_RATE_HZ)
        samples = channels[side][first:last]
        span = Span(start, start + len(samples) / SAMPLE_RATE_HZ)
        out.append(SpeechWindow(samples, span, (Span(turn["start"], turn["end"]),)))
    return tuple(out)


def toned_windows() -> tuple[SpeechWindow, ...]:
    words = ("這", "個個", "對這個", "這對", "個", "對")
    out = []
    for index, word in enumerate(words):
        parts = [sounds.tone(0.3, tiny_sherpa.HERTZ[character]) for character in word]
        pause = sounds.silence(0.1 + 0.15 * index)
        out.append(window(np.concatenate([pause, *parts, pause]), at=10.0 * index))
    return tuple(out)


def load(model: str, folder: Path) -> Transcriber:
    return load_transcriber(model, models=folder, language="zh", device="cpu", compute_type="int8")


@pytest.fixture(
    scope="module",
    params=[pytest.param("whisper", marks=pytest.mark.model), "sense-voice", "paraformer", "recorded"],
)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("models")
    match request.param:
        case "whisper":
            if not (ROOT / "models" / "base" / "model.bin").is_file():
                pytest.skip("needs `callinspect models fetch base`")
            return Case(load("base", ROOT / "models"), spoken_windows())
        case "sense-voice":
            return Case(load(str(tiny_sherpa.sense_voice(folder / "sv")), folder), toned_windows())
        case "paraformer":
            tiny_sherpa.paraformer(folder / "pf")
            return Case(load(f"sherpa:{folder / 'pf'}", folder), toned_windows(), knows_noise=False)
        case _:
            recorder = Recorder(load(str(tiny_sherpa.sense_voice(folder / "sv")), folder))
            speech = toned_windows()
            recorder.transcribe([*speech, *nothing_said(100.0)])
            recorder.save(folder / "texts.json")
            return Case(load(f"recorded:{folder / 'texts.json'}", folder), speech)


@pytest.fixture(scope="module")
def heard(case: Case) -> Sequence[WindowText]:
    """All that is spoken, at once; each test compares it with what it asks for itself."""
    return case.engine.transcribe(case.speech)


def test_each_window_has_its_text(case: Case, heard: Sequence[WindowText]) -> None:
    assert len(heard) == len(case.speech)
    assert all(text.text for text in heard)


def test_results_keep_the_order_of_the_windows(case: Case, heard: Sequence[WindowText]) -> None:
    forwards = heard
    backwards = case.engine.transcribe(case.speech[::-1])
    assert backwards[::-1] == forwards
    least = len(forwards) // 2 + (1 if case.knows_noise else 0)  # the toy model has few words
    assert len({text.text for text in forwards}) >= least, "texts too alike to tell the order"


def test_a_window_alone_sounds_as_among_others(case: Case) -> None:
    together = case.engine.transcribe([*case.speech, *nothing_said(100.0)])
    for index in (0, 3, len(case.speech) - 1):
        assert case.engine.transcribe([case.speech[index]]) == [together[index]]


def test_another_grouping_changes_nothing(case: Case, heard: Sequence[WindowText]) -> None:
    whole = heard
    split = case.engine.transcribe(case.speech[:3]) + case.engine.transcribe(case.speech[3:])
    assert split == whole
    assert case.engine.transcribe([case.speech[1]] * 5) == [whole[1]] * 5


def test_a_party_sounds_the_same_whoever_is_heard_beside_it(case: Case) -> None:
    """A lane's windows are heard together by some engines; those of other lanes change nothing."""
    first, second = object(), object()
    one = [replace(given, lane=first) for given in case.speech[::2]]
    other = [replace(given, lane=second) for given in case.speech[1::2]]
    together = case.engine.transcribe([*other, *one, *nothing_said(100.0)])
    assert case.engine.transcribe(one) == together[len(other) : len(other) + len(one)]
    assert case.engine.transcribe(other[::-1]) == together[: len(other)][::-1]
    assert all(text.text for text in together[: len(other) + len(one)])


def test_the_same_twice(case: Case) -> None:
    assert case.engine.transcribe(case.speech[:2]) == case.engine.transcribe(case.speech[:2])


def test_no_windows(case: Case) -> None:
    assert case.engine.transcribe([]) == []


def test_nothing_is_heard_in_silence_and_noise(case: Case) -> None:
    silence, noise = case.engine.transcribe(nothing_said(100.0))
    assert silence.pieces == ()
    assert noise.pieces == () or not case.knows_noise


def test_a_window_in_which_nobody_speaks_is_not_decoded(case: Case) -> None:
    unvoiced = replace(case.speech[0], voiced=())
    assert case.engine.transcribe([unvoiced])[0].pieces == ()


def test_a_window_of_a_few_samples(case: Case) -> None:
    if case.engine.model.startswith("sv@") and not hasattr(case.engine, "_recognizer"):
        pytest.skip("a recorded engine knows only what was recorded")
    assert len(case.engine.transcribe([window(sounds.silence(0.002), at=0.0)])) == 1


def test_times_lie_inside_the_window_in_order(case: Case, heard: Sequence[WindowText]) -> None:
    for given, text in zip(case.speech, heard, strict=True):
        spans = [piece.span for piece in text.pieces]
        assert all(given.span.start <= s.start <= s.end <= given.span.end + 1e-6 for s in spans)
        assert spans == sorted(spans)


def test_times_move_with_the_window(case: Case) -> None:
    given = case.speech[2]
    later = replace(
        given, span=given.span.shifted(1000.0), voiced=tuple(v.shifted(1000.0) for v in given.voiced)
    )
    here, there = case.engine.transcribe([given, later])
    assert there.text == here.text
    for a, b in zip(here.pieces, there.pieces, strict=True):
        assert b.span.start - a.span.start == pytest.approx(1000.0, abs=2e-3)
        assert b.span.end - a.span.end == pytest.approx(1000.0, abs=2e-3)


def test_characters_are_simplified(heard: Sequence[WindowText]) -> None:
    text = "".join(each.text for each in heard)
    assert text == simplified(text)


def test_log_probabilities_are_none_above_zero(heard: Sequence[WindowText]) -> None:
    assert all(-5 < text.log_probability < 0 for text in heard)


def test_engine_and_model_have_names(case: Case) -> None:
    assert case.engine.name
    name, digest = case.engine.model.split("@")
    assert name
    assert len(digest) == 12


def texts(engine: Transcriber, windows: Sequence[SpeechWindow]) -> list[str]:
    return [text.text for text in engine.transcribe(windows)]
