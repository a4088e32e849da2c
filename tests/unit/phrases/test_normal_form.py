"""Normal form and the way back."""

from __future__ import annotations

import pytest

from pipeline.phrases.normal_form import normalise, normalised


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("您好，请问？", "你好请问"),
        ("１２３１５", "一二三一五"),
        ("幺二三幺五", "一二三一五"),
        ("12,315", "一二三一五"),
        ("100%下款", "百分之百下款"),
        ("100％", "百分之百"),
        ("5.5%", "百分之五点五"),
        ("百分之一百", "百分之百"),
        ("我啊，嗯，投诉", "我投诉"),
        ("ＣＶＶ", "cvv"),
        ("做得好", "做的好"),
        ("", ""),
    ],
)
def test_normal_form(written: str, normal: str) -> None:
    assert normalise(written) == normal
    assert normalised(written).text == normal


def test_origin_leads_back() -> None:
    written = "嗯，您，100%放心。好"
    result = normalised(written)
    assert result.text == "你百分之百放心好"
    assert written[result.origin[0]] == "您"
    assert {written[i] for i in result.origin[1:5]} <= set("100%")
    assert written[result.origin[-1]] == "好"
    assert len(result.origin) == len(result.text)
    assert result.stops == {7}
    assert result.pauses == {0, 1, 7}
