"""Names in the order in which people look them up."""

from __future__ import annotations

import random

import pytest

from pipeline.conversation.collation import by_name


@pytest.mark.parametrize(
    "ordered",
    [
        ["一组", "二组", "三组", "四组", "十组", "十一组", "二十组", "二十一组", "一百零三组"],
        ["1组", "2组", "10组"],
        ["一组", "2组", "三组"],
        ["服务一组", "服务二组", "服务三组", "客服一组", "客服二组", "客服十二组"],  # fu, ke
        ["A组", "b组", "C组", "晨班", "夜班"],  # letters as they sound: a, b, c, chen, ye
        ["二〇二五班", "二零二六班"],
        ["", "一"],
    ],
)
def test_names_stand_in_the_order_of_numbers_and_sounds(ordered: list[str]) -> None:
    mixed = random.Random(7).sample(ordered, len(ordered))
    assert sorted(mixed, key=by_name) == ordered


def test_no_two_names_share_a_place() -> None:
    alike = ["二组", "2组", "２组", "两组", "a组", "A组"]
    assert len({by_name(name) for name in alike}) == len(alike)


def test_digits_of_any_script_are_numbers() -> None:
    assert sorted(["²组", "٣组", "1组"], key=by_name) == ["1组", "²组", "٣组"]
