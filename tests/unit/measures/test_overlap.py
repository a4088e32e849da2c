"""Overlap and interruptions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.conversation import Timeline
from pipeline.domain import Role, Span, Utterance
from pipeline.measures import measure
from tests.timelines import timeline, words


def by_agent(call: Timeline) -> float | None:
    return measure(call).value("interruptions_by_agent")


def test_taking_the_floor_is_an_interruption() -> None:
    measures = measure(timeline("客户 0-10", "坐席 9-14"))
    assert measures.value("interruptions_by_agent") == 1
    assert measures["interruptions_by_agent"].spans == (Span(9, 10),)
    assert measures.value("interruptions_by_customer") == 0
    assert measures.value("overlap_total") == 1


@pytest.mark.parametrize("start", [9.2, 9.5])
def test_from_half_a_second_on(start: float) -> None:
    assert by_agent(timeline("客户 0-10", f"坐席 {start}-14")) == 1


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (timeline("客户 0-10", "坐席 9.6-14"), "a smooth change of speakers"),
        (timeline("客户 0-10", "坐席 10.2-14"), "no overlap"),
        (timeline("客户 0-10", "坐席 4-4.6"), "a word of listening"),
        (timeline("客户 0-10", "坐席 4-5.5"), "the customer kept the floor"),
        (timeline("客户 3-10", "坐席 3.5-14"), "both started at once"),
        (timeline("客户 0-10", "坐席 9.3-10.1"), "too short to take the floor"),
    ],
)
def test_what_is_no_interruption(call: Timeline, why: str) -> None:
    assert by_agent(call) == 0, why


def test_talking_over_someone_who_does_not_give_way() -> None:
    assert by_agent(timeline("客户 0-10", "坐席 4-7")) == 1


def test_a_pause_inside_the_interrupting_words_is_one_interruption() -> None:
    measures = measure(timeline("客户 0-10", "坐席 8.6-9.1", "坐席 9.5-14"))
    assert measures.value("interruptions_by_agent") == 1
    assert measures["interruptions_by_agent"].spans == (Span(8.6, 10),)


def test_words_of_listening_are_none_however_long() -> None:
    assert by_agent(timeline("客户 0-10", "坐席 8.5-10.5 嗯嗯，好的好的。")) == 0
    assert by_agent(timeline("客户 0-10", "坐席 8.5-10.5 等一下，您先说。")) == 1


def test_listening_first_and_then_answering_in_turn() -> None:
    call = timeline("客户 0-10", "坐席 9-14")
    said = words("嗯好的", 9, 9.9) + words("我帮您查一下", 10.1, 14)
    call = replace(call, utterances=(Utterance(Role.AGENT, Span(9, 14), "嗯好的，我帮您查一下", said),))
    assert by_agent(call) == 0


def test_each_party_can_interrupt() -> None:
    measures = measure(timeline("坐席 0-10", "客户 9-14", "坐席 13-20", "客户 18-25"))
    assert measures.value("interruptions_by_customer") == 2
    assert measures.value("interruptions_by_agent") == 1


def test_mono_cannot_tell() -> None:
    measures = measure(timeline("客户 0-10", "坐席 9-14", mono=True))
    assert measures.value("interruptions_by_agent") is None
    assert measures.value("overlap_total") is None
