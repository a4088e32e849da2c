"""What the channels of a file really carry."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.audio import decode
from pipeline.domain import SAMPLE_RATE_HZ
from pipeline.speech import Layout
from pipeline.speech.layout import FoundLayout, find_layout, layout_of, remove_offset
from tests import sounds
from tests.sounds import numbers

NIGHT = Path(__file__).resolve().parents[3] / "scripts" / "demo_night" / "night" / "audio"


def call(name: str, seconds: float = 20) -> list[sounds.Sound]:
    found = numbers(decode([next(NIGHT.glob(f"{name}.*"))]))
    return [c[: round(seconds * SAMPLE_RATE_HZ)] for c in found]


def through_mp3(left: sounds.Sound, right: sounds.Sound, path: Path, *, bits: int) -> list[sounds.Sound]:
    """Both channels through a lossy codec that codes what they share only once (joint stereo)."""
    with av.open(str(path), "w", format="mp3") as out:
        stream = out.add_stream("libmp3lame", rate=SAMPLE_RATE_HZ)
        stream.layout = "stereo"
        stream.bit_rate = bits
        stream.codec_context.options = {"joint_stereo": "1"}
        samples = (np.clip(np.stack([left, right]), -1, 1) * 32767).astype(np.int16)
        for start in range(0, samples.shape[1], 1152):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(samples[:, start : start + 1152]), format="s16p", layout="stereo"
            )
            frame.sample_rate, frame.pts = SAMPLE_RATE_HZ, start
            frame.time_base = Fraction(1, SAMPLE_RATE_HZ)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return list(numbers(decode([path])))


def test_one_channel_is_mono() -> None:
    assert find_layout(call("N07")) is Layout.MONO
    assert Layout.MONO.mono


def test_two_parties_are_stereo() -> None:
    for name in ("N02", "N05", "N12"):
        assert find_layout(call(name, 60)) is Layout.STEREO
    assert not Layout.STEREO.mono


@pytest.mark.parametrize("bits", [24_000, 64_000])
def test_the_same_sound_twice_through_joint_stereo_is_fake(tmp_path: Path, bits: int) -> None:
    (mixed,) = call("N07")
    assert find_layout(through_mp3(mixed, mixed, tmp_path / "c.mp3", bits=bits)) is Layout.FAKE_STEREO


def test_a_copy_at_another_level_is_fake(tmp_path: Path) -> None:
    (mixed,) = call("N07")
    channels = through_mp3(mixed, 0.25 * mixed, tmp_path / "c.mp3", bits=48_000)
    assert find_layout(channels) is Layout.FAKE_STEREO
    assert Layout.FAKE_STEREO.mono


def test_two_parties_through_joint_stereo_stay_two(tmp_path: Path) -> None:
    channels = through_mp3(*call("N03"), tmp_path / "c.mp3", bits=32_000)
    assert find_layout(channels) is Layout.STEREO


def test_heavy_leaking_is_no_copy() -> None:
    left, right = call("N03", 40)
    assert find_layout([left + 0.3 * right, right + 0.3 * left]) is Layout.STEREO


def test_a_dead_channel_is_a_party_that_says_nothing() -> None:
    (mixed,) = call("N07")
    assert find_layout([mixed, np.zeros_like(mixed)]) is Layout.STEREO
    assert find_layout([np.zeros_like(mixed), mixed]) is Layout.STEREO


def test_two_silent_channels() -> None:
    silence = sounds.silence(3)
    assert find_layout([silence, silence]) is Layout.STEREO


@pytest.mark.parametrize("value", [0.0, 0.5])
def test_one_sample(value: float) -> None:
    sample = np.full(1, value, dtype=np.float32)
    assert find_layout([sample]) is Layout.MONO
    assert find_layout([sample, sample]) in (Layout.STEREO, Layout.FAKE_STEREO)


def test_no_sample_at_all() -> None:
    nothing = np.zeros(0, dtype=np.float32)
    assert find_layout([nothing, nothing]) is Layout.STEREO


@pytest.mark.parametrize("gain", [-1.0, -0.2, 0.1])
@pytest.mark.parametrize("delay", [0, 37, -160, 3_000])
def test_inverted_scaled_and_delayed_copies_are_fake(gain: float, delay: int) -> None:
    (mixed,) = call("N07", 40)
    other = gain * np.roll(mixed, delay) + sounds.noise(60, db=-75)[: len(mixed)]

    assert find_layout([mixed, other]) is Layout.FAKE_STEREO
    assert find_layout([other, mixed]) is Layout.FAKE_STEREO


@pytest.mark.parametrize("name", ["N02", "N03", "N12"])
@pytest.mark.parametrize("gain", [1.0, -0.5])
@pytest.mark.parametrize("delay", [0, 80])
def test_a_mix_beside_a_party_is_heard_on_the_side_of_the_mix(name: str, gain: float, delay: int) -> None:
    left, right = call(name, 60)
    for party in (left, right):
        mix = left + right + sounds.noise(60, db=-75)[: len(left)]
        beside = gain * np.roll(party, delay) + sounds.noise(60, db=-75, seed=3)[: len(left)]

        assert layout_of([mix, beside]) == FoundLayout(Layout.FAKE_STEREO, 0)
        assert layout_of([beside, mix]) == FoundLayout(Layout.FAKE_STEREO, 1)


@pytest.mark.parametrize("db", [-10, -15, -20, -30])
def test_leaks_are_no_mix(db: float) -> None:
    left, right = call("N03", 60)
    gain = 10 ** (db / 20)

    assert find_layout([left + gain * right, right]) is Layout.STEREO
    assert find_layout([left + gain * right, right + gain * left]) is Layout.STEREO


@pytest.mark.parametrize("offset", [0.25, -0.02, 0.9])
def test_a_constant_is_taken_off_and_sound_is_kept(offset: float) -> None:
    (sound,) = call("N07")
    quiet = sound * np.float32(0.05)
    shifted = np.asarray(quiet + offset, np.float32)

    remove_offset(shifted)

    assert np.abs(shifted - quiet).max() < 0.003


def test_an_offset_that_begins_in_the_middle() -> None:
    (sound,) = call("N07")
    shifted = sound.copy()
    shifted[len(sound) // 2 :] += np.float32(0.3)

    remove_offset(shifted)

    assert abs(float(shifted[-32_000:].mean())) < 0.01


def test_sound_without_an_offset_is_not_touched() -> None:
    for channel in call("N02", 60):
        before = channel.copy()
        remove_offset(channel)
        np.testing.assert_array_equal(channel, before)


@pytest.mark.parametrize("length", [0, 1, 100, 3_200])
def test_offsets_of_hardly_any_sound(length: int) -> None:
    short = np.full(length, 0.5, np.float32)
    remove_offset(short)
    assert length == 0 or np.abs(short).max() < 0.01
