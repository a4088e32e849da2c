"""Everything call centres write comes out as channels at 16 kHz, whatever the file is called."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.audio import decode
from tests.sounds import numbers

# name, container, codec, rate, channels, seconds that the codec may add or drop
RECORDINGS = [
    ("s16.wav", "wav", "pcm_s16le", 8000, 2, 0.001),
    ("u8.wav", "wav", "pcm_u8", 8000, 2, 0.001),
    ("s24.wav", "wav", "pcm_s24le", 8000, 2, 0.001),
    ("s32.wav", "wav", "pcm_s32le", 16000, 2, 0.001),
    ("f32.wav", "wav", "pcm_f32le", 44100, 2, 0.001),
    ("f64.wav", "wav", "pcm_f64le", 8000, 1, 0.001),
    ("mulaw.wav", "wav", "pcm_mulaw", 8000, 2, 0.001),
    ("alaw.wav", "wav", "pcm_alaw", 8000, 2, 0.001),
    ("ima.wav", "wav", "adpcm_ima_wav", 8000, 2, 0.2),
    ("ms.wav", "wav", "adpcm_ms", 8000, 2, 0.2),
    ("mp3-in.wav", "wav", "libmp3lame", 8000, 2, 0.3),
    ("a.mp3", "mp3", "libmp3lame", 8000, 2, 0.15),
    ("b.mp3", "mp3", "libmp3lame", 44100, 1, 0.15),
    ("a.m4a", "ipod", "aac", 16000, 2, 0.15),
    ("a.aac", "adts", "aac", 16000, 2, 0.15),
    ("a.opus", "opus", "libopus", 48000, 2, 0.05),
    ("a.ogg", "ogg", "libopus", 16000, 1, 0.05),
    ("a.flac", "flac", "flac", 8000, 2, 0.001),
    ("a.amr", "amr", "libopencore_amrnb", 8000, 1, 0.05),
    ("a.3gp", "3gp", "libopencore_amrnb", 8000, 1, 0.05),
    ("a.g722", "g722", "g722", 16000, 1, 0.01),
    ("a.ulaw", "mulaw", "pcm_mulaw", 8000, 1, 0.001),
    ("a.alaw", "alaw", "pcm_alaw", 8000, 1, 0.001),
    ("a.sln", "s16le", "pcm_s16le", 8000, 1, 0.001),
    ("a.au", "au", "pcm_mulaw", 8000, 2, 0.001),
    ("a.aiff", "aiff", "pcm_s16be", 8000, 2, 0.001),
    ("a.webm", "webm", "libopus", 48000, 2, 0.05),
]

HALF_A_STEP = 0.51 / 32_768
"""What 16 bits may differ by."""


@pytest.mark.parametrize(
    ("name", "container", "codec", "rate", "channels", "slack"), RECORDINGS, ids=[r[0] for r in RECORDINGS]
)
def test_codec(record, loudness, name, container, codec, rate, channels, slack):
    audio = decode([record(name, container, codec, rate_hz=rate, channels=channels)])

    assert len(audio.channels) == channels
    assert all(channel.ndim == 1 for channel in numbers(audio))
    assert {len(channel) for channel in numbers(audio)} == {round(audio.duration * 16_000)}
    assert audio.duration == pytest.approx(2.0, abs=slack)
    assert audio.warning is None
    assert loudness(numbers(audio)[0], 440, 0.2, 0.8) == pytest.approx(0.3, rel=0.2)
    assert loudness(numbers(audio)[0], 440, 1.2, 1.8) < 0.01
    if channels == 2:
        assert loudness(numbers(audio)[1], 700, 0.2, 0.8) < 0.01
        assert loudness(numbers(audio)[1], 700, 1.2, 1.8) == pytest.approx(0.3, rel=0.2)


def test_gsm_in_wav(tmp_path: Path, loudness):
    """Asterisk's .wav49."""
    time = np.arange(16_000) / 8000
    path = tmp_path / "a.wav49"
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * 440 * time), 8000, format="WAV", subtype="GSM610")

    audio = decode([path])

    assert audio.codec == "gsm_ms"
    assert audio.duration == pytest.approx(2.0, abs=0.05)
    assert loudness(numbers(audio)[0], 440, 0.2, 1.8) == pytest.approx(0.3, rel=0.2)
    assert audio.warning is None


@pytest.mark.parametrize("ending", [".wav", ".mp3", ".txt", ".html", ""])
@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [
        ("wav", "pcm_s16le", 8000),
        ("mp3", "libmp3lame", 16000),
        ("ogg", "libopus", 48000),
        ("ipod", "aac", 16000),
    ],
)
def test_content_decides_not_the_ending(record, container, codec, rate, ending):
    path = record("recording", container, codec, rate_hz=rate)
    renamed = path.rename(path.with_name("renamed" + ending))

    assert decode([renamed]).duration == pytest.approx(2.0, abs=0.15)


def test_resampling_keeps_the_whole_call(tmp_path: Path):
    """The resampler's tail is fetched: a click in the last millisecond is still there."""
    sound = np.zeros(80_000, np.float32)
    sound[-8] = 0.9
    soundfile.write(tmp_path / "a.wav", sound, 8000, subtype="FLOAT")

    audio = decode([tmp_path / "a.wav"])

    assert len(numbers(audio)[0]) == 160_000
    assert np.abs(numbers(audio)[0][-32:]).max() > 0.3


def test_same_rate_is_bit_exact(tmp_path: Path):
    sound = np.random.default_rng(1).integers(-(2**15), 2**15, (50_000, 2)).astype(np.int16)
    soundfile.write(tmp_path / "a.wav", sound, 16_000, subtype="PCM_16")

    audio = decode([tmp_path / "a.wav"])

    np.testing.assert_array_equal(np.stack([channel.pcm for channel in audio.channels], axis=1), sound)
    np.testing.assert_array_equal(np.stack(numbers(audio), axis=1), sound / np.float32(32_768))


def test_blocks_leave_no_seams(tmp_path: Path):
    """Resampling in pieces gives what resampling at once gives."""
    soxr = pytest.importorskip("soxr")
    sound = np.random.default_rng(2).uniform(-0.5, 0.5, 8000 * 7 + 13).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", sound, 8000, subtype="FLOAT")

    [channel] = numbers(decode([tmp_path / "a.wav"]))

    np.testing.assert_allclose(channel, soxr.resample(sound, 8000, 16_000, quality="HQ"), atol=HALF_A_STEP)


def test_not_a_number_becomes_silence(tmp_path: Path):
    sound = np.full(16_000, 0.25, np.float32)
    sound[4000:4010] = np.nan
    sound[8000] = np.inf
    sound[9000] = -np.inf
    sound[10_000] = 1e30
    soundfile.write(tmp_path / "a.wav", sound, 8000, subtype="FLOAT")

    [channel] = numbers(decode([tmp_path / "a.wav"]))

    assert np.isfinite(channel).all()
    assert np.abs(channel).max() <= 16
    assert channel[2000:6000] == pytest.approx(0.25, abs=0.01)
    assert channel[-6000:-200] == pytest.approx(0.25, abs=0.01)


def test_headerless_g729(tmp_path: Path):
    """Ten bytes are ten milliseconds; any bits are speech to this codec."""
    path = tmp_path / "a.g729"
    path.write_bytes(np.random.default_rng(4).bytes(2000))

    audio = decode([path])

    assert audio.duration == pytest.approx(2.0, abs=0.02)
    assert audio.codec == "g729"
