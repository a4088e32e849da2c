"""Where a channel is cut."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.domain import SAMPLE_RATE_HZ, Span
from pipeline.speech import SpeakerTurn
from pipeline.transcription import SpeechWindow, cut_windows
from tests import sounds


def cut(*spans: tuple[float, float], samples: sounds.Sound | None = None) -> tuple[SpeechWindow, ...]:
    sound = sounds.noise(40, db=-20) if samples is None else samples
    return cut_windows(sound, [SpeakerTurn(Span(*s), 0, 1.0, False) for s in spans])


def test_a_short_pause_belongs_to_the_sentence() -> None:
    (window,) = cut((1, 4), (4.5, 7))
    assert window.voiced == (Span(1, 4), Span(4.5, 7))
    assert window.voiced_seconds == 5.5
    assert window.span == Span(0.85, 7.15)


def test_a_long_pause_ends_a_window() -> None:
    assert [w.voiced for w in cut((1, 4), (4.7, 7))] == [(Span(1, 4),), (Span(4.7, 7),)]


def test_a_single_word_goes_with_its_neighbour() -> None:
    (window,) = cut((1, 1.4), (2.3, 5))
    assert len(window.voiced) == 2


def test_what_would_grow_too_long_is_cut_at_the_pause() -> None:
    assert [w.voiced for w in cut((0, 6), (6.5, 11))] == [(Span(0, 6),), (Span(6.5, 11),)]


def test_long_speech_is_cut_where_it_is_quietest() -> None:
    sound = sounds.noise(20, db=-20)
    quiet = round(7.3 * SAMPLE_RATE_HZ)
    sound[quiet : quiet + 4000] *= 0.01
    first, *_ = cut((0, 18), samples=sound)
    assert first.voiced[0].end == pytest.approx(7.425, abs=0.1)


def test_speech_without_any_quiet_moment_is_cut_too() -> None:
    windows = cut((0, 35), samples=np.full(40 * SAMPLE_RATE_HZ, 0.3, dtype=np.float32))
    assert len(windows) in (4, 5)
    assert max(w.voiced_seconds for w in windows) <= 10.0


def test_padding_stays_inside_the_recording() -> None:
    (window,) = cut((0.05, 39.9999 / 10), samples=sounds.noise(4.0, db=-20))
    assert window.span == Span(0.0, 4.0)
    assert len(window.samples) == 4 * SAMPLE_RATE_HZ


def test_confidence_and_overlap_are_weighed_by_time() -> None:
    turns = [SpeakerTurn(Span(1, 4), 0, 1.0, False), SpeakerTurn(Span(4.2, 5.2), 0, 0.6, True)]
    (window,) = cut_windows(sounds.noise(8, db=-20), turns)
    assert window.party_confidence == pytest.approx(0.9)
    assert not window.overlapped
    (late,) = cut_windows(sounds.noise(8, db=-20), turns[1:])
    assert late.overlapped


def test_no_turns_no_windows() -> None:
    assert cut() == ()
