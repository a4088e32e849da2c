"""Texts recorded once and played back without a model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.domain import Span
from pipeline.errors import ModelError
from pipeline.transcription import SpeechWindow
from pipeline.transcription.engines import engine_revision
from pipeline.transcription.recorded import RecordedTranscriber, Recorder, fingerprint
from pipeline.transcription.sherpa import SherpaTranscriber
from tests import sounds, tiny_sherpa


def window(*parts: sounds.Sound, at: float = 5.0) -> SpeechWindow:
    samples = np.concatenate(parts)
    span = Span(at, at + len(samples) / 16_000)
    return SpeechWindow(samples, span, (span,))


SAID = window(sounds.silence(0.3), sounds.tone(0.4, 500.0), sounds.tone(0.4, 3000.0), sounds.silence(0.3))
OTHER = window(sounds.silence(0.1), sounds.tone(0.8, 1200.0), sounds.silence(0.5))
NOTHING = window(sounds.noise(1.0, db=-40))


@pytest.fixture
def recorded(tmp_path: Path) -> tuple[Recorder, Path]:
    recorder = Recorder(SherpaTranscriber(tiny_sherpa.sense_voice(tmp_path / "sv")))
    recorder.transcribe([SAID, OTHER, NOTHING])
    recorder.save(tmp_path / "texts.json")
    return recorder, tmp_path / "texts.json"


def test_what_was_heard_is_played_back(recorded: tuple[Recorder, Path]) -> None:
    recorder, path = recorded
    engine = RecordedTranscriber(path)
    assert (engine.name, engine.model) == (recorder.name, recorder.model)
    live, played = recorder.transcribe([OTHER, SAID, NOTHING]), engine.transcribe([OTHER, SAID, NOTHING])
    assert [t.text for t in played] == [t.text for t in live] == ["个", "这对", ""]
    for a, b in zip(live, played, strict=True):
        assert [p.span.start for p in b.pieces] == pytest.approx([p.span.start for p in a.pieces], abs=1e-3)
        assert b.log_probability == pytest.approx(a.log_probability, abs=1e-4)


def test_the_same_texts_give_the_same_bytes(recorded: tuple[Recorder, Path], tmp_path: Path) -> None:
    _, path = recorded
    again = Recorder(SherpaTranscriber(tiny_sherpa.sense_voice(tmp_path / "sv")))
    again.transcribe([NOTHING])
    again.transcribe([OTHER, SAID])
    again.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == path.read_bytes()


def test_the_last_bit_of_a_sample_does_not_matter(recorded: tuple[Recorder, Path]) -> None:
    _, path = recorded
    shaken = replace(SAID, samples=SAID.samples * np.float32(1 + 1e-6))
    assert fingerprint(shaken) == fingerprint(SAID)
    assert RecordedTranscriber(path).transcribe([shaken])[0].text == "这对"


def test_other_sounds_have_other_fingerprints() -> None:
    assert len({fingerprint(w) for w in (SAID, OTHER, NOTHING)}) == 3
    assert fingerprint(replace(SAID, samples=SAID.samples[:-1])) != fingerprint(SAID)


def test_an_unknown_window_says_where_it_lies(recorded: tuple[Recorder, Path]) -> None:
    _, path = recorded
    with pytest.raises(
        ModelError, match=r"texts\.json: no text for the sound at 7\.00\.\.8\.00 s; record again"
    ):
        RecordedTranscriber(path).transcribe([window(sounds.tone(1.0, 700.0), at=7.0)])


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 99}', "\udcff"])
def test_other_files_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "texts.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(ModelError, match="recorded texts"):
        RecordedTranscriber(path)


def test_the_revision_is_that_of_the_engine_that_was_recorded(
    recorded: tuple[Recorder, Path], tmp_path: Path
) -> None:
    recorder, path = recorded
    found = engine_revision(f"recorded:{path}", models=tmp_path)
    assert (found.engine, found.model) == (recorder.name, recorder.model)
