"""WAV headers that lie, and what their sizes say about a file that was cut."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from pipeline.audio import decode
from pipeline.errors import AudioError
from tests.sounds import warning_of


def wav(
    path: Path,
    *,
    seconds: float = 2.0,
    channels: int = 1,
    rate: int = 8000,
    bits: int = 16,
    claimed: int | None = None,
    riff: int | None = None,
) -> Path:
    """Write a WAV file by hand; ``claimed`` and ``riff`` replace the true sizes."""
    data = b"\x10\x00" * round(seconds * 8000 * max(1, min(channels, 2)))
    block = channels * bits // 8 & 0xFFFF
    fmt = struct.pack("<HHIIHH", 1, channels, rate, rate * block & 0xFFFFFFFF, block, bits)
    size = len(data) if claimed is None else claimed
    body = b"WAVEfmt " + struct.pack("<I", 16) + fmt + b"data" + struct.pack("<I", size) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body) if riff is None else riff) + body)
    return path


@pytest.mark.parametrize("claimed", [0, 0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFF024])
def test_open_ended_size_is_complete(tmp_path, claimed):
    """Recorders that stream, and switches that crashed before writing the size."""
    audio = decode([wav(tmp_path / "a.wav", claimed=claimed, riff=claimed)])

    assert audio.duration == pytest.approx(2.0)
    assert audio.warning is None


def test_size_beyond_the_file_is_partial(tmp_path):
    audio = decode([wav(tmp_path / "a.wav", claimed=8000 * 2 * 8)])

    assert audio.duration == pytest.approx(2.0)
    assert warning_of(audio) == "the file is cut short: 2.0 s of 8.0 s are there"


def test_one_missing_sample_is_no_damage(tmp_path):
    assert decode([wav(tmp_path / "a.wav", claimed=32_002)]).warning is None


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"channels": 0}, "zero-channels"),
        ({"channels": 3}, "too-many-channels"),
        ({"channels": 65_535}, "too-many-channels"),
        ({"rate": 0}, "corrupt"),
        ({"rate": 1}, "corrupt"),
        ({"rate": 4_000_000_000}, "corrupt"),
        ({"seconds": 0.0}, "empty"),
        ({"seconds": 0.0, "claimed": 32_000}, "truncated"),
    ],
    ids=str,
)
def test_impossible_header(tmp_path, header, code):
    with pytest.raises(AudioError) as caught:
        decode([wav(tmp_path / "a.wav", **header)])

    assert caught.value.code == code
    assert str(caught.value)


@pytest.mark.parametrize("size", [12, 20, 30, 36, 43])
def test_cut_inside_the_header(tmp_path, size):
    path = wav(tmp_path / "a.wav")
    path.write_bytes(path.read_bytes()[:size])

    with pytest.raises(AudioError) as caught:
        decode([path])

    assert caught.value.code == "truncated"


def test_more_than_four_hours_is_refused_at_once(tmp_path):
    path = wav(tmp_path / "a.wav", claimed=0xFFFFFFFF)
    with path.open("r+b") as file:
        file.truncate(10 << 30)  # sparse

    with pytest.raises(AudioError) as caught:
        decode([path])

    assert caught.value.code == "too-long"


def test_other_chunks_are_stepped_over(tmp_path):
    path = wav(tmp_path / "a.wav")
    whole = path.read_bytes()
    note = b"LIST" + struct.pack("<I", 5) + b"notes" + b"\0"  # odd sizes are padded
    path.write_bytes(whole[:12] + note + whole[12:])

    assert decode([path]).duration == pytest.approx(2.0)
