"""Speaking rate, over the call and turn by turn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.domain import Role, Span, Utterance, characters
from pipeline.measures import measure
from tests.timelines import timeline, words


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("您好，请问？", 4),
        ("12315！", 5),
        ("A套餐", 3),
        ("……。", 0),
        ("12,315", 5),
        ("Hi, how are you 今天", 6),
    ],
)
def test_characters_are_what_is_heard(text: str, count: int) -> None:
    assert characters(text) == count


def test_rate_counts_the_pauses_inside_turns() -> None:
    call = timeline("坐席 0-3", "坐席 3.5-6", "客户 7-9")
    call = replace(call, utterances=(Utterance(Role.AGENT, Span(0, 6), "一二三四五，" * 6),))
    assert measure(call).value("speaking_rate_agent") == 300


def test_speech_that_has_no_transcript_does_not_slow_the_party_down() -> None:
    measures = measure(timeline("坐席 0-6 " + "字" * 30, "坐席 20-40"))
    assert measures.value("speaking_rate_agent") == 300
    assert measures["speaking_rate_agent"].spans == (Span(0, 6),)


def test_too_little_speech_has_no_rate() -> None:
    assert measure(timeline("坐席 0-4.9 好的好的好的好的好的好的")).value("speaking_rate_agent") is None


def test_each_party_has_its_own_rate() -> None:
    measures = measure(timeline("坐席 0-6 " + "快" * 60, "客户 7-13 " + "慢" * 20))
    assert measures.value("speaking_rate_agent") == 600
    assert measures.value("speaking_rate_customer") == 200


def test_rates_of_turns_leave_short_turns_out() -> None:
    measures = measure(
        timeline(
            "坐席 0-2 " + "字" * 10,
            "客户 3-4",
            "坐席 5-7 " + "字" * 20,
            "客户 8-9",
            "坐席 10-20 好的请稍等啊您嗯",
        )
    )
    assert measures.value("speaking_rate_agent_fastest_turn") == 600
    assert measures["speaking_rate_agent_fastest_turn"].spans == (Span(5, 7),)
    assert measures.value("speaking_rate_agent_slowest_turn") == 300
    assert measures["speaking_rate_agent_slowest_turn"].spans == (Span(0, 2),)
    assert measures.value("speaking_rate_agent_turns") == 450
    assert measures["speaking_rate_agent_turns"].spans == (Span(0, 2), Span(5, 7))


def test_words_find_their_turn_by_time_when_an_utterance_covers_two() -> None:
    call = timeline("坐席 0-2", "客户 3-4", "坐席 5-9")
    said = words("字" * 10, 0, 2) + words("字" * 20, 4.8, 9)
    call = replace(call, utterances=(Utterance(Role.AGENT, Span(0, 9), "字" * 30, said),))
    measures = measure(call)
    assert measures.value("speaking_rate_agent_fastest_turn") == 300
    assert measures.value("speaking_rate_agent_slowest_turn") == 300


def test_no_long_turn_no_rate() -> None:
    assert measure(timeline("坐席 0-9 您好")).value("speaking_rate_agent_turns") is None
    assert measure(timeline("客户 0-9 您好")).value("speaking_rate_agent_fastest_turn") is None


def test_words_of_another_language_are_no_characters() -> None:
    sentence = "Okay so we would love to get that taken care of for you"
    measures = measure(timeline(f"坐席 0-6 {sentence}", "客户 7-8 好", "坐席 9-12 " + "字" * 15))
    assert measures.value("speaking_rate_agent_fastest_turn") == 300
    assert measures["speaking_rate_agent_turns"].spans == (Span(9, 12),)


def test_a_turn_that_was_half_understood_is_not_rated() -> None:
    call = timeline("坐席 0-4", "客户 5-6", "坐席 7-12")
    said = (Utterance(Role.AGENT, Span(0, 2), "字" * 10), Utterance(Role.AGENT, Span(7, 12), "字" * 25))
    measures = measure(replace(call, utterances=said))
    assert measures.value("speaking_rate_agent_slowest_turn") == 300
    assert measures["speaking_rate_agent_turns"].spans == (Span(7, 12),)
