"""What recognisers write, and what people read."""

from __future__ import annotations

import pytest

from pipeline.conversation.text import in_digits, percent_spoken, read_out, simplified, written
from pipeline.phrases.normal_form import normalise


@pytest.mark.parametrize(
    ("traditional", "expected"),
    [
        ("請問有什麼可以幫您", "请问有什么可以帮您"),
        ("您先不要著急", "您先不要着急"),
        ("這個軟件", "这个软件"),
        ("這個軟體", "这个软体"),
        ("呼叫中心的小程序", "呼叫中心的小程序"),
        ("行程單和文件，停用", "行程单和文件，停用"),
        ("顯著", "显著"),
        ("乾淨的頭髮，后天發給您", "干净的头发，后天发给您"),
        ("您好", "您好"),
    ],
)
def test_simplified(traditional: str, expected: str) -> None:
    assert simplified(traditional) == expected


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ("您好,请问您是李女士吗?", "您好，请问您是李女士吗？"),
        ("您好 请问什么事", "您好，请问什么事"),
        ("您好， 请问 什么事？", "您好，请问什么事？"),
        ("我用 WiFi 上网", "我用WiFi上网"),
        ("好的...", "好的。"),
        ("好的，，。", "好的"),
        ("，好的，", "好的"),
        ("(笑)好的[音乐]", "好的"),
        ("♪♪♪", ""),
        ("１２３１５", "12315"),
        ("上午10:30", "上午10:30"),
        ("注意:不能退", "注意：不能退"),
        ("0.5%的利率", "0.5%的利率"),
        ("版本2.0。", "版本2.0。"),
        ("Hello,  how can I help you?", "Hello, how can I help you?"),
        ("Call 1-2-3-1-5, please.", "Call 12315, please."),
        ("  ", ""),
        ("", ""),
    ],
)
def test_written(heard: str, expected: str) -> None:
    assert written(heard) == expected


def test_written_text_is_written_already() -> None:
    for heard in ("您好,请问 您是?", "我 要 打 12,315", "幺二三幺五 可以 吗", "OK, fine."):
        assert written(written(heard)) == written(heard)


NUMBERS = [
    ("我要打12,315", "我要打12315"),
    ("我要打幺二三幺五", "我要打12315"),
    ("我要打一二三一五", "我要打12315"),
    ("我要打一万二千三百一十五", "我要打12315"),
    ("我要打一万两千三百一十五", "我要打12315"),
    ("我要打 1 2 3 1 5", "我要打 12315"),
    ("尾号三六九零", "尾号3690"),
    ("尾号是八零二", "尾号是802"),
    ("拨打幺幺零", "拨打110"),
    ("三零二室", "302室"),
    ("二零二六年", "2026年"),
    ("打一万零八十六", "打10086"),
    ("一共三千零二十五块", "一共3025块"),
    ("号码是一三八零零一三八零零零", "号码是13800138000"),
    ("1三八0零", "13800"),
    ("12,315,678元", "12315678元"),
]


@pytest.mark.parametrize(("heard", "expected"), NUMBERS)
def test_numbers_take_one_form(heard: str, expected: str) -> None:
    assert in_digits(heard) == expected


@pytest.mark.parametrize(
    "text",
    [
        "等一下",
        "一个一个来",
        "一定一起",
        "三心二意",
        "十万火急",
        "千万一定要",
        "万一三天不到",
        "七八个人",
        "五六百块",
        "三五百",
        "三千五",
        "三千五百块",
        "一千五百八十",
        "一万二",
        "两三千一个月",
        "几千一个",
        "一千一个",
        "七七八八",
        "一五一十",
        "不管三七二十一",
        "九九八十一",
        "一千零一夜",
        "三三两两",
        "一一对应",
        "五一放假",
        "六六六",
        "九八折",
        "百分之九十五",
        "三点一四",
        "五个工作日",
        "二三一五千",
        "1,2,3",
        "买了1,12个",
        "3.14",
    ],
)
def test_words_with_numbers_in_them_stay(text: str) -> None:
    assert in_digits(text) == text


@pytest.mark.parametrize("heard", [h for h, _ in NUMBERS if "万" not in h and "千" not in h])
def test_digits_and_what_was_said_match_alike(heard: str) -> None:
    """The lexicons may write 幺二三幺五 or 12315, and the recogniser either."""
    assert normalise(in_digits(heard)) == normalise(heard)


def test_a_number_spelled_out_matches_the_hotline() -> None:
    assert normalise(in_digits("打一万二千三百一十五")) == normalise("打幺二三幺五")


@pytest.mark.parametrize(
    ("text", "said"), [("打12315", "打一二三一五"), ("幺二三", "幺二三"), ("A8套餐", "A八套餐")]
)
def test_digits_are_read_out(text: str, said: str) -> None:
    assert read_out(text) == said


@pytest.mark.parametrize(
    ("text", "said"), [("100%", "百分之百"), ("9.5 ％", "百分之9点5"), ("百%", "百分之百"), ("95", "95")]
)
def test_percentages_as_they_are_said(text: str, said: str) -> None:
    assert percent_spoken(text) == said
