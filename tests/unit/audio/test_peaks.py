"""What people hear and see of a recording: the WAV form of it, and its peaks."""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.audio import decode
from pipeline.audio.peaks import COARSE_PER_SECOND, FINE_PER_SECOND, FINE_SECONDS, FULL, PeakMeter, Peaks
from pipeline.audio.playback import HEADER_BYTES, Playback, read_playback, write_playback
from pipeline.domain import SAMPLE_RATE_HZ, Span
from pipeline.errors import AudioError
from tests.sounds import noise, silence, tone


def stereo(path: Path, *, rate_hz: int = 8_000, subtype: str = "ULAW") -> Path:
    """Two seconds: a loud tone on the left in the first half, a soft one on the right in the second."""
    left = np.concatenate([tone(1.0, 440.0, level=0.8), silence(1.0)])
    right = np.concatenate([silence(1.0), tone(1.0, 600.0, level=0.1)])
    step = SAMPLE_RATE_HZ // rate_hz
    soundfile.write(path, np.stack([left, right], axis=1)[::step], rate_hz, subtype=subtype)
    return path


def written(paths: list[Path], to: Path) -> tuple[Playback, Peaks]:
    with to.open("wb") as file:
        peaks = write_playback(paths, file)
    return read_playback(to), peaks


def whole(playback: Playback, **options: object) -> bytes:
    return b"".join(playback.pieces(0, playback.size, **options))  # type: ignore[arg-type]


def samples(raw: bytes, channels: int) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    return np.frombuffer(raw[HEADER_BYTES:], "<i2").reshape(-1, channels)


def test_what_is_played_is_what_was_decoded(tmp_path: Path) -> None:
    path = stereo(tmp_path / "call.wav")
    playback, _ = written([path], tmp_path / "out.wav")
    heard, rate_hz = soundfile.read(BytesIO(whole(playback)), dtype="int16")
    assert rate_hz == SAMPLE_RATE_HZ
    np.testing.assert_array_equal(heard, np.stack([c.pcm for c in decode([path]).channels], axis=1))


def test_one_file_per_party_becomes_two_channels_and_the_shorter_is_padded(tmp_path: Path) -> None:
    for name, seconds, hertz in (("agent", 2.5, 300.0), ("customer", 1.2, 500.0)):
        soundfile.write(tmp_path / f"{name}.wav", tone(seconds, hertz), SAMPLE_RATE_HZ)
    paths = [tmp_path / "agent.wav", tmp_path / "customer.wav"]
    playback, peaks = written(paths, tmp_path / "out.wav")
    heard = samples(whole(playback), 2)
    np.testing.assert_array_equal(heard, np.stack([c.pcm for c in decode(paths).channels], axis=1))
    assert not heard[round(1.3 * SAMPLE_RATE_HZ) :, 1].any()
    assert peaks.duration == pytest.approx(2.5)


def test_every_range_of_bytes_is_a_slice_of_the_whole(tmp_path: Path) -> None:
    playback, _ = written([stereo(tmp_path / "call.wav")], tmp_path / "out.wav")
    for swapped in (False, True):
        everything = whole(playback, swapped=swapped)
        assert len(everything) == playback.size
        edges = [0, 1, 43, 44, 45, 46, 47, 49, 1_000, 70_001, playback.size - 1, playback.size]
        for first, last in [*pairwise(edges), (0, playback.size), (3, 60), (46, 100_003)]:
            part = b"".join(playback.pieces(first, last, swapped=swapped))
            assert part == everything[first:last], (first, last, swapped)


def test_swapping_changes_sides_and_nothing_else(tmp_path: Path) -> None:
    playback, _ = written([stereo(tmp_path / "call.wav")], tmp_path / "out.wav")
    plain, turned = whole(playback), whole(playback, swapped=True)
    assert plain[:HEADER_BYTES] == turned[:HEADER_BYTES]
    assert (samples(plain, 2)[:, ::-1] == samples(turned, 2)).all()


def test_what_must_not_be_heard_is_silent_in_any_range(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "call.wav", noise(2.0, db=-20), SAMPLE_RATE_HZ)
    playback, _ = written([tmp_path / "call.wav"], tmp_path / "out.wav")
    hidden = [Span(0.5, 1.0)]
    everything = whole(playback, silenced=hidden)
    heard = samples(everything, 1)[:, 0]
    assert not heard[8_000:16_000].any()
    assert heard[7_990:8_000].any()
    assert heard[16_000:16_010].any()
    part = b"".join(playback.pieces(20_001, 30_000, silenced=hidden))
    assert part == everything[20_001:30_000]


def test_a_file_that_is_not_whole_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    written([stereo(tmp_path / "call.wav")], path)
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(ValueError, match="not whole"):
        read_playback(path)


def test_sound_that_cannot_be_decoded_says_so(tmp_path: Path) -> None:
    (tmp_path / "call.wav").write_bytes(b"RIFF\0\0\0\0WAVEfmt ")
    with pytest.raises(AudioError) as caught:
        write_playback([tmp_path / "call.wav"], BytesIO())
    assert caught.value.code == "truncated"


def test_peaks_show_when_and_how_loud(tmp_path: Path) -> None:
    _, peaks = written(
        [stereo(tmp_path / "call.wav", rate_hz=16_000, subtype="PCM_16")], tmp_path / "out.wav"
    )
    assert peaks.per_second == FINE_PER_SECOND
    assert [len(lane) for lane in peaks.lanes] == [100, 100]
    left, right = peaks.lanes
    assert left[5:45].min() > 0.9 * FULL
    assert left[50:].max() == 0
    assert right[:50].max() == 0
    assert right[55:95].min() > 0.9 * FULL  # each lane has its own scale
    assert peaks.scales == pytest.approx((0.8, 0.1), rel=0.02)
    assert peaks.level(0, 0.2, 0.8) > 40 * peaks.level(1, 1.2, 1.8) > 0


def test_peaks_do_not_depend_on_how_the_sound_came() -> None:
    sound = noise(3.0, db=-20).reshape(-1, 1)
    at_once, in_pieces = PeakMeter(1), PeakMeter(1)
    at_once.add(sound)
    for start in range(0, len(sound), 777):
        in_pieces.add(sound[start : start + 777])
    assert (at_once.finish().lanes[0] == in_pieces.finish().lanes[0]).all()


def test_long_calls_have_fewer_points_and_lose_no_click() -> None:
    meter = PeakMeter(1)
    second = np.zeros((SAMPLE_RATE_HZ, 1), np.float32)
    for number in range(int(FINE_SECONDS) + 1):
        click = second.copy() if number == 700 else second
        if number == 700:
            click[5_000] = -0.9
        meter.add(click)
    peaks = meter.finish()
    assert peaks.per_second == COARSE_PER_SECOND
    assert len(peaks.lanes[0]) == (FINE_SECONDS + 1) * COARSE_PER_SECOND
    assert np.flatnonzero(peaks.lanes[0]).tolist() == [700 * COARSE_PER_SECOND + 5_000 // 640]


def test_peaks_survive_their_file() -> None:
    meter = PeakMeter(2)
    meter.add(np.stack([tone(0.5, 300.0), silence(0.5)], axis=1))
    peaks = meter.finish()
    again = Peaks.from_json(peaks.to_json())
    assert (again.per_second, again.duration, again.scales) == (peaks.per_second, 0.5, peaks.scales)
    assert all((a == b).all() for a, b in zip(again.lanes, peaks.lanes, strict=True))
    for broken in ("", "{}", "[1]", '{"per_second": 50, "duration": 1, "lanes": [[300]], "scales": [1]}'):
        with pytest.raises(ValueError, match=r"."):
            Peaks.from_json(broken)
