"""Hesitation is marked; answers and particles are not."""

from __future__ import annotations

import pytest

from pipeline.domain import Role, Span, Utterance


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("呃，我想问一下", ["呃"]),
        ("我想，嗯，问一下", ["嗯"]),
        ("这个呃呃不太清楚", ["呃呃"]),
        ("您稍等。啊，查到了，呃还有一张", ["啊", "呃"]),
        ("嗯，好的", []),
        ("嗯。", []),
        ("好啊，谢谢", []),
        ("金额不对", []),
        ("", []),
    ],
)
def test_hesitation(text: str, marked: list[str]) -> None:
    utterance = Utterance(Role.AGENT, Span(0, 1), text)
    assert [text[part] for part in utterance.fillers] == marked
