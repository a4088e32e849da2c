"""A window and its words in two."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.domain import SAMPLE_RATE_HZ, Segment, Span
from pipeline.inspection.cutting import Heard, cut_at_character, cut_at_time
from pipeline.transcription import SpeechWindow
from pipeline.transcription.segments import sounding, spread

TEXT = "人工服务请拨零，喂，什么事"


def heard(*voiced: tuple[float, float]) -> Heard:
    spans = tuple(Span(*one) for one in voiced)
    whole = Span(spans[0].start, spans[-1].end)
    samples = np.zeros(round(whole.duration * SAMPLE_RATE_HZ), np.float32)
    words = spread(TEXT, whole, sounding(spans), probability=0.9)
    return SpeechWindow(samples, whole, spans, 0), Segment(0, whole, TEXT, words, 0.9)


def test_a_cut_takes_the_pause_near_the_words() -> None:
    before, after = cut_at_character(heard((10.0, 12.2), (12.8, 14.0)), TEXT.index("喂"))
    assert before is not None
    assert after is not None
    assert (before[1].text, after[1].text) == ("人工服务请拨零", "喂，什么事")
    assert (before[1].span, after[1].span) == (Span(10.0, 12.2), Span(12.8, 14.0))
    assert before[0].voiced == (Span(10.0, 12.2),)
    assert len(before[0].samples) + len(after[0].samples) == 4.0 * SAMPLE_RATE_HZ
    assert [word.text for word in after[1].words] == list("喂什么事")
    assert all(word.span.start >= 12.8 for word in after[1].words)


def test_without_a_pause_the_quietest_moment_is_taken() -> None:
    window, segment = heard((0.0, 4.0))
    loud = np.full(len(window.samples), 0.1, np.float32)
    loud[round(2.4 * SAMPLE_RATE_HZ) : round(2.7 * SAMPLE_RATE_HZ)] = 0.0
    one = SpeechWindow(loud, window.span, window.voiced, 0), segment
    before, after = cut_at_character(one, TEXT.index("喂"))
    assert before is not None
    assert after is not None
    assert before[1].span.end == after[1].span.start == pytest.approx(2.55, abs=0.15)


def test_a_cut_by_time_parts_the_words_at_a_mark() -> None:
    before, after = cut_at_time(heard((10.0, 12.2), (12.8, 14.0)), 12.8)
    assert before is not None
    assert after is not None
    assert before[1].text + "，" + after[1].text == TEXT


@pytest.mark.parametrize("seconds", [9.0, 10.0])
def test_nothing_is_cut_before_the_first_word(seconds: float) -> None:
    one = heard((10.0, 14.0))
    assert cut_at_time(one, seconds) == (None, one)
    assert cut_at_character(one, 0) == (None, one)


def test_nothing_is_cut_behind_the_last_word() -> None:
    one = heard((10.0, 14.0))
    assert cut_at_time(one, 14.0) == (one, None)
    assert cut_at_character(one, len(TEXT)) == (one, None)
