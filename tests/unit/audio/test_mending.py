"""Files as recorders and people leave them: joined, grown past their header, unfinished, tagged anywhere."""

from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from pipeline.audio import decode
from pipeline.audio.playback import write_playback
from pipeline.errors import AudioError
from tests.sounds import numbers, warning_of
from tests.unit.audio.conftest import two_tones

FORMATS = {"pcm16": "PCM_16", "mulaw": "ULAW", "alaw": "ALAW", "pcm8": "PCM_U8", "pcm24": "PCM_24"}


def speech(seconds: float, channels: int, *, hertz: float = 300.0) -> np.ndarray:
    """Samples (n, channels) at 8 kHz that rise and fall as syllables do, with a little hiss."""
    time = np.arange(round(seconds * 8000)) / 8000
    tone = 0.3 * np.sin(2 * np.pi * hertz * time) * (0.5 + 0.5 * np.sin(2 * np.pi * 4 * time))
    hiss = np.random.default_rng(1).normal(0, 0.01, (len(time), channels))
    return tone[:, None] + hiss


def wave(
    path: Path, seconds: float = 2.0, *, kind: str = "mulaw", channels: int = 1, form: str = "WAV"
) -> Path:
    with path.open("wb") as file:
        soundfile.write(file, speech(seconds, channels), 8000, format=form, subtype=FORMATS[kind])
    return path


def claim(path: Path, size: int, *, riff: int | None = None) -> None:
    """Write another size into the header of the data."""
    raw = bytearray(path.read_bytes())
    at = raw.index(b"data")
    raw[at + 4 : at + 8] = struct.pack("<I", size)
    raw[4:8] = struct.pack("<I", size + at if riff is None else riff)
    path.write_bytes(bytes(raw))


def id3(size: int) -> bytes:
    return (
        b"ID3\x04\x00\x00"
        + bytes((size >> s) & 0x7F for s in (21, 14, 7, 0))
        + b"\x01\xff\xfb" * (size // 3)
        + bytes(size % 3)
    )


APE = b"APETAGEX" + struct.pack("<III", 2000, 32 + 40, 1) + struct.pack("<I", 1 << 31 | 1 << 29) + bytes(8)
APE += bytes(40) + b"APETAGEX" + struct.pack("<III", 2000, 32 + 40, 1) + struct.pack("<I", 1 << 31) + bytes(8)
FOOTER_ONLY = bytes(40) + b"APETAGEX" + struct.pack("<IIII", 2000, 32 + 40, 1, 0) + bytes(8)
ID3V1 = b"TAG" + bytes(125)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("kind", FORMATS)
class TestWave:
    def test_header_that_was_never_updated(self, tmp_path, kind, channels):
        path = wave(tmp_path / "a.wav", 4.0, kind=kind, channels=channels)
        whole = decode([path])
        raw = path.read_bytes()
        size = struct.unpack("<I", raw[raw.index(b"data") + 4 :][:4])[0]
        claim(path, size // 4)

        audio = decode([path])

        assert audio.duration == pytest.approx(4.0, abs=0.01)
        assert audio.warning is None
        np.testing.assert_allclose(numbers(audio)[0][:60_000], numbers(whole)[0][:60_000], atol=0.01)

    def test_two_files_joined(self, tmp_path, kind, channels):
        first, second = (wave(tmp_path / n, 2.0, kind=kind, channels=channels) for n in ("1.wav", "2.wav"))
        path = tmp_path / "a.wav"
        path.write_bytes(first.read_bytes() + second.read_bytes())

        audio = decode([path])

        assert audio.duration == pytest.approx(4.0, abs=0.01)
        assert audio.warning is None
        assert np.abs(numbers(audio)[0][31_000:33_000]).max() < 0.7, "a header is no sound"

    @pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
    def test_streamed_and_joined(self, tmp_path, kind, channels, size):
        first, second = (wave(tmp_path / n, 2.0, kind=kind, channels=channels) for n in ("1.wav", "2.wav"))
        for one in (first, second):
            claim(one, size, riff=size)
        path = tmp_path / "a.wav"
        path.write_bytes(first.read_bytes() + second.read_bytes())

        audio = decode([path])

        assert audio.duration == pytest.approx(4.0, abs=0.01)
        assert audio.warning is None

    def test_rf64_that_was_never_finished(self, tmp_path, kind, channels):
        path = wave(tmp_path / "a.wav", 2.0, kind=kind, channels=channels, form="RF64")
        raw = bytearray(path.read_bytes())
        assert raw[12:16] == b"ds64"
        raw[20:44] = bytes(24)
        raw[4:8] = b"\xff" * 4
        at = raw.index(b"data")
        raw[at + 4 : at + 8] = b"\xff" * 4
        path.write_bytes(bytes(raw))

        audio = decode([path])

        assert audio.duration == pytest.approx(2.0, abs=0.01)
        assert audio.warning is None


def test_rf64_that_is_right(tmp_path):
    assert decode([wave(tmp_path / "a.wav", form="RF64")]).duration == pytest.approx(2.0)


def test_w64(tmp_path):
    assert decode([wave(tmp_path / "a.w64", form="W64")]).duration == pytest.approx(2.0)


def test_the_last_of_joined_files_is_cut(tmp_path):
    first, second = wave(tmp_path / "1.wav"), wave(tmp_path / "2.wav")
    path = tmp_path / "a.wav"
    path.write_bytes(first.read_bytes() + second.read_bytes()[:-8000])

    audio = decode([path])

    assert audio.duration == pytest.approx(3.0, abs=0.01)
    assert "cut short" in warning_of(audio)


def test_joined_with_another_format_is_partial(tmp_path):
    first, second = wave(tmp_path / "1.wav"), wave(tmp_path / "2.wav", kind="pcm16")
    path = tmp_path / "a.wav"
    path.write_bytes(first.read_bytes() + second.read_bytes())

    audio = decode([path])

    assert audio.duration == pytest.approx(2.0, abs=0.01)
    assert "1 of them in another format" in warning_of(audio)


@pytest.mark.parametrize(
    "behind",
    [
        b"LIST" + struct.pack("<I", 5) + b"notes\0",
        b"bext" + struct.pack("<I", 602) + bytes(602) + b"iXML" + struct.pack("<I", 3) + b"<x>",
        bytes(40_000),
        ID3V1,
        b"",
    ],
)
def test_what_may_stand_behind_the_sound(tmp_path, behind):
    path = wave(tmp_path / "a.wav")
    path.write_bytes(path.read_bytes() + behind)

    audio = decode([path])

    assert audio.duration == pytest.approx(2.0, abs=0.01)
    assert audio.warning is None


@pytest.mark.parametrize("kind", ["pcm16", "mulaw"])
def test_other_bytes_behind_the_sound_are_told_and_not_heard(tmp_path, kind):
    path = wave(tmp_path / "a.wav", kind=kind)
    path.write_bytes(path.read_bytes() + b"<recording><agent>8001</agent></recording>" * 2_000)

    audio = decode([path])

    assert audio.duration == pytest.approx(2.0, abs=0.01)
    assert "bytes follow the sound" in warning_of(audio)


@pytest.mark.parametrize("size", [10, 2_000, 70_000, 400_000])
@pytest.mark.parametrize(
    ("name", "container", "codec", "rate"),
    [
        ("a.mp3", "mp3", "libmp3lame", 8000),
        ("a.mp2", "mp2", "mp2", 16000),
        ("a.aac", "adts", "aac", 16000),
        ("a.flac", "flac", "flac", 8000),
        ("a.wav", "wav", "pcm_s16le", 8000),
    ],
)
def test_tags_in_front(record, loudness, name, container, codec, rate, size):
    path = record(name, container, codec, rate_hz=rate)
    plain = decode([path]).duration
    path.write_bytes(id3(size) + id3(size // 2) + path.read_bytes())

    audio = decode([path])

    assert audio.duration == pytest.approx(plain, abs=0.01)
    assert audio.warning is None
    assert loudness(numbers(audio)[0], 440, 0.3, 0.8) == pytest.approx(0.3, rel=0.2)


@pytest.mark.parametrize("tag", [id3(20_000), id3(100), APE, ID3V1, FOOTER_ONLY, id3(50) + APE], ids=len)
@pytest.mark.parametrize(("container", "codec"), [("mp3", "libmp3lame"), ("mp2", "mp2"), ("adts", "aac")])
def test_tags_between_and_behind(record, tag, container, codec):
    path = record("a.mp3", container, codec, rate_hz=16000)
    plain = decode([path]).duration
    path.write_bytes(path.read_bytes() + tag + path.read_bytes() + tag)

    audio = decode([path])

    assert audio.duration == pytest.approx(2 * plain, abs=0.15)
    assert audio.warning is None


def test_ogg_without_the_flag_of_its_end(record):
    path = record("a.ogg", "ogg", "libopus", rate_hz=48000)
    raw = bytearray(path.read_bytes())
    raw[raw.rindex(b"OggS") + 5] &= ~4
    path.write_bytes(bytes(raw))

    assert decode([path]).warning is None


def test_ogg_cut_within_a_page(record):
    path = record("a.ogg", "ogg", "libopus", rate_hz=48000)
    path.write_bytes(path.read_bytes()[:-30])

    assert decode([path]).warning is not None


@pytest.mark.parametrize(
    ("name", "container", "codec", "rate"),
    [
        ("a.avi", "avi", "libmp3lame", 8000),
        ("a.flv", "flv", "libmp3lame", 22050),
        ("a.mkv", "matroska", "aac", 16000),
        ("a.au", "au", "pcm_mulaw", 8000),
        ("a.snd", "au", "pcm_s16be", 8000),
        ("a.wv", "wv", "wavpack", 8000),
        ("a.tta", "tta", "tta", 8000),
        ("a.mp2", "mp2", "mp2", 24000),
    ],
)
def test_further_containers(record, loudness, name, container, codec, rate):
    audio = decode([record(name, container, codec, rate_hz=rate, seconds=3.0)])

    assert audio.duration == pytest.approx(3.0, abs=0.2)
    assert audio.warning is None
    assert loudness(numbers(audio)[0], 440, 0.3, 1.2) == pytest.approx(0.3, rel=0.2)


@pytest.mark.parametrize(
    ("name", "rate"),
    [
        ("0001_8k.pcm", 8000),
        ("0001-8000.raw", 8000),
        ("0001_16000Hz_13800001111.raw", 16000),
        ("call.16khz.s16", 16000),
        ("a.sln48", 48000),
        ("a.slin", 8000),
        ("a.sln44", 44100),
        ("a_44.1k.lpcm", 44100),
    ],
)
def test_rates_in_names(tmp_path, loudness, name, rate):
    samples = (two_tones(2.0, rate, 1)[0] * 32767).astype("<i2")
    (tmp_path / name).write_bytes(samples.tobytes())

    audio = decode([tmp_path / name])

    assert audio.duration == pytest.approx(2.0, abs=0.01)
    assert loudness(numbers(audio)[0], 440, 0.3, 0.8) == pytest.approx(0.3, rel=0.05)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.ulaw", "ULAW"),
        ("a.mulaw", "ULAW"),
        ("a_8k_ulaw.raw", "ULAW"),
        ("pcma_0001_8000.raw", "ALAW"),
        ("a.al", "ALAW"),
    ],
)
def test_logarithmic_samples_by_name(tmp_path, loudness, name, codec):
    soundfile.write(tmp_path / "a.wav", two_tones(2.0, 8000, 1)[0], 8000, subtype=codec)
    raw = (tmp_path / "a.wav").read_bytes()
    (tmp_path / name).write_bytes(raw[raw.index(b"data") + 8 :])

    audio = decode([tmp_path / name])

    assert audio.duration == pytest.approx(2.0, abs=0.02)
    assert loudness(numbers(audio)[0], 440, 0.3, 0.8) == pytest.approx(0.3, rel=0.05)


def test_dialogic_boards(tmp_path):
    """Four bits a sample; any bits are sound to this codec."""
    (tmp_path / "a.vox").write_bytes(np.random.default_rng(4).bytes(8000))

    assert decode([tmp_path / "a.vox"]).duration == pytest.approx(2.0, abs=0.02)


@pytest.mark.parametrize(("name", "seconds"), [("a.g726-32", 2.0), ("a.g723", 12.0), ("a.729", 8.0)])
def test_other_telephone_codecs(tmp_path, name, seconds):
    frames = bytes(24) * 400 if name == "a.g723" else np.random.default_rng(4).bytes(8000)
    (tmp_path / name).write_bytes(frames)

    assert decode([tmp_path / name]).duration == pytest.approx(seconds, rel=0.1)


@pytest.mark.parametrize("name", ["8001.raw", "a.pcm", "8000-13800001111.raw"])
def test_no_rate_in_the_name_is_told(tmp_path, name):
    (tmp_path / name).write_bytes(np.random.default_rng(4).bytes(8000))

    with pytest.raises(AudioError, match="sample rate") as caught:
        decode([tmp_path / name])

    assert caught.value.code == "unsupported-codec"


@pytest.mark.parametrize(
    ("head", "named"),
    [
        (b"#!SILK_V3", "SILK"),
        (b"\x02#!SILK_V3", "SILK"),
        (b"#!EVRC\n", "EVRC"),
        (b"#!AMR-WB+\n", "AMR-WB+"),
        (b".RMF\0\0\0\x12", "RealAudio"),
        (b"\x02dss", "DSS"),
    ],
)
def test_what_nobody_reads_is_named(tmp_path, head, named):
    (tmp_path / "a.raw").write_bytes(head + np.random.default_rng(4).bytes(8000))

    with pytest.raises(AudioError, match=named):
        decode([tmp_path / "a.raw"])


@pytest.fixture
def tracks(tmp_path):
    """A file with so many audio tracks: 440 Hz in the first, 700 Hz in the second."""

    def write(container: str, codec: str, count: int, *, second_seconds: float = 2.0) -> Path:
        path = tmp_path / f"a.{container}"
        with av.open(str(path), "w") as out:
            streams = [out.add_stream(codec, rate=16000, layout="mono") for _ in range(count)]
            for number, stream in enumerate(streams):
                seconds = second_seconds if number == 1 else 2.0
                time = np.arange(round(seconds * 16000)) / 16000
                tone = 0.3 * np.sin(2 * np.pi * (440, 700, 900)[number] * time)
                whole = av.AudioFrame.from_ndarray(
                    (tone[None] * 32767).astype(np.int16), format="s16", layout="mono"
                )
                whole.sample_rate = 16000
                convert = av.AudioResampler(stream.codec_context.format, "mono", 16000)
                for frame in (*convert.resample(whole), *convert.resample(None)):
                    frame.pts = None
                    out.mux(stream.encode(frame))
                out.mux(stream.encode(None))
        return path

    return write


@pytest.mark.parametrize(("container", "codec"), [("mp4", "aac"), ("mkv", "pcm_s16le"), ("mka", "libopus")])
def test_two_tracks_are_two_parties(tracks, loudness, tmp_path, container, codec):
    path = tracks(container, codec, 2, second_seconds=1.0)

    audio = decode([path])

    assert len(audio.channels) == 2
    assert audio.warning is None
    assert audio.duration == pytest.approx(2.0, abs=0.15)
    assert loudness(numbers(audio)[0], 440, 0.3, 1.7) == pytest.approx(0.3, rel=0.2)
    assert loudness(numbers(audio)[1], 700, 0.3, 0.7) == pytest.approx(0.3, rel=0.2)
    assert loudness(numbers(audio)[0], 700, 0.3, 0.7) < 0.01
    with (tmp_path / "p.wav").open("wb") as file:
        peaks = write_playback([path], file)
    assert len(peaks.lanes) == 2


def test_three_tracks_are_refused(tracks):
    with pytest.raises(AudioError, match="3 audio tracks"):
        decode([tracks("mkv", "pcm_s16le", 3)])
