"""Real measurements on the shortest calls of the demonstration night. How fast it is, no test asks."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.bench.comparison import compare
from pipeline.bench.job import (
    BenchmarkCall,
    BenchmarkJob,
    BenchmarkOutcome,
    job_from,
    not_measured,
    outcome_from,
)
from pipeline.bench.own import clocked
from pipeline.bench.process import measure
from pipeline.bench.report import Benchmark
from pipeline.bench.ways import Way, missing, openai_weights
from pipeline.domain import SAMPLE_RATE_HZ, Span
from pipeline.errors import CallinspectError, ModelError, UsageError
from pipeline.messages.message import verbatim
from pipeline.settings import Settings
from pipeline.transcription import ScoresTexts, SpeechWindow, load_transcriber

ROOT = Path(__file__).parents[3]
NIGHT = ROOT / "scripts/demo_night/night"
MODELS = ROOT / "models"
VOICEMAIL, ABANDONED, BROKEN = "N13", "N14", "N15"

needs_model = pytest.mark.skipif(
    not (MODELS / "base" / "model.bin").is_file(),
    reason="the speech model is missing; run `callinspect models fetch base`",
)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A voicemail (8.7 s, one channel), an abandoned call (3 s, two channels), and a broken file."""
    folder = tmp_path_factory.mktemp("night")
    (folder / "audio").mkdir()
    with (NIGHT / "calls.csv").open(encoding="utf-8-sig") as listed:
        rows = [row for row in csv.DictReader(listed) if row["call_id"] in (VOICEMAIL, ABANDONED, BROKEN)]
    with (folder / "calls.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    for row in rows:
        shutil.copy(NIGHT / row["file"], folder / row["file"])
    return folder


@pytest.fixture(scope="module")
def compared(night: Path) -> tuple[Benchmark, list[tuple[Way | None, int]]]:
    steps: list[tuple[Way | None, int]] = []
    bench = compare(
        night,
        settings=Settings(models=MODELS, workers=1),
        calls=night / "calls.csv",
        truth=NIGHT / "truth",
        ways=(Way.LIMIT, Way.README, Way.OURS, Way.OPENAI),
        rounds=2,
        step=lambda way, round_: steps.append((way, round_)),
    )
    return bench, steps


@needs_model
def test_ways_take_turns(compared: tuple[Benchmark, list[tuple[Way | None, int]]]) -> None:
    bench, steps = compared
    turn = [way for way in (Way.README, Way.OPENAI, Way.OURS, Way.LIMIT) if way not in bench.missing]
    assert steps == [(None, 0), *((way, 0) for way in turn), *((way, 1) for way in turn)]
    assert [row.way for row in bench.rows] == turn
    assert all(len(row.runs) == 2 for row in bench.rows)


@needs_model
def test_every_process_is_watched(compared: tuple[Benchmark, list[tuple[Way | None, int]]]) -> None:
    bench, _ = compared
    for row in bench.rows:
        for run in row.runs:
            assert 0 < run.loading_cpu < run.cpu
            assert 0 < run.loading_wall < run.wall
            assert 0 < run.work_wall <= run.wall - run.loading_wall
            assert all(50 << 20 < peak < 4 << 30 for peak in run.peaks)
    ours, limit = bench.row(Way.OURS), bench.row(Way.LIMIT)
    assert ours is not None
    assert limit is not None
    assert [len(run.peaks) for run in ours.runs] == [2, 2], "the parent and its one worker"
    assert ours.other_share is not None
    assert 0 < ours.other_share < 1
    assert ours.confirmation_share is not None
    assert all(run.recognition_cpu for run in limit.runs)


@needs_model
def test_the_stopwatch_can_do_what_the_engine_can() -> None:
    """Else the inspection would confirm nothing while it is measured."""
    engine = load_transcriber("base", models=MODELS, language="zh", device="cpu", compute_type="int8")
    watched = clocked(engine)
    assert isinstance(engine, ScoresTexts)
    assert isinstance(watched, ScoresTexts)
    span = Span(0.0, 1.0)
    window = SpeechWindow(np.zeros(SAMPLE_RATE_HZ, np.float32), span, (span,))
    assert watched.log_probabilities(window, ["您好", "再见"]) == engine.log_probabilities(
        window, ["您好", "再见"]
    )
    assert watched.confirmation_seconds > 0 == watched.cpu_seconds


@needs_model
def test_the_same_calls_are_heard_by_all(compared: tuple[Benchmark, list[tuple[Way | None, int]]]) -> None:
    bench, _ = compared
    assert (bench.calls, bench.labelled) == (2, 2)
    assert bench.audio_seconds == pytest.approx(8.685 + 2.988, abs=0.1)
    assert [problem.call_id for problem in bench.problems] == [BROKEN]
    for way in (Way.README, Way.OURS):
        row = bench.row(way)
        assert row is not None
        assert row.accuracy is not None
        assert row.accuracy.characters > 20
        assert row.accuracy.error_rate_any_role is not None
        assert row.accuracy.error_rate_any_role < 0.6, "its text has arrived"
    readme = bench.row(Way.README)
    assert readme is not None
    assert readme.problems == ()


@needs_model
def test_openai_whisper_says_what_it_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    lack = missing(Way.OPENAI, model=MODELS / "base")
    assert lack is not None
    assert "torch" in lack or lack == str(tmp_path / "whisper" / "base.pt")
    assert openai_weights(Path("faster-whisper-small")).name == "small.pt"
    assert missing(Way.README, model=MODELS / "base") is None


def test_models_that_are_not_whisper_are_ours_alone(tmp_path: Path) -> None:
    assert missing(Way.OURS, model=tmp_path) is None
    for way in (Way.README, Way.BATCHED, Way.OPENAI, Way.LIMIT):
        assert "Whisper" in (missing(way, model=tmp_path) or "")


def job(folder: Path) -> BenchmarkJob:
    return BenchmarkJob(
        way=Way.README,
        started=time.monotonic(),
        model=str(folder),
        language="zh",
        device="cpu",
        compute_type="int8",
        settings="{}",
        folder=str(folder),
        windows=str(folder / "windows.npz"),
        dump=str(folder),
        calls=None,
        limit=None,
        workers=1,
        sounds=(BenchmarkCall("c", ("a.wav", "b.wav"), 1, 3.5),),
    )


def test_a_process_that_fails_leaves_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(CallinspectError, match=r"faster-whisper failed \(exit status 1\).*model\.bin"):
        measure(job(tmp_path))


def test_refusals_come_through_in_one_piece(tmp_path: Path) -> None:
    asked = Settings(models=tmp_path, lexicons=tmp_path / "none").model_dump_json()
    with pytest.raises(CallinspectError, match="exit status 2") as caught:
        measure(replace(job(tmp_path), way=Way.OURS, settings=asked))
    assert "Traceback" not in str(caught.value)


def test_a_model_that_is_not_here_stops_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="models fetch base"):
        compare(tmp_path, settings=Settings(models=tmp_path))


@needs_model
def test_a_folder_without_recordings_cannot_be_compared(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no readable recording"):
        compare(tmp_path, settings=Settings(models=MODELS))


def test_jobs_and_outcomes_travel_whole(tmp_path: Path) -> None:
    sent = replace(job(tmp_path), way=None, calls="calls.csv", limit=3)
    assert job_from(sent.as_json()) == sent
    assert job_from(replace(sent, way=Way.LIMIT).as_json()) == replace(sent, way=Way.LIMIT)
    outcome = BenchmarkOutcome(
        1.0,
        2.0,
        3.0,
        None,
        None,
        0.1,
        (5, 6),
        2,
        (("c", ("您好", "")),),
        (BenchmarkCall("c", ("a",), 2, 1.0),),
        (not_measured("c", verbatim("p")),),
    )
    assert outcome_from(outcome.as_json()) == outcome


def test_what_is_measured_loads_nothing_of_ours() -> None:
    """The memory and start-up of the baselines are theirs."""
    code = (
        "import sys, pipeline.bench.process, pipeline.bench.baselines; "
        "print({'sqlalchemy', 'pydantic', 'rich', 'ctranslate2', 'faster_whisper'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert found.stdout.strip() == "set()"
