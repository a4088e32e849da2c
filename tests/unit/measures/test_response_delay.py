"""How long the agent lets the customer wait."""

from __future__ import annotations

from pipeline.domain import Span
from pipeline.measures import measure
from tests.timelines import timeline


def test_the_median_of_the_waits() -> None:
    measures = measure(timeline("客户 0-3", "坐席 4-6", "客户 7-9", "坐席 14-16", "客户 17-19", "坐席 21-22"))
    assert measures.value("response_delay_agent") == 2
    assert measures["response_delay_agent"].spans == (Span(3, 4), Span(9, 14), Span(19, 21))


def test_an_early_answer_takes_no_time() -> None:
    assert measure(timeline("客户 0-3", "坐席 2.5-6")).value("response_delay_agent") == 0


def test_a_customer_who_goes_on_was_not_waiting_for_an_answer() -> None:
    measures = measure(timeline("客户 0-3", "客户 6-8", "坐席 9-10"))
    assert measures["response_delay_agent"].spans == (Span(8, 9),)


def test_a_hold_is_no_delay() -> None:
    assert measure(timeline("客户 0-3", "坐席 20-22", tones=((4, 19),))).value("response_delay_agent") is None


def test_nobody_answers() -> None:
    assert measure(timeline("客户 0-3")).value("response_delay_agent") is None
