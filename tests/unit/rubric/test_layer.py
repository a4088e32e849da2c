"""A centre's own changes of the score sheet: what they may change, and where their errors are."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import RubricError
from pipeline.rubric import Level, check_rubric, load_rubric, parse_rubric, rubric_text

SHEET = Path(__file__).parents[3] / "rubrics" / "service.yaml"


def layer(tmp_path: Path, text: str, name: str = "own.yaml") -> Path:
    folder = tmp_path / "rubric"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return tmp_path


CHANGES = """\
pass_mark: 85
changes:
  - {item: shirk, deduct: 3, severity: C, reason: 轻一点}
  - {item: rating-guide, off: true, reason: 我们不判这一项}
items:
  - criterion: attitude
    reason: 我们的规定
    item: {id: station, title: 推给驿站, severity: D, deduct: 2, check: {phrase: {codes: [abuse]}}}
"""


def test_points_classes_and_items_change_and_the_text_says_so(tmp_path: Path) -> None:
    before = load_rubric(SHEET)
    criterion = next(c.id for c in before.criteria if any(i.id == "attitude-impatient" for i in c.items))
    where = layer(tmp_path, CHANGES.replace("criterion: attitude", f"criterion: {criterion}"))
    after = load_rubric(SHEET, layer=where)
    items = {item.id: item for item in after.items}
    assert (after.pass_mark, items["shirk"].deduct, items["shirk"].severity) == (85, 3, "C")
    assert "station" in items and "rating-guide" not in items
    assert after.revision != before.revision
    text = rubric_text(SHEET, where)
    assert parse_rubric(text).revision == after.revision
    assert rubric_text(SHEET, tmp_path / "none") == SHEET.read_text("utf-8")
    assert not [i for i in check_rubric(SHEET, layer=where) if i.level is Level.ERROR]


def test_rates_of_a_centre_are_added_to_those_of_the_sheet(tmp_path: Path) -> None:
    before = load_rubric(SHEET)
    layer(tmp_path, "rarity: {per_1000: {abuse: 0.05, shirk: 2}, reviews: 40}\n", "a.yaml")
    after = load_rubric(SHEET, layer=layer(tmp_path, "rarity: {per_1000: {shirk: 3}}\n", "b.yaml"))
    assert (after.rarity.per_1000, after.rarity.reviews) == ({"abuse": 0.05, "shirk": 3}, 40)
    assert after.rarity.strength == before.rarity.strength and after.revision != before.revision
    assert parse_rubric(rubric_text(SHEET, tmp_path)).revision == after.revision


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("pass_mark: 85\nrarity: {per_1000: {abuse: 0}}\n", 2, "0.001"),
        ("rarity: {per_1000: 3}\n", 1, "per_1000"),
        ("rarity: {per_100: {abuse: 1}}\n", 1, "per_100"),
        ("changes:\n  - {item: none, deduct: 3, reason: x}\n", 2, "no item none"),
        ("# x\n\nchanges:\n  - item: shirk\n    deduct: -3\n    reason: x\n", 4, "deduct"),
        ("changes:\n  - {item: shirk, dedukt: 3, reason: x}\n", 2, "dedukt"),
        ("changes:\n  - {item: shirk, deduct: 3}\n", 2, "reason"),
        ("changes:\n  - {item: shirk, reason: x}\n", 2, "changes nothing"),
        ("changes:\n  - {item: shirk, criterion: hold, off: true, reason: x}\n", 2, "names one"),
        ("pass_mark: 120\n", 1, "pass_mark"),
        ("pass_mark: true\n", 1, "pass_mark"),
        ("pass_mark：85\n", 1, "full-width"),
        ("- 85\n", 1, "pass_mark, changes"),
        ("change: []\n", 1, "changes"),
    ],
)
def test_errors_name_the_file_and_the_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(RubricError) as told:
        load_rubric(SHEET, layer=layer(tmp_path, text))
    assert (told.value.path, told.value.line) == (tmp_path / "rubric" / "own.yaml", line)
    assert said in str(told.value)
    (issue,) = check_rubric(SHEET, layer=tmp_path)
    assert (issue.path, issue.line) == (tmp_path / "rubric" / "own.yaml", line)


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert load_rubric(SHEET, layer=layer(tmp_path, "# later\n")).revision == load_rubric(SHEET).revision


def test_a_code_that_no_lexicon_has_is_told_in_the_layer(tmp_path: Path) -> None:
    codes = dict.fromkeys(_codes())
    text = "changes:\n  - item: shirk\n    check: {phrase: {codes: [nothing]}}\n    reason: x\n"
    with pytest.raises(RubricError, match=r"own\.yaml:3"):
        load_rubric(SHEET, codes=codes, layer=layer(tmp_path, text))


def _codes() -> list[str]:
    from pipeline.rubric.load import codes_used, read_document

    return [code for code, _ in codes_used(read_document(SHEET))]
