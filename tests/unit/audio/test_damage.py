"""Cut and damaged recordings: what can be heard keeps its place, and the warning says what is missing."""

from __future__ import annotations

import random
from pathlib import Path

import av
import pytest

from pipeline.audio import REASON_CODES, decode
from pipeline.errors import AudioError
from tests.sounds import numbers, warning_of

TELLS_ITS_LENGTH = [
    ("a.wav", "wav", "pcm_s16le", 8000),
    ("g.wav", "wav", "adpcm_ms", 8000),
    ("a.mp3", "mp3", "libmp3lame", 8000),
    ("a.m4a", "ipod", "aac", 16000),
    ("a.opus", "opus", "libopus", 48000),
    ("a.flac", "flac", "flac", 8000),
    ("a.webm", "webm", "libopus", 48000),
]


@pytest.mark.parametrize("tenths", range(1, 10))
@pytest.mark.parametrize(
    ("name", "container", "codec", "rate"), TELLS_ITS_LENGTH, ids=[r[0] for r in TELLS_ITS_LENGTH]
)
def test_cut_file_is_partial_or_unreadable(record, name, container, codec, rate, tenths):
    path = record(name, container, codec, rate_hz=rate, seconds=5.0)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * tenths // 10])
    try:
        audio = decode([path])
    except AudioError as error:
        assert error.code in {"truncated", "corrupt"}
    else:
        assert 0 < audio.duration < 4.9
        assert audio.warning is not None
        assert "cut short" in warning_of(audio)


@pytest.mark.parametrize("tenths", range(1, 10))
@pytest.mark.parametrize(
    ("name", "container", "codec", "rate"),
    [
        ("a.aac", "adts", "aac", 16000),
        ("a.amr", "amr", "libopencore_amrnb", 8000),
        ("a.g722", "g722", "g722", 16000),
    ],
)
def test_cut_stream_keeps_its_beginning(record, name, container, codec, rate, tenths):
    """These say nowhere how long they are."""
    path = record(name, container, codec, rate_hz=rate, channels=1, seconds=5.0)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * tenths // 10])

    assert 0.3 < decode([path]).duration < 5.1


@pytest.mark.parametrize("filling", ["random", "zeros", "text"])
@pytest.mark.parametrize(
    ("name", "container", "codec", "rate"),
    [
        ("a.mp3", "mp3", "libmp3lame", 8000),
        ("a.ogg", "ogg", "libopus", 48000),
        ("a.m4a", "ipod", "aac", 16000),
    ],
)
def test_damage_in_the_middle_keeps_the_times_after_it(
    record, loudness, name, container, codec, rate, filling
):
    path = record(name, container, codec, rate_hz=rate, seconds=20.0)
    whole = path.read_bytes()
    start, size = len(whole) * 3 // 10, len(whole) // 10
    garbage = {"random": random.Random(3).randbytes(size), "zeros": bytes(size), "text": b"<html>" * size}[
        filling
    ]
    path.write_bytes(whole[:start] + garbage[:size] + whole[start + size :])

    audio = decode([path])

    assert audio.duration == pytest.approx(20.0, abs=0.5)
    assert audio.warning is not None
    assert "silent here" in warning_of(audio)
    assert loudness(numbers(audio)[0], 440, 1, 4) == pytest.approx(0.3, rel=0.15)
    assert loudness(numbers(audio)[1], 700, 9.0, 9.5) < 0.02
    assert loudness(numbers(audio)[1], 700, 11, 19) == pytest.approx(0.3, rel=0.15)


def test_mp3_behind_garbage(record, loudness):
    path = record("a.mp3", "mp3", "libmp3lame", rate_hz=16000)
    path.write_bytes(random.Random(5).randbytes(20_000) + path.read_bytes())

    audio = decode([path])

    assert audio.duration == pytest.approx(2.0, abs=0.2)
    assert loudness(numbers(audio)[0], 440, 0.2, 0.8) == pytest.approx(0.3, rel=0.15)
    assert "not sound" in warning_of(audio)


def test_ogg_followed_by_garbage_is_complete(record):
    path = record("a.ogg", "ogg", "libopus", rate_hz=48000)
    path.write_bytes(path.read_bytes() + b"\0" * 500)

    assert decode([path]).warning is None


def test_only_garbage_after_a_header_is_unreadable(record):
    path = record("a.flac", "flac", "flac", seconds=5.0)
    whole = path.read_bytes()
    path.write_bytes(whole[:200] + random.Random(7).randbytes(len(whole)))

    with pytest.raises(AudioError) as caught:
        decode([path])

    assert caught.value.code in REASON_CODES


class TestAmrPauses:
    """Discontinuous transmission: descriptors and empty frames last 20 ms each and are silent."""

    NO_DATA = bytes([0x7C])
    DESCRIPTOR = bytes([0x44]) + bytes(5)

    def frames(self, path: Path) -> list[bytes]:
        body = path.read_bytes()[6:]
        first = body[0]
        size = (13, 14, 16, 18, 20, 21, 27, 32)[(first >> 3) & 7]
        return [body[i : i + size] for i in range(0, len(body), size)]

    @pytest.fixture
    def spoken(self, record) -> list[bytes]:
        return self.frames(record("a.amr", "amr", "libopencore_amrnb", channels=1, seconds=4.0))

    def test_pause_lasts_as_long_as_it_was(self, spoken, tmp_path, loudness):
        pause = [self.DESCRIPTOR] + [self.NO_DATA] * 149  # 3 s
        path = tmp_path / "b.amr"
        path.write_bytes(b"#!AMR\n" + b"".join(spoken[:50] + pause + spoken[50:100]))

        audio = decode([path])

        assert audio.duration == pytest.approx(5.0, abs=0.01)
        assert audio.warning is None
        assert loudness(numbers(audio)[0], 440, 0.2, 0.9) == pytest.approx(0.3, rel=0.2)
        assert abs(numbers(audio)[0][round(1.1 * 16_000) : round(3.9 * 16_000)]).max() < 0.01
        assert loudness(numbers(audio)[0], 440, 4.1, 4.9) == pytest.approx(0.3, rel=0.2)

    def test_common_decoder_would_lose_it(self, spoken, tmp_path):
        """The reason for all this; when libavcodec learns about pauses, this test says so."""
        path = tmp_path / "b.amr"
        path.write_bytes(b"#!AMR\n" + b"".join(spoken[:50] + [self.NO_DATA] * 150 + spoken[50:100]))
        seconds = 0.0
        with av.open(str(path)) as container:
            for packet in container.demux(audio=0):
                try:
                    seconds += sum(frame.samples for frame in packet.decode()) / 8000
                except av.FFmpegError:
                    continue
        assert seconds == pytest.approx(2.0, abs=0.05)

    def test_garbage_is_reported(self, spoken, tmp_path):
        path = tmp_path / "b.amr"
        path.write_bytes(
            b"#!AMR\n" + b"".join(spoken[:100]) + b"\xff" * 20 * len(spoken[0]) + b"".join(spoken[100:200])
        )

        audio = decode([path])

        assert "silent here" in warning_of(audio)
        assert audio.duration == pytest.approx(4.4, abs=0.1)

    def test_wide_band_pauses(self, tmp_path):
        """AMR-WB: frame type 2 (12.65 kbit/s, 33 bytes), type 9 the descriptor, 14 lost, 15 empty."""
        draw = random.Random(11)
        speech = [b"\x14" + draw.randbytes(32) for _ in range(50)]
        pause = [b"\x4c" + bytes(5), *[b"\x7c"] * 98, b"\x74"]
        path = tmp_path / "a.awb"
        path.write_bytes(b"#!AMR-WB\n" + b"".join(speech + pause + speech))

        audio = decode([path])

        assert audio.duration == pytest.approx(4.0, abs=0.01)
        assert audio.warning is None
        assert abs(numbers(audio)[0][17_000:47_000]).max() < 0.01
        assert abs(numbers(audio)[0][50_000:]).max() > 0.01
