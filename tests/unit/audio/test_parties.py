"""One call from two files, one per party."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from pipeline.audio import decode
from pipeline.errors import AudioError
from tests.sounds import numbers, warning_of


def write(path, seconds, level, *, rate=8000, channels=1):
    soundfile.write(path, np.full((round(seconds * rate), channels), level), rate)
    return path


def test_two_files_become_two_channels_of_equal_length(tmp_path):
    agent = write(tmp_path / "agent.wav", 2.0, 0.25)
    customer = write(tmp_path / "customer.wav", 3.0, -0.5, rate=16_000)

    audio = decode([agent, customer])

    assert [len(channel) for channel in numbers(audio)] == [48_000, 48_000]
    assert audio.duration == 3.0
    assert numbers(audio)[0][1000:31_000] == pytest.approx(0.25, abs=0.01)
    assert not numbers(audio)[0][33_000:].any()
    assert numbers(audio)[1][1000:47_000] == pytest.approx(-0.5, abs=0.01)


def test_a_partys_stereo_file_is_mixed_down(tmp_path):
    agent = tmp_path / "agent.wav"
    soundfile.write(agent, np.tile([0.5, 0.1], (16_000, 1)), 8000)

    audio = decode([agent, write(tmp_path / "customer.wav", 2.0, 0.1)])

    assert numbers(audio)[0][1000:31_000] == pytest.approx(0.3, abs=0.01)


def test_one_unreadable_file_makes_the_call_unreadable(tmp_path):
    """Judging one party without the other would be unfair."""
    agent = write(tmp_path / "agent.wav", 2.0, 0.25)
    (tmp_path / "customer.wav").touch()

    with pytest.raises(AudioError, match=r"customer\.wav: the file is empty") as caught:
        decode([agent, tmp_path / "customer.wav"])

    assert caught.value.code == "empty"


def test_warnings_name_the_party(tmp_path):
    agent = write(tmp_path / "agent.wav", 2.0, 0.25)
    agent.write_bytes(agent.read_bytes()[:-8000])

    audio = decode([agent, write(tmp_path / "customer.wav", 2.0, 0.1)])

    assert warning_of(audio) == "agent's file: the file is cut short: 1.5 s of 2.0 s are there"


def test_three_files_are_no_call(tmp_path):
    with pytest.raises(AudioError):
        decode([write(tmp_path / f"{i}.wav", 1.0, 0.1) for i in range(3)])
