"""Turns, talk time and talk share."""

from __future__ import annotations

import pytest

from pipeline.domain import Role, Span
from pipeline.measures import measure
from tests.timelines import timeline


def test_pauses_for_breath_belong_to_the_turn() -> None:
    call = timeline("坐席 1-3", "坐席 4.4-5", "坐席 6.6-8")
    assert call.turns[Role.AGENT] == (Span(1, 5), Span(6.6, 8))


def test_an_answer_in_the_pause_ends_the_turn() -> None:
    call = timeline("坐席 1-3", "客户 3.1-3.6", "坐席 3.9-5")
    assert call.turns[Role.AGENT] == (Span(1, 3), Span(3.9, 5))


def test_a_crumb_of_the_other_channel_does_not_end_the_turn() -> None:
    call = timeline("坐席 1-3", "客户 3.2-3.4", "坐席 3.9-5")
    assert call.turns[Role.AGENT] == (Span(1, 5),)


def test_words_over_the_speech_do_not_end_the_turn() -> None:
    measures = measure(timeline("坐席 1-20", "客户 9-9.6", "坐席 20.5-35"))
    assert measures.value("longest_turn_agent") == 34
    assert measures["longest_turn_agent"].spans == (Span(1, 35),)


def test_talk_and_share() -> None:
    measures = measure(timeline("坐席 1-3", "坐席 3.5-7", "客户 8-10"))
    assert measures.value("speech_agent") == 6
    assert measures.value("speech_customer") == 2
    assert measures.value("talk_share_agent") == 0.75
    assert measures["speech_agent"].unit == "s"


def test_nobody_speaks() -> None:
    measures = measure(timeline())
    assert measures.value("speech_agent") == 0
    assert measures.value("talk_share_agent") is None
    assert measures.value("longest_turn_agent") is None


def test_speech_beyond_the_recording_is_cut() -> None:
    assert measure(timeline("坐席 50-70", duration=60)).value("speech_agent") == pytest.approx(10)
