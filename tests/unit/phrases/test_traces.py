"""What still sounds like a required phrase, and what does not."""

from __future__ import annotations

import pytest

from pipeline.domain import Role, Span, Utterance
from pipeline.phrases.traces import TraceFinder

finder = TraceFinder({"greeting": ("高兴为您服务", "为您福"), "closing": ("再见",)})


def heard(text: str, confidence: float) -> Utterance:
    return Utterance(Role.AGENT, Span(0, 2), text, confidence=confidence)


@pytest.mark.parametrize(
    ("text", "confidence", "found"),
    [
        ("高兴为您服务", 1.0, True),
        ("高新为你服务", 0.9, True),
        ("号信未您护误", 0.4, True),  # the worse it was heard, the less it needs to sound like it
        ("号信未您护误", 0.95, False),
        ("客服中心为您付", 0.9, True),
        ("师傅明天上午到", 0.3, False),
        ("", 0.0, False),
    ],
)
def test_a_trace_needs_less_likeness_where_hearing_was_poor(
    text: str, confidence: float, found: bool
) -> None:
    assert finder("greeting", heard(text, confidence)) is found


def test_short_pieces_must_sound_the_same() -> None:
    assert finder("closing", heard("在见", 0.2))
    assert not finder("closing", heard("才见", 0.2))


def test_a_code_without_pieces_leaves_no_trace() -> None:
    assert not finder("surname", heard("高兴为您服务", 0.1))
