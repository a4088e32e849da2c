"""Silence, and what is not silence."""

from __future__ import annotations

from pipeline.domain import Span
from pipeline.measures import measure
from tests.timelines import timeline


def test_silences_between_the_first_and_the_last_words() -> None:
    measures = measure(timeline("坐席 5-10", "客户 12-15", "坐席 16.9-20", "客户 29-30", duration=60))
    assert measures["silence_total"].spans == (Span(10, 12), Span(20, 29))
    assert measures.value("silence_total") == 11
    assert measures.value("silence_longest") == 9
    assert measures["silence_longest"].spans == (Span(20, 29),)
    assert measures.value("silence_count") == 1  # the 2 s one is too short to count


def test_three_seconds_are_counted() -> None:
    assert measure(timeline("坐席 0-1", "客户 4-5")).value("silence_count") == 1


def test_hold_music_is_not_silence() -> None:
    measures = measure(timeline("坐席 0-10", "坐席 30-35", tones=((11, 29.5),)))
    assert measures.value("silence_total") == 0
    assert measures.value("silence_longest") == 0
    assert measures["silence_longest"].spans == ()


def test_a_silent_hold_is_silence_and_hold() -> None:
    measures = measure(timeline("坐席 0-10 请您稍等", "坐席 30-35"))
    assert measures.value("silence_longest") == 20
    assert measures.value("hold_total") == 20


def test_without_anyone_there_is_no_conversation_to_fall_silent() -> None:
    measures = measure(timeline())
    assert measures.value("silence_total") is None
    assert measures.value("silence_longest") is None
    assert measures.value("silence_count") is None
