"""A sheet that uses every piece of the grammar: it loads, explains itself, and judges as written."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.rubric import Rubric, check_rubric, dialogue, explain, load_rubric, score
from pipeline.rubric.condition import CONDITION_KINDS
from tests.texts import zh

PATH = Path(__file__).with_name("grammar.yaml")
JULY = datetime(2026, 7, 1, tzinfo=UTC)
OPENING = ("坐席: 您好，我是[name|小王]，工号[number|八零零一]", "客户: 你好，我想查一下")
ENDING = ("客户: 谢谢", "坐席: 不客气，[bye|再见]")


@cache
def grammar() -> Rubric:
    return load_rubric(PATH)


def failed(*lines: str, direction: str = "inbound", started_at: datetime = JULY, **facts: Any) -> set[str]:
    measures = {"interruptions_by_agent": 0.0, "overlap_total": 0.0, **facts.pop("measures", {})}
    facts = {"queue": "售后", **facts}
    call = dialogue(*lines, direction=direction, started_at=started_at, measures=measures, **facts)
    return {f.criterion for f in score(grammar(), call).findings if f.outcome == "failed"}


def middle(*lines: str, **facts: Any) -> set[str]:
    return failed(*OPENING, *lines, *ENDING, **facts)


def test_the_linter_has_nothing_against_it() -> None:
    assert check_rubric(PATH) == []


def test_it_uses_every_kind_of_condition_but_hold() -> None:
    text = PATH.read_text(encoding="utf-8")
    assert [kind for kind in CONDITION_KINDS if f"{kind}:" not in text] == ["hold"]


def test_it_explains_itself() -> None:
    text = explain(grammar())
    assert "依次：坐席说“identity”类用语；然后坐席说余额或账单" in text
    assert "余额|账单" not in text, "a pattern is nothing to read"
    assert "达到4按3次算" in text
    assert "有效期：2026-06-01至" in text


def test_a_good_call() -> None:
    assert middle() == set()


def test_n_of_a_set() -> None:
    lines = ("坐席: 您好，我是[name|小王]", "客户: 你好，我想查一下")
    assert failed(*lines, *ENDING) == {"two-of-three"}


def test_none_of_a_set() -> None:
    assert middle("坐席: 请问[slang|咋整]") == {"none-of"}


def test_windows_of_seconds_and_utterances() -> None:
    assert middle("坐席: 请您[rude|快点]") == {"any-in-the-beginning"}
    assert middle("客户: " + "我慢慢说" * 20, "坐席: 请您[rude|快点]") == set()
    assert failed(*OPENING, "坐席: [bye|再见]，您好", "坐席: 请问还有吗", "坐席: 请您稍等") == {"at-the-end"}


def test_ordered_flow_with_a_prerequisite() -> None:
    assert middle("坐席: [identity|请您核实身份]", "客户: 好", "坐席: 您的余额是三百元") == set()
    assert middle("坐席: 您的余额是三百元", "坐席: [identity|请您核实身份]") == {"check-before-telling"}


def test_near_each_anchor() -> None:
    assert middle("坐席: 请您看这个套餐", "坐席: 您每月付三十元") == set()
    assert middle("坐席: 请您看这个套餐", "客户: 多少钱") == {"price-near-offer"}
    assert middle("坐席: 您的套餐余量是三个") == set(), "an exception to the anchor only: there is no other"


def test_every_utterance_from_a_day_on() -> None:
    assert middle("坐席: 明天下午三点送到") == {"polite-throughout"}
    assert middle("坐席: 明天下午三点送到", started_at=datetime(2026, 5, 31, tzinfo=UTC)) == set()


def test_repetition() -> None:
    assert middle("坐席: 请您去驿站自己取", "客户: 没有啊", "坐席: 请您去驿站自己取") == {"parrot"}


def test_bands_and_section_prerequisites() -> None:
    assert middle(measures={"interruptions_by_agent": 2.0}) == {"talks-over"}
    assert middle(measures={"interruptions_by_agent": 2.0}, direction="outbound") == set()
    assert middle(measures={"interruptions_by_agent": 2.0}, queue="静音测试") == set()
    assert middle(measures={"interruptions_by_agent": 2.0}, queue=None) == set(), "nobody knows"


def test_who_hung_up() -> None:
    lines = (*OPENING, "客户: 你再说一遍？", "坐席: 没什么好说的，挂了")
    assert failed(*lines) == {"at-the-end", "first-to-hang-up"}


@pytest.mark.parametrize(("started_at", "applies"), [(JULY, True), (datetime(2027, 1, 1, tzinfo=UTC), False)])
def test_the_sheet_has_dates(started_at: datetime, applies: bool) -> None:
    card = score(grammar(), dialogue(*OPENING, *ENDING, started_at=started_at))
    assert (card.not_applicable is None) == applies


def test_the_gate_can_exclude_a_team() -> None:
    card = score(grammar(), dialogue(*OPENING, *ENDING, started_at=JULY, team="测试组"))
    assert zh(card.not_applicable) == "班组是测试组"
