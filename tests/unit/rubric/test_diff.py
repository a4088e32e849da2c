"""What changed between two sheets is told in words."""

from __future__ import annotations

from pathlib import Path

from pipeline.messages import render
from pipeline.rubric import Rubric, load_rubric
from pipeline.rubric.diff import Change, diff_rubrics
from tests.builders import ROOT, service_rubric
from tests.texts import zh


def edited(folder: Path, *edits: tuple[str, str]) -> Rubric:
    text = (ROOT / "rubrics" / "service.yaml").read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "edited.yaml"
    path.write_text(text, encoding="utf-8")
    return load_rubric(path)


def changes(folder: Path, *edits: tuple[str, str]) -> list[Change]:
    return diff_rubrics(service_rubric(), edited(folder, *edits))


def test_the_same_sheet_has_no_changes(tmp_path: Path) -> None:
    assert changes(tmp_path) == []


def test_a_threshold(tmp_path: Path) -> None:
    [change] = changes(tmp_path, ("silence: {min_seconds: 8,", "silence: {min_seconds: 10,"))
    assert (change.kind, change.part, change.field) == ("changed", "dead-air", "check")
    assert zh(change.text) == "“长时间静音”的判定条件：min_seconds 8 -> 10"


def test_points_severity_and_the_pass_mark(tmp_path: Path) -> None:
    found = changes(
        tmp_path,
        ("pass_mark: 80", "pass_mark: 85"),
        (
            "title: 推诿\n            severity: B\n            deduct: 6",
            "title: 推诿\n            severity: A\n            deduct: 8",
        ),
    )
    assert [(c.part, c.field) for c in found] == [
        ("service", "pass_mark"),
        ("shirk", "severity"),
        ("shirk", "deduct"),
    ]
    assert render(found[0].text, "en") == "the sheet, pass mark: 80 -> 85"
    assert zh(found[2].text) == "“推诿”的扣分：6 -> 8"


def test_an_item_added_is_an_item_removed_the_other_way(tmp_path: Path) -> None:
    attitude = "        title: 服务态度\n        points: 10\n        items:\n"
    new = (
        attitude,
        f"{attitude}"
        "          - {id: sighing, title: 叹气, severity: E, deduct: 1, check: {phrase: {codes: [sigh]}}}\n",
    )
    [added] = changes(tmp_path, new)
    assert (added.kind, added.part, zh(added.text)) == ("added", "sighing", "新增情形“叹气”（E级，扣1分）")
    [removed] = diff_rubrics(edited(tmp_path, new), service_rubric())
    assert (removed.kind, removed.part) == ("removed", "sighing")


def test_bars_and_gates_are_told_piece_by_piece(tmp_path: Path) -> None:
    found = changes(
        tmp_path,
        ("A: {accuse: 0.7,", "A: {accuse: 0.8,"),
        ("转入语音信箱", "语音信箱"),
        ("min_characters: 20", "min_characters: 30"),
    )
    assert [c.field for c in found] == ["applies", "applies", "evidence"]
    assert zh(found[0].text) == "整张评分表的整单适用条件：min_characters 20 -> 30"
    assert "转入语音信箱" in zh(found[1].text).split(" -> ")[0], (
        "a pattern is shown where nothing else differs"
    )
    assert zh(found[2].text).startswith("整张评分表的证据门槛：A {")


def test_another_condition_is_told_as_a_sentence(tmp_path: Path) -> None:
    [change] = changes(
        tmp_path, ("when: {call: {direction: inbound}}", "when: {not: {call: {direction: outbound}}}")
    )
    assert zh(change.text) == "“未邀请客户评价”的适用条件：原为“呼入通话”，改为“没有（外呼通话）”"


def test_a_move_between_criteria(tmp_path: Path) -> None:
    text = (ROOT / "rubrics" / "service.yaml").read_text(encoding="utf-8")
    start, end = text.index("          - id: rating-guide"), text.index("      - id: holding")
    moved = text[start:end]
    found = changes(
        tmp_path,
        (moved, ""),
        ("          - id: attitude-impatient", moved + "          - id: attitude-impatient"),
    )
    assert [(c.kind, zh(c.text)) for c in found] == [("moved", "“引导好评”从“邀请评价”移到“服务态度”")]
