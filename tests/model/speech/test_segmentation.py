"""From channels of sound to one lane per party."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pipeline.audio import decode
from pipeline.domain import Span, intersect, merge, subtract, total
from pipeline.speech import Diariser, Layout, SpeakerSegmentation, SpeakerSegmenter
from tests import sounds
from tests.sounds import numbers

ROOT = Path(__file__).resolve().parents[3]
NIGHT = ROOT / "scripts" / "demo_night" / "night"
SEGMENTER = SpeakerSegmenter(Diariser(ROOT / "models" / "campplus"))


def heard(call: str) -> SpeakerSegmentation:
    audio = decode([next((NIGHT / "audio").glob(f"{call}.*"))])
    return SEGMENTER.segment(audio.channels, duration=audio.duration)


def together(found: SpeakerSegmentation) -> tuple[Span, ...]:
    """Where both parties talk at once."""
    return intersect(*(lane.speech for lane in found.tracks))


def said(call: str) -> tuple[Span, ...]:
    truth = json.loads((NIGHT / "truth" / f"{call}.json").read_text(encoding="utf-8"))
    return merge(Span(t["start"], t["end"]) for t in truth["turns"])


def test_two_channels_are_two_lanes() -> None:
    found = heard("N02")
    assert found.layout is Layout.STEREO
    assert [lane.channel for lane in found.tracks] == [0, 1]
    assert all(turn.speaker == lane.channel for lane in found.tracks for turn in lane.turns)
    spoken = merge(s for lane in found.tracks for s in lane.speech)
    assert total(intersect(spoken, said("N02"))) >= 0.98 * total(said("N02"))


def test_the_same_sound_twice_is_one_channel() -> None:
    found = heard("N09")
    assert found.layout is Layout.FAKE_STEREO
    assert len(found.tracks) == 2
    assert found.tracks[0].samples is found.tracks[1].samples


def test_leaking_words_belong_to_one_party() -> None:
    truth = json.loads((NIGHT / "truth" / "N05.json").read_text(encoding="utf-8"))["turns"]
    sides = [
        [Span(t["start"], t["end"]) for t in truth if t["role"] == role] for role in ("agent", "customer")
    ]
    really = [span.widened(0.4) for span in intersect(*sides)]
    leaked = subtract(together(heard("N05")), really)
    assert total(leaked) <= 0.05 * total(said("N05"))


def test_overlaps_are_where_both_talk() -> None:
    """The second channel is the first one eight seconds later."""
    one = numbers(decode([next((NIGHT / "audio").glob("N03.*"))]))[0][: 20 * 16_000]
    later = np.concatenate([sounds.silence(8), one])[: len(one)] + sounds.noise(20, db=-75)
    found = SEGMENTER.segment([one.copy(), later], duration=20.0)
    assert total(together(found)) > 1.0
    flags = {turn.overlapped for lane in found.tracks for turn in lane.turns}
    assert flags <= {True, False}


def test_hold_music_is_never_under_somebodys_words() -> None:
    found = heard("N01")
    talk = merge(s for lane in found.tracks for s in lane.speech)
    assert total(found.hold) > 5
    assert total(intersect(found.hold, talk)) == pytest.approx(0, abs=1e-6)


def test_a_dead_channel_is_a_lane_without_turns() -> None:
    one = numbers(decode([next((NIGHT / "audio").glob("N03.*"))]))[0][: 10 * 16_000]
    found = SEGMENTER.segment([one.copy(), np.zeros_like(one)], duration=10.0)
    assert found.layout is Layout.STEREO
    assert found.tracks[0].turns
    assert found.tracks[1].turns == ()


@pytest.mark.parametrize("count", [0, 1, 100])
@pytest.mark.parametrize("channels", [1, 2])
def test_hardly_any_sound(count: int, channels: int) -> None:
    found = SEGMENTER.segment([np.full(count, 0.1, dtype=np.float32) for _ in range(channels)], duration=0.0)
    assert not any(lane.turns for lane in found.tracks)
    assert found.hold == ()


@pytest.mark.parametrize("live", [0, 1])
def test_a_mix_beside_nothing_is_two_parties(live: int) -> None:
    audio = decode([next((NIGHT / "audio").glob("N07.*"))])
    channels = [audio.channels[0].copy(), audio.channels[0].copy()]
    channels[1 - live][:] = np.zeros(len(channels[0]), np.float32)

    found = SEGMENTER.segment(channels, duration=audio.duration)

    assert found.layout is Layout.FAKE_STEREO
    assert [lane.channel for lane in found.tracks] == [live, live]
    assert all(len(lane.turns) > 1 for lane in found.tracks)
