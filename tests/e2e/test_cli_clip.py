"""Hearing a finding: the right seconds of the right sound."""

from __future__ import annotations

import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.ingest import identify
from tests.e2e.commands import callinspect, here
from tests.nights import bad_call, fill, night_call

RATE = 8000


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A call whose left channel sounds only while the agent shirks (25.5 to 27 s)."""
    folder = tmp_path_factory.mktemp("clip")
    time = np.arange(30 * RATE) / RATE
    tone = np.where((time >= 25.5) & (time < 27.0), 0.5 * np.sin(2 * np.pi * 440 * time), 0.0)
    stereo = np.stack([tone, np.zeros_like(tone)], axis=1)
    with wave.open(str(folder / "call.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((stereo * 32767).astype("<i2").tobytes())
    bad = bad_call()
    call = night_call("O02", card=bad.scorecard, paths=(folder / "call.wav",))
    sha256 = identify(call.recording.paths)
    call = replace(
        call,
        recording=replace(call.recording, sha256=sha256),
        revisions=replace(call.revisions, audio_sha256=sha256),
    )
    fill(folder / "callinspect.db", [call])
    return folder


def samples(path: Path) -> tuple[int, np.ndarray]:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (2, 2)
        frames = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
        return file.getframerate(), frames


@pytest.mark.parametrize("finding", ["3", "shirk"])
def test_a_clip_holds_the_evidence_with_a_margin(place: Path, tmp_path: Path, finding: str) -> None:
    out = tmp_path / "new" / "clip.wav"
    got = callinspect("clip", "O02", "--finding", finding, "--margin", "1", "-o", out, cwd=place)
    assert (got.returncode, got.stdout) == (0, "")
    assert "推诿 0:25.5-0:27.0" in got.stderr
    rate, frames = samples(out)
    assert len(frames) / rate == pytest.approx(3.5, abs=0.01)
    loud = np.abs(frames[:, 0].astype(int)) > 3000
    assert np.flatnonzero(loud)[0] / rate == pytest.approx(1.0, abs=0.02)
    assert np.flatnonzero(loud)[-1] / rate == pytest.approx(2.5, abs=0.02)
    assert not frames[:, 1].any()


def test_other_sound_in_the_place_of_a_recording_is_not_clipped(place: Path, tmp_path: Path) -> None:
    sound = place / "call.wav"
    kept = sound.read_bytes()
    try:
        sound.write_bytes(kept[:-2] + b"\x01\x01")
        got = here("clip", "O02", "--finding", "3", "-o", tmp_path / "clip.wav", cwd=place)
    finally:
        sound.write_bytes(kept)
    assert got.returncode == 2
    assert "录音文件已不在" in got.stderr
    assert not (tmp_path / "clip.wav").exists()
