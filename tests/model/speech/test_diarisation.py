"""Who speaks when in one-channel calls of the demonstration night (synthetic voices, telephone codecs)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.audio import decode
from pipeline.domain import Span, merge, total
from pipeline.settings import data_root
from pipeline.speech.campplus import WEIGHTS_FILE
from pipeline.speech.diarisation import Diariser, SpeakerTurn
from tests.sounds import numbers

NIGHT = Path(__file__).resolve().parents[3] / "scripts" / "demo_night" / "night"
WEIGHTS = data_root() / "models" / "campplus" / WEIGHTS_FILE
needs_weights = pytest.mark.skipif(
    not WEIGHTS.is_file(), reason="speaker network not fetched: callinspect models fetch campplus"
)
TWO_PARTIES = ("N06", "N07", "N09", "N11")
Labelled = tuple[Span, str]


@cache
def sound(call_id: str) -> NDArray[np.float32]:
    (path,) = (NIGHT / "audio").glob(f"{call_id}.*")
    channels = numbers(decode([path]))
    return np.mean(channels, axis=0, dtype=np.float32)


@cache
def truth(call_id: str) -> tuple[Labelled, ...]:
    turns = json.loads((NIGHT / "truth" / f"{call_id}.json").read_text(encoding="utf-8"))["turns"]
    return tuple((Span(turn["start"], turn["end"]), turn["role"]) for turn in turns)


def spoken(call_id: str, *, gap: float = 0.0) -> tuple[Span, ...]:
    return merge((span for span, _ in truth(call_id)), gap=gap)


def rightly_shared(turns: Sequence[SpeakerTurn], labelled: Sequence[Labelled]) -> float:
    """The share of labelled speech that went to the right one of two speakers, under the better naming."""
    agreed = {
        (role, speaker): sum(
            span.overlap(turn.span)
            for span, r in labelled
            if r == role
            for turn in turns
            if turn.speaker == speaker
        )
        for role in ("agent", "customer")
        for speaker in (0, 1)
    }
    one = agreed["agent", 0] + agreed["customer", 1]
    return max(one, sum(agreed.values()) - one) / sum(agreed.values())


@cache
def network() -> Diariser:
    return Diariser(WEIGHTS.parent)


@needs_weights
@pytest.mark.parametrize("call_id", TWO_PARTIES)
def test_each_party_gets_its_speech(call_id: str) -> None:
    turns = network().diarise(sound(call_id), spoken(call_id))
    assert network().embedder_name == "campplus"
    assert rightly_shared(turns, truth(call_id)) >= 0.97


@needs_weights
def test_changes_without_a_pause_are_found() -> None:
    spans = spoken("N06", gap=2.0)
    assert len(spans) < len(truth("N06")) / 2, "the spans must hide the changes"
    turns = network().diarise(sound("N06"), spans)
    assert rightly_shared(turns, truth("N06")) >= 0.95
    starts = [now.span.start for before, now in pairwise(turns) if now.speaker != before.speaker]
    for (before, _), (after, _) in pairwise(truth("N06")):
        if before.gap(after) < 0.5 and any(before.end in span and after.start in span for span in spans):
            assert any(before.end - 0.25 <= start <= after.start + 0.25 for start in starts)


@needs_weights
def test_a_voicemail_has_one_speaker() -> None:
    turns = network().diarise(sound("N13"), spoken("N13"))
    assert {turn.speaker for turn in turns} == {0}


@pytest.mark.parametrize("weights", [None, pytest.param(WEIGHTS, marks=needs_weights)])
def test_turns_cover_the_speech_exactly_and_repeat(weights: Path | None) -> None:
    diariser = Diariser(weights)
    spans = (Span(0.0, 0.03), Span(1.013, 4.5), Span(4.6, 17.77), Span(20.0, 21.0))
    turns = diariser.diarise(sound("N06"), spans)
    assert merge(turn.span for turn in turns) == spans
    assert total(turn.span for turn in turns) == pytest.approx(sum(turn.span.duration for turn in turns))
    assert all(0.0 <= turn.confidence <= 1.0 for turn in turns)
    assert turns[0].speaker == 0
    assert diariser.diarise(sound("N06"), spans) == turns


@pytest.mark.parametrize("weights", [None, Path("nowhere")])
def test_without_weights_a_man_and_a_woman_are_told_apart(weights: Path | None) -> None:
    diariser = Diariser(weights)
    turns = diariser.diarise(sound("N06"), spoken("N06"))
    assert diariser.embedder_name == "timbre"
    assert rightly_shared(turns, truth("N06")) >= 0.9
    assert max(turn.confidence for turn in turns) < 0.7, "the stand-in must not claim to be sure"


def test_damaged_weights_fall_back(tmp_path: Path) -> None:
    (tmp_path / WEIGHTS_FILE).write_bytes(b"PK\x03\x04 torn")
    assert Diariser(tmp_path).embedder_name == "timbre"


def test_nothing_said_and_next_to_nothing() -> None:
    diariser = Diariser()
    assert diariser.diarise(np.zeros(16_000, np.float32), ()) == ()
    (turn,) = diariser.diarise(np.zeros(16_000, np.float32), (Span(0.98, 1.2),))
    assert (turn.span, turn.speaker) == (Span(0.98, 1.2), 0)
