"""Segments of two parties as one conversation."""

from __future__ import annotations

from itertools import permutations

import pytest

from pipeline.conversation import assemble
from pipeline.domain import Role, Segment, Span, Word

ROLES = (Role.CUSTOMER, Role.AGENT)


def said(party: int, start: float, end: float, text: str, *, sure: float = 1.0) -> Segment:
    words = (Word(text, Span(start, end), 0.9),)
    return Segment(party, Span(start, end), text, words, 0.8, sure, overlapped=text == "啊")


def test_utterances_stand_in_time_order_under_their_roles() -> None:
    segments = [
        said(1, 1, 3, "您好"),
        said(0, 3.5, 5, "喂"),
        said(1, 4.5, 6, "请讲"),
        said(0, 4.5, 4.6, "啊"),
    ]
    expected = assemble(segments, ROLES, confidence=1.0)
    assert [(u.role, u.text) for u in expected.utterances] == [
        (Role.AGENT, "您好"),
        (Role.CUSTOMER, "喂"),
        (Role.CUSTOMER, "啊"),
        (Role.AGENT, "请讲"),
    ]
    for order in permutations(segments):
        assert assemble(order, ROLES, confidence=1.0) == expected


def test_everything_known_of_a_segment_is_kept() -> None:
    (utterance,) = assemble([said(0, 1, 2, "啊", sure=0.9)], ROLES, confidence=0.6).utterances
    assert utterance.words == (Word("啊", Span(1, 2), 0.9),)
    assert utterance.confidence == 0.8
    assert utterance.role_confidence == pytest.approx(0.54)
    assert utterance.overlapped


def test_one_party_only() -> None:
    assert assemble([said(0, 1, 2, "喂")], (Role.CUSTOMER,), confidence=0.7).by(Role.AGENT) == ()


def test_nobody_said_anything() -> None:
    assert assemble([], ROLES, confidence=1.0).utterances == ()
