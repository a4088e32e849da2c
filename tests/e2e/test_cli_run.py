"""The run from the command line: what stops it before it begins, and what its exit status says."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from tests.e2e.commands import ROOT, callinspect, here

MODELS = ROOT / "models"

needs_model = pytest.mark.skipif(
    not (MODELS / "base" / "model.bin").is_file(),
    reason="the speech model is missing; run `callinspect models fetch base`",
)


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """One recording without a word in it, and one file that is no recording."""
    folder = tmp_path / "dump"
    folder.mkdir()
    with wave.open(str(folder / "quiet.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2 * 8000 * 6))
    (folder / "broken.wav").write_bytes(b"this is no sound " * 99)
    return folder


def test_without_a_model_nothing_begins(dump: Path, tmp_path: Path) -> None:
    got = callinspect("run", dump, cwd=tmp_path, CALLINSPECT_MODELS=str(tmp_path / "models"))
    assert (got.returncode, got.stdout) == (2, "")
    assert "callinspect models fetch base" in got.stderr
    assert len(got.stderr.splitlines()) == 1


def test_a_bad_rubric_is_named_with_its_line(dump: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("rubric: bad\ntitle: x\npass_mark: 101\nsections: []\n", encoding="utf-8")
    got = here("run", dump, "--rubric", bad, cwd=tmp_path)
    assert got.returncode == 2
    assert "bad.yaml:" in got.stderr
    assert "Traceback" not in got.stderr


@needs_model
def test_what_cannot_be_read_is_listed_and_gives_status_1(dump: Path, tmp_path: Path) -> None:
    got = callinspect("run", dump, "--workers", "1", cwd=tmp_path)
    assert got.returncode == 1, got.stderr
    lines = got.stderr.splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d \S", line) for line in lines), lines
    assert "2/2（100%）" in lines[-1]
    assert "broken.wav" in got.stdout
    listed = here("list", "--json", cwd=tmp_path).stdout.splitlines()
    states = {call["call_id"]: call["status"] for call in map(json.loads, listed)}
    assert states == {"broken": "unreadable", "quiet": "not-applicable"}

    again = callinspect("run", dump, "-q", cwd=tmp_path)
    assert again.returncode == 1, "what could not be read still cannot"
    assert "已是最新" in again.stdout
    assert "broken.wav" in again.stdout
    assert "callinspect list" not in again.stdout
    assert again.stderr == ""

    assert here("status", cwd=tmp_path).returncode == 1
    assert here("failed", "accept", "broken", "--reason", "线路故障", cwd=tmp_path).returncode == 0
    last = callinspect("run", dump, "--log", "json", cwd=tmp_path)
    events = [json.loads(line) for line in (*last.stderr.splitlines(), *last.stdout.splitlines())]
    assert [one["event"] for one in events][-2:] == ["progress", "end"]
    assert (last.returncode, events[-1]["exit_status"], events[-1]["accepted"]) == (0, 0, 1)
    told = here("status", "--json", "--prometheus", tmp_path / "c.prom", cwd=tmp_path)
    assert (told.returncode, json.loads(told.stdout)["failures"]) == (
        0,
        {"open": 0, "accepted": 1, "of_last": 0},
    )
    assert 'callinspect_failures{state="accepted"} 1' in (tmp_path / "c.prom").read_text()
    first = json.loads(here("report", "run", "1", "--json", cwd=tmp_path).stdout)
    assert {"decode", "voice-activity", "saving"} <= first["stages"].keys()
    assert here("report", "run", "1", "-o", tmp_path / "run.html", cwd=tmp_path).returncode == 0
    assert str(dump / "broken.wav") in (tmp_path / "run.html").read_text(encoding="utf-8")


@needs_model
def test_a_watch_runs_and_stops_when_it_is_asked_to(dump: Path, tmp_path: Path) -> None:
    (dump / "quiet.wav").unlink()
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CALLINSPECT_", "COV_"))}
    options = ["watch", str(dump), "--every", "1", "--workers", "1"]
    with subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", *options],
        cwd=tmp_path,
        env={**clean, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as watching:
        assert watching.stderr is not None
        try:
            assert any("退出状态 1" in line for line in watching.stderr)
            time.sleep(2.5)
        finally:
            watching.terminate()
        assert watching.wait(30) == 0
    assert json.loads(here("report", "run", "--json", cwd=tmp_path).stdout)["run"] == 1, "it ran once"


@needs_model
def test_a_recording_that_was_cut_short_is_listed_and_no_plain_pass(tmp_path: Path) -> None:
    dump = tmp_path / "dump"
    dump.mkdir()
    whole = (ROOT / "scripts" / "demo_night" / "night" / "audio" / "N01.wav").read_bytes()
    (dump / "cut.wav").write_bytes(whole[: len(whole) * 2 // 5])
    for _ in range(2):
        got = callinspect("run", dump, "--workers", "1", cwd=tmp_path)
        assert got.returncode == 1, got.stdout + got.stderr
        assert "录音不完整" in got.stdout
        assert str(dump / "cut.wav") in got.stdout
        assert "已是最新" not in got.stdout
    (listed,) = here("list", "--flagged", "--json", cwd=tmp_path).stdout.splitlines()
    call = json.loads(listed)
    assert (call["call_id"], call["status"], call["passed"]) == ("cut", "partial", True)
    assert any("录音不完整" in reason for reason in call["flag_reasons"])
    assert "仅就读出的部分合格" in here("show", "cut", cwd=tmp_path).stdout
    assert "退出状态" in here("run", "--help", cwd=tmp_path).stdout


@needs_model
def test_make_run_hides_no_unreadable_recording_of_ones_own(dump: Path, tmp_path: Path) -> None:
    """The demo night has a broken file on purpose."""
    own = tmp_path / ".venv" / "bin" / "callinspect"
    own.parent.mkdir(parents=True)
    own.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m pipeline.cli "$@"\n')
    own.chmod(0o755)
    night = tmp_path / "scripts" / "demo_night" / "night"
    shutil.copytree(dump, night)
    (night / "calls.csv").write_text("call_id,file\nq,quiet.wav\nb,broken.wav\n")
    clean = {k: v for k, v in os.environ.items() if k not in ("CALLINSPECT_LANG", "CALLS")}
    for folder, status, told in (("", 0, ""), (str(dump), 1, "退出状态是 1")):
        got = subprocess.run(
            ["sh", ROOT / "scripts" / "run_night.sh"],
            cwd=tmp_path,
            env={**clean, "PYTHONPATH": str(ROOT), "DUMP": folder},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (got.returncode, told in got.stderr) == (status, True), got.stderr
        assert "broken.wav" in got.stdout


@needs_model
def test_a_dozen_hang_ups_are_inspected_beside_a_call(tmp_path: Path) -> None:
    """They come together, for the longest come first, and each is shorter than every window."""
    dump = tmp_path / "dump"
    dump.mkdir()
    shutil.copy(ROOT / "scripts" / "demo_night" / "night" / "audio" / "N04.wav", dump / "call.wav")
    chance = np.random.default_rng(3)
    for number in range(12):
        seconds = 0.06 + number * 0.0625
        sound = chance.normal(0, 3000, (round(seconds * 8000), 1 + number % 2)).astype("<i2")
        with wave.open(str(dump / f"hang-up{number:02}.wav"), "wb") as file:
            file.setnchannels(sound.shape[1])
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(sound.tobytes())
    got = callinspect("run", dump, "--workers", "1", cwd=tmp_path)
    assert got.returncode == 0, got.stdout + got.stderr
    listed = here("list", "--json", cwd=tmp_path).stdout.splitlines()
    calls = {call["call_id"]: call for call in map(json.loads, listed)}
    assert len(calls) == 13
    assert calls.pop("call")["status"] == "inspected"
    assert {(call["status"], bool(call["reason"])) for call in calls.values()} == {("not-applicable", True)}
