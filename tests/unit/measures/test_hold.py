"""Holds with music, with beeps, and in silence."""

from __future__ import annotations

import pytest

from pipeline.conversation import Timeline
from pipeline.domain import Span
from pipeline.measures import measure
from tests.timelines import timeline


def test_beeps_with_pauses_are_one_hold() -> None:
    beeps = tuple((float(t), t + 0.4) for t in range(20, 40, 4))
    measures = measure(timeline("坐席 0-19", "坐席 37-45", tones=beeps))
    assert measures.value("hold_count") == 1
    assert measures["hold_total"].spans == (Span(20, 36.4),)


def test_talk_between_two_tones_makes_two_holds() -> None:
    measures = measure(timeline("坐席 0-9", "坐席 16-17", tones=((10, 15), (18, 25))))
    assert measures.value("hold_count") == 2
    assert measures.value("hold_total") == 12


def test_no_hold() -> None:
    measures = measure(timeline("坐席 0-9"))
    assert measures.value("hold_total") == 0
    assert measures.value("hold_count") == 0


@pytest.mark.parametrize(
    "ask", ["请您稍等，我查一下", "请您少等一下", "您先别挂机啊", "麻烦您不要挂断", "请保持通话"]
)
def test_an_announced_silence_is_a_hold(ask: str) -> None:
    assert timeline(f"坐席 0-5 {ask}", "客户 5.5-6 好", "坐席 16-20 好了").holds == (Span(6, 16),)


def test_thanks_afterwards_show_that_it_was_a_hold() -> None:
    assert timeline("坐席 0-5 我看看", "坐席 16-20 让您久等了").holds == (Span(5, 16),)


@pytest.mark.parametrize(
    "call",
    [
        timeline("坐席 0-5 这个不行", "坐席 16-20 好了"),  # dead air
        timeline("坐席 0-5 请您稍等", "坐席 11-20 好了"),  # looking something up
        timeline("客户 0-5 请您稍等", "坐席 16-20 好了"),  # the customer asked
        timeline("坐席 0-5 请您稍等", "客户 5.5-15 我跟你说", "坐席 26-30 好了"),  # long ago
    ],
)
def test_other_silences_are_no_hold(call: Timeline) -> None:
    assert call.holds == ()
