"""Phrases that only the sound can tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.domain import Role, Span, Utterance
from pipeline.phrases.confirm import UNSURE
from pipeline.phrases.reduced import ReducedFormIndex
from tests.unit.phrases.conversations import default_matcher, near_misses_of


def found(text: str, *spellings: str) -> list[tuple[str, int, int]]:
    index = ReducedFormIndex((spelling, 0) for spelling in spellings)
    return [(f.spelling, f.start, f.end) for f in index.find(text, begins=[0], ends=[len(text)])]


def test_two_syllables_where_one_was_heard_right() -> None:
    assert found("必须没钱", "闭嘴") == [("闭嘴", 0, 2)]
    assert found("保安没钱", "闭嘴") == []
    assert found("闭嘴", "闭嘴") == []


def test_two_syllables_only_where_a_sentence_begins() -> None:
    assert found("我必须去", "闭嘴") == []


@pytest.mark.parametrize("left", ["断了直到", "断了你直到", "断了直到马"])
def test_swallowed_ends(left: str) -> None:
    assert "你知道吗" in {spelling for spelling, _, _ in found(left, "你知道吗")}


def test_what_is_swallowed_stands_at_the_end() -> None:
    assert found("直到明天才行", "你知道吗") == []


def test_short_phrases_are_not_clipped() -> None:
    assert found("断了知", "你知道") == []


@pytest.mark.parametrize(("confidence", "asked"), [(UNSURE - 0.1, True), (UNSURE + 0.1, False)])
def test_a_sure_recogniser_is_not_asked_again(confidence: float, asked: bool) -> None:
    utterance = Utterance(Role.AGENT, Span(0, 2), "必须，没钱你来干嘛", confidence=confidence)
    proposed = {near.proposed for near in near_misses_of(default_matcher(), [utterance])}
    assert ("闭嘴，没钱你来干嘛" in proposed) is asked


def test_exceptions_hold_for_what_is_faint(tmp_path: Path) -> None:
    quoted = Utterance(Role.AGENT, Span(0, 3), "客服跟我说，必须", confidence=0.3)
    assert not any("闭嘴" in near.proposed for near in near_misses_of(default_matcher(), [quoted]))
