"""Reasons, flags and notes are read in English; nothing is stored for it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from pipeline.rubric import dialogue, english, load_rubric, score

ROOT = Path(__file__).resolve().parents[3]
SHEET = load_rubric(ROOT / "rubrics" / "service.yaml")
CHINESE = re.compile("[一-鿿]")


@pytest.mark.parametrize(
    ("chinese", "told"),
    [
        ("分不清是谁说的", "it is unclear who said it"),
        (
            "疑似坐席说了“随便你”（0:26），但把握不足（43%），请人工复听",
            "the agent may have said “随便你” (0:26), but not sure enough (43%); please listen",
        ),
        (
            "全程没有听到坐席说“您好”一类的话",
            "the agent was not heard (whole call) to say anything like “您好”",
        ),
        (
            "0:09起通话保持12秒，前面没有说“请稍等”一类的话",
            "hold of 12 s from 0:09, nothing like “请稍等” before it",
        ),
        ("talk_share_agent为0.7", "talk_share_agent is 0.7"),
        ("呼入通话，且没有通话保持", "inbound call, and no hold"),
        ("A级违规：推诿、未报结束语", "Violation of class A: Shirked, No closing words"),
        (
            "不适用、不计入满分：通话保持、邀请评价",
            "not applicable, left out of the full marks: Holds, Asking to rate",
        ),
        (
            "坐席说了“甲”（0:01）、“乙”（0:02）、“丙”（0:03）等5处",
            "the agent said “甲” (0:01), “乙” (0:02), “丙” (0:03) and more, 5 in all",
        ),
        ("2处，每处扣3分，最多扣4分", "2 places, -3 each, at most -4"),
        ("4 处 × 3 分，最多扣 9 分", "4 places × 3 points, at most -9"),
        ("3 处 × 2 分，最多加 4 分", "3 places × 2 points, at most +4"),
        ("2 处 × 3 分", "2 places × 3 points"),
        ("“通话保持”最多扣6分", "“Holds” costs at most 6"),
        ("扣完为止，不低于0分", "all is lost, not below 0"),
        ("加分后不超过100分", "not above 100 with the bonus"),
        ("不适用、不扣分：通话保持、邀请评价", "not applicable, costs nothing: Holds, Asking to rate"),
        ("一票否决：红线记0分", "fatal: Red lines becomes 0"),
    ],
)
def test_sentences(chinese: str, told: str) -> None:
    assert english(chinese, SHEET.in_english) == told


def test_what_is_not_known_stays() -> None:
    assert english("另一种说法", SHEET.in_english) == "另一种说法"
    assert english("already English") == "already English"
    assert english("") == ""


def test_all_titles_of_the_sheet_have_english() -> None:
    named = [SHEET, *SHEET.sections, *SHEET.criteria, *SHEET.items, *SHEET.bonus]
    assert [one.title for one in named if not one.title_en] == []
    assert [rule.reason for rule in SHEET.flag if not rule.reason_en] == []


def shapes() -> list[str]:
    """Every reason the code can give, as an example: what its checks and conditions return or pass on."""
    found = []
    for path in sorted((ROOT / "pipeline" / "rubric").rglob("*.py")):
        for call in (
            n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)
        ):
            name = getattr(call.func, "id", "")
            if name in ("passed", "failed", "undetermined", "not_applicable", "Answer", "End"):
                for value in (*call.args, *(k.value for k in call.keywords if k.arg == "reason")):
                    text = _example(value)
                    if CHINESE.search(text):
                        found.append(text)
    return found


def _example(value: ast.expr) -> str:
    if isinstance(value, ast.Constant):
        return value.value if isinstance(value.value, str) else ""
    if isinstance(value, ast.JoinedStr):
        return "".join(p.value if isinstance(p, ast.Constant) else "7" for p in value.values)
    return ""


def test_every_line_of_a_ledger_is_told_in_english() -> None:
    """A call that meets every limit: caps, a fatal section, a fatal sheet, not below 0, a bonus above 100."""
    said = ["坐席: [greeting|您好，很高兴为您服务]", "客户: [praise|真不错]，[praise|真好]，[praise|谢谢]"]
    rude = ["坐席: [shirk|不归我管]，[shirk|不归我管]，[shirk|不归我管]", "坐席: [abuse|闭嘴]"]
    silent = ["客户: 喂", *["静音: 9", "客户: 喂"] * 3]
    for lines in (said, [*said, *rude], [*said, *silent], [*said, *silent, *rude]):
        for entry in score(SHEET, dialogue(*lines)).ledger:
            for text in (entry.title, entry.note):
                assert not CHINESE.search(english(text, SHEET.in_english)), text


OPEN = {"7说了7", "7通话", "7是7", "7为7"}
"""Of these only the forms they take are known (坐席说了, 呼入通话, 技能组是, a measure's name)."""


@pytest.mark.parametrize("reason", sorted(set(shapes()) - OPEN))
def test_every_reason_of_the_code_is_known(reason: str) -> None:
    assert not CHINESE.search(english(reason)), reason


def test_a_name_in_a_list_may_have_the_mark_of_lists_in_it() -> None:
    titles = {"不耐烦、质问客户": "Impatient", "冷漠敷衍": "Indifferent", "未安抚、未致歉": "No empathy"}
    told = english("D级违规：不耐烦、质问客户、冷漠敷衍、未安抚、未致歉", titles)
    assert told.endswith("Impatient, Indifferent, No empathy")
    assert "不耐烦" in english("D级违规：不耐烦、冷漠敷衍", titles), "half a name is no name"
