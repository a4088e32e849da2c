"""Headers that recorders and scripts get wrong, channels that nobody uses: heard, or named."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from pipeline.audio import decode
from pipeline.errors import AudioError
from tests.sounds import numbers, warning_of

WAVE = 0.5 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 8000)
PCM = (WAVE * 32767).astype("<i2").tobytes()
G722 = 0x028F


def fmt(tag: int = 1, *, rate: int = 8000, bits: int = 16, per_second: int = 16_000, block: int = 2) -> bytes:
    return struct.pack("<HHIIHH", tag, 1, rate, per_second, block, bits)


def chunk(name: bytes, content: bytes, *, even: bool = True) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) & even)


def riff(*chunks: bytes) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


WHOLE = riff(chunk(b"fmt ", fmt()), chunk(b"data", PCM))


def heard(path: Path, content: bytes) -> tuple[float, float, str]:
    """Seconds, root mean square, and what is said of the file."""
    path.write_bytes(content)
    audio = decode([path])
    return audio.duration, float(np.sqrt(np.mean(np.square(numbers(audio)[0])))), warning_of(audio)


@pytest.mark.parametrize(
    "before",
    [
        b"\xef\xbb\xbf",
        b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: audio/x-wav\r\n\r\n",
        bytes(range(44)),
        b"\0" * 512,
    ],
    ids=["byte-order mark", "blank lines", "answer of a server", "header of a recorder", "zeros"],
)
def test_what_stands_before_the_header_is_left_out(tmp_path: Path, before: bytes) -> None:
    seconds, level, warning = heard(tmp_path / "a.wav", before + WHOLE)
    assert (seconds, warning) == (pytest.approx(2.0), "")
    assert level == pytest.approx(0.3535, rel=0.02)


@pytest.mark.parametrize("container", ["flac", "ogg"])
def test_blank_lines_before_other_containers(tmp_path: Path, container: str) -> None:
    made = io.BytesIO()
    soundfile.write(made, WAVE, 8000, format=container.upper(), subtype=None)
    seconds, _, _ = heard(tmp_path / f"a.{container}", b"\n\n" + made.getvalue())
    assert seconds == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize("before", [b"PK\x03\x04" + b"\0" * 26, b"%PDF-1.7\n"])
def test_a_recording_inside_something_else_is_not_taken_out(tmp_path: Path, before: bytes) -> None:
    with pytest.raises(AudioError) as caught:
        heard(tmp_path / "a.wav", before + WHOLE)
    assert caught.value.code == "not-audio"


def test_a_chunk_without_the_byte_that_evens_it_out(tmp_path: Path) -> None:
    note = chunk(b"LIST", b"INFOx", even=False)
    seconds, level, warning = heard(
        tmp_path / "a.wav", riff(chunk(b"fmt ", fmt()), note, chunk(b"data", PCM))
    )
    assert (seconds, warning) == (pytest.approx(2.0), "")
    assert level == pytest.approx(0.3535, rel=0.02)


def test_sound_in_several_chunks_is_heard_to_its_end(tmp_path: Path) -> None:
    """Of recorders that begin a chunk after each pause."""
    halves = [chunk(b"data", PCM[:16_000]), chunk(b"LIST", b"INFO"), chunk(b"data", PCM[16_000:])]
    seconds, level, warning = heard(tmp_path / "a.wav", riff(chunk(b"fmt ", fmt()), *halves))
    assert (seconds, warning) == (pytest.approx(2.0), "")
    assert level == pytest.approx(0.3535, rel=0.02)


def g722() -> bytes:
    """Two seconds of the tone as bare G.722."""
    made = io.BytesIO()
    with av.open(made, "w", format="g722") as out:
        stream = out.add_stream("g722", rate=16_000, layout="mono")
        wave = 0.5 * np.sin(2 * np.pi * 440 * np.arange(32_000) / 16_000)
        frame = av.AudioFrame.from_ndarray((wave * 32767).astype(np.int16)[None], format="s16", layout="mono")
        frame.sample_rate = 16_000
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return made.getvalue()


@pytest.mark.parametrize(
    ("tag", "rate", "bits"), [(G722, 16_000, 4), (G722, 8_000, 8), (0x65, 16_000, 4), (0x65, 8_000, 8)]
)
def test_g722_by_either_number_and_either_count_of_its_samples(
    tmp_path: Path, tag: int, rate: int, bits: int
) -> None:
    header = fmt(tag, rate=rate, bits=bits, per_second=8000, block=1)
    seconds, level, _ = heard(tmp_path / "a.wav", riff(chunk(b"fmt ", header), chunk(b"data", g722())))
    assert seconds == pytest.approx(2.0, abs=0.05)
    assert level == pytest.approx(0.3535, rel=0.05)


def test_a_codec_that_nobody_knows_is_named_by_its_number(tmp_path: Path) -> None:
    header = fmt(0x4321, bits=8, per_second=8000, block=1)
    with pytest.raises(AudioError, match="0x4321") as caught:
        heard(tmp_path / "a.wav", riff(chunk(b"fmt ", header), chunk(b"data", PCM)))
    assert caught.value.code == "unsupported-codec"


@pytest.mark.parametrize("channels", [3, 6, 8])
def test_channels_on_which_nothing_sounds_are_left_out(tmp_path: Path, channels: int) -> None:
    table = np.zeros((16_000, channels))
    table[:, 0], table[:, channels - 1] = WAVE, 0.5 * WAVE
    soundfile.write(tmp_path / "a.wav", table, 8000, subtype="PCM_16")
    audio = decode([tmp_path / "a.wav"])
    levels = [float(np.sqrt(np.mean(np.square(one)))) for one in numbers(audio)]
    assert levels == pytest.approx([0.3535, 0.1768], rel=0.02)


def test_three_channels_that_sound_are_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.stack([WAVE, 0.5 * WAVE, 0.1 * WAVE], 1), 8000, subtype="PCM_16")
    with pytest.raises(AudioError) as caught:
        decode([tmp_path / "a.wav"])
    assert caught.value.code == "too-many-channels"


def test_a_core_audio_file_that_was_cut_is_partial(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.caf", WAVE, 8000, subtype="PCM_16", format="CAF")
    whole = (tmp_path / "a.caf").read_bytes()
    assert heard(tmp_path / "b.caf", whole)[2] == ""
    seconds, _, warning = heard(tmp_path / "c.caf", whole[: len(whole) - 16_000])
    assert seconds == pytest.approx(1.0, abs=0.01)
    assert "cut short" in warning
