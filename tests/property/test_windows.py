"""What holds for the windows of every channel."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain import SAMPLE_RATE_HZ, Span, intersect, merge, total
from pipeline.speech import SpeakerTurn
from pipeline.transcription import cut_windows
from pipeline.transcription.windows import LONGEST_SECONDS, PAD_SECONDS
from tests.examples import examples

SECONDS = 60
FRAMES = SECONDS * SAMPLE_RATE_HZ // 512
SOUND = np.random.default_rng(1).standard_normal(SECONDS * SAMPLE_RATE_HZ).astype(np.float32)


def turn(first: int, length: int, speaker: int, confidence: float = 1.0) -> SpeakerTurn:
    """In frames of 32 ms, as the detector answers."""
    end = min(first + length, FRAMES)
    return SpeakerTurn(Span(first * 0.032, end * 0.032), speaker, confidence, False)


@st.composite
def one_party(draw: st.DrawFn) -> list[SpeakerTurn]:
    """Turns that do not touch: pauses from one frame to seconds, turns from one frame to half a minute."""
    turns, at = [], draw(st.integers(0, 200))
    for length, pause in draw(st.lists(st.tuples(st.integers(1, 900), st.integers(1, 80)), max_size=12)):
        if at + 1 >= FRAMES:
            break
        turns.append(turn(at, length, 0))
        at += length + pause
    return turns


@st.composite
def two_parties(draw: st.DrawFn) -> list[SpeakerTurn]:
    return [
        SpeakerTurn(each.span, draw(st.integers(0, 1)), draw(st.sampled_from((0.6, 1.0))), False)
        for each in draw(one_party())
    ]


@given(two_parties())
@settings(deadline=None)
def test_every_voiced_moment_is_in_exactly_one_window(turns: list[SpeakerTurn]) -> None:
    windows = cut_windows(SOUND, turns)
    for speaker in (0, 1):
        spoken = merge(t.span for t in turns if t.speaker == speaker)
        parts = [v for w in windows if w.party == speaker for v in w.voiced]
        assert sum(v.duration for v in parts) == pytest.approx(total(spoken), abs=1e-6)
        assert total(intersect(parts, spoken)) == pytest.approx(total(spoken), abs=1e-6)


@given(two_parties())
@settings(deadline=None)
def test_no_window_is_longer_than_the_limit_or_holds_two_parties(turns: list[SpeakerTurn]) -> None:
    for window in cut_windows(SOUND, turns):
        whole = window.voiced[0] | window.voiced[-1]
        assert whole.duration <= LONGEST_SECONDS + 1e-6
        others = [t.span for t in turns if t.speaker != window.party]
        assert total(intersect([whole], others)) < 1e-6


@given(one_party())
@settings(deadline=None)
def test_samples_and_times_of_a_window_belong_together(turns: list[SpeakerTurn]) -> None:
    for window in cut_windows(SOUND, turns):
        first = round(window.span.start * SAMPLE_RATE_HZ)
        assert np.array_equal(window.samples, SOUND[first : first + len(window.samples)])
        assert len(window.samples) / SAMPLE_RATE_HZ == pytest.approx(window.span.duration, abs=2e-4)
        assert window.span.start <= window.voiced[0].start
        assert window.voiced[-1].end <= window.span.end + 1e-9
        assert window.voiced[0].start - window.span.start <= PAD_SECONDS + 1e-9
        assert 0.0 <= window.span.start < window.span.end <= SECONDS


@given(two_parties())
@settings(deadline=None)
def test_windows_stand_in_order_and_do_not_share_speech(turns: list[SpeakerTurn]) -> None:
    windows = cut_windows(SOUND, turns)
    for before, after in pairwise(windows):
        assert before.voiced[-1].end <= after.voiced[0].start + 1e-9


@given(two_parties(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=examples(30))
def test_the_order_of_the_turns_does_not_matter(turns: list[SpeakerTurn], chance: object) -> None:
    shuffled = list(turns)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert [(w.span, w.voiced, w.party) for w in cut_windows(SOUND, shuffled)] == [
        (w.span, w.voiced, w.party) for w in cut_windows(SOUND, turns)
    ]
