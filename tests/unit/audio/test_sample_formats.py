"""Samples in sizes that sound editors and odd recorders write: each is decoded, or named as what it is."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.audio import decode
from pipeline.errors import AudioError
from tests.sounds import numbers

WAVE = 0.5 * np.sin(2 * np.pi * 440 * np.arange(8000) / 8000)
PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
GUID = bytes.fromhex("0000000010008000 00aa00389b71")


def write(
    path: Path,
    content: bytes,
    *,
    bits: int,
    tag: int = PCM,
    channels: int = 1,
    container: int | None = None,
    extensible: bool = False,
) -> Path:
    """A WAV file; ``bits`` is what its header claims, ``container`` how many each sample takes."""
    block = channels * (((container or bits) + 7) // 8) & 0xFFFF
    claim = (container or bits) if extensible else bits
    fmt = struct.pack(
        "<HHIIHH", EXTENSIBLE if extensible else tag, channels, 8000, 8000 * block, block, claim
    )
    if extensible:
        fmt += struct.pack("<HHIH", 22, bits, 4, tag) + GUID
    body = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", len(content))
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body) + len(content)) + body + content)
    return path


def integers(bits: int, container: int, wave: NDArray[np.float64] = WAVE) -> NDArray[np.int64]:
    """Left-justified, as the format says."""
    return (wave * (2 ** (bits - 1) - 1)).astype(np.int64) << (container - bits)


def packed(values: NDArray[np.int64], size: int) -> bytes:
    return b"".join(int(value).to_bytes(size, "little", signed=True) for value in values)


@pytest.mark.parametrize("extensible", [False, True])
@pytest.mark.parametrize(
    ("bits", "container", "tag", "content"),
    [
        (8, 8, PCM, (WAVE * 127 + 128).astype(np.uint8).tobytes()),
        (12, 16, PCM, integers(12, 16).astype("<i2").tobytes()),
        (16, 16, PCM, integers(16, 16).astype("<i2").tobytes()),
        (20, 24, PCM, packed(integers(20, 24), 3)),
        (24, 24, PCM, packed(integers(24, 24), 3)),
        (24, 32, PCM, integers(24, 32).astype("<i4").tobytes()),
        (32, 32, PCM, integers(32, 32).astype("<i4").tobytes()),
        (64, 64, PCM, integers(53, 64).astype("<i8").tobytes()),
        (32, 32, FLOAT, WAVE.astype("<f4").tobytes()),
        (64, 64, FLOAT, WAVE.astype("<f8").tobytes()),
    ],
)
def test_it_is_decoded(
    tmp_path: Path, bits: int, container: int, tag: int, content: bytes, extensible: bool
) -> None:
    path = write(tmp_path / "a.wav", content, bits=bits, tag=tag, container=container, extensible=extensible)
    audio = decode([path])
    (sound,) = numbers(audio)
    assert audio.duration == pytest.approx(1.0)
    assert audio.warning is None
    assert float(np.sqrt(np.mean(np.square(sound)))) == pytest.approx(0.3535, rel=0.02)


def test_two_channels_of_64_bits_stay_apart(tmp_path: Path) -> None:
    both = np.stack([integers(53, 64), 0 * integers(53, 64)], axis=1)
    left, right = numbers(decode([write(tmp_path / "a.wav", both.tobytes(), bits=64, channels=2)]))
    assert float(np.abs(left).max()) > 0.4
    assert float(np.abs(right).max()) == 0.0


@pytest.mark.parametrize("level", [0.9, 0.05, 0.001])
def test_padded_integers_are_told_from_numbers_at_any_level(tmp_path: Path, level: float) -> None:
    noise = np.random.default_rng(1).normal(0, level / 4, 8000).clip(-1, 1)
    content = integers(24, 32, noise).astype("<i4").tobytes()
    (sound,) = numbers(decode([write(tmp_path / "a.wav", content, bits=24, container=32)]))
    usual = write(tmp_path / "b.wav", packed(integers(24, 24, noise), 3), bits=24)
    assert sound == pytest.approx(numbers(decode([usual]))[0], abs=1e-4)


def test_the_numbers_of_an_old_editor_stay_what_they_are(tmp_path: Path) -> None:
    content = (WAVE * 2**23).astype("<f4").tobytes()
    (sound,) = numbers(decode([write(tmp_path / "a.wav", content, bits=24, container=32)]))
    assert float(np.abs(sound).max()) == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize(("bits", "tag"), [(0, PCM), (40, PCM), (48, PCM), (128, PCM), (16, FLOAT)])
@pytest.mark.parametrize("extensible", [False, True])
def test_what_nobody_decodes_is_named(tmp_path: Path, bits: int, tag: int, extensible: bool) -> None:
    path = write(tmp_path / "a.wav", bytes(80_000), bits=bits, tag=tag, extensible=extensible)
    with pytest.raises(AudioError, match=f"{bits}-bit") as caught:
        decode([path])
    assert caught.value.code == "unsupported-codec"
