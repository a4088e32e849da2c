"""Rubric files: errors name the line and the remedy; what does not judge does not change the revision."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import RubricError
from pipeline.rubric import load_rubric
from pipeline.rubric.load import MAX_BYTES

SMALL = """\
rubric: small
title: 小表
pass_mark: 60
sections:
  - id: norms
    title: 规范
    criteria:
      - id: opening
        title: 开场白
        points: 10
        when: {any: [{hold: {}}, {phrase: {codes: [praise]}}]}
        items:
          - id: greeting-missing
            title: 未报开头语
            severity: D
            deduct: 10
            check: {required-phrase: {codes: [greeting], say: 您好}}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_small_rubric(tmp_path: Path) -> None:
    rubric = load_rubric(written(tmp_path, SMALL), codes={"greeting": None, "praise": None})
    assert [item.id for item in rubric.items] == ["greeting-missing"]
    assert rubric.items[0].check.kind == "required-phrase"


def test_comments_do_not_change_the_revision_but_a_threshold_does(tmp_path: Path) -> None:
    revision = load_rubric(written(tmp_path, SMALL)).revision
    assert load_rubric(written(tmp_path, "# 说明\n" + SMALL)).revision == revision
    advice = SMALL.replace("            deduct: 10", "            deduct: 10\n            advice: 先问好")
    assert load_rubric(written(tmp_path, advice)).revision == revision
    assert load_rubric(written(tmp_path, SMALL.replace("deduct: 10", "deduct: 9"))).revision != revision


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("severity: D", "severty: D", 15, "do you mean “severity”"),
        ("severity: D", "severity: Q", 15, "severity"),
        ("deduct: 10", "deduct: ten", 16, "deduct"),
        ("deduct: 10", "fatal: nothing", 16, "fatal"),
        ("            deduct: 10\n", "", 13, "add 'deduct' or 'fatal'"),
        ("        points: 10\n", "", 8, "“points” is missing"),
        ("required-phrase: {codes", "required-phrases: {codes", 17, "do you mean “required-phrase”"),
        ("check: {required-phrase: {codes: [greeting], say: 您好}}", "check: {}", 17, "exactly one kind"),
        ("codes: [greeting]", "codes: [greetings]", 17, "do you mean “greeting”"),
        ("codes: [greeting]", "codes: []", 17, "at least 1"),
        ("codes: [greeting]", "codes: greeting", 17, "write [greeting]"),
        ("deduct: 10", "deduct: .inf", 16, "finite"),
        ("severity: D", "severity: D\n            valid_from: 2026-13-45", None, "month"),
        ("title: 小表", "title: '\x07'", None, "not valid YAML"),
        ("{hold: {}}", "{not: " * 3000 + "{hold: {}}" + "}" * 3000, None, "flatten"),
        ("{phrase: {codes: [praise]}}", "{says: {pattern: '(?=x)'}}", 11, "RE2"),
        ("{phrase: {codes: [praise]}}", "{phrase: {codes: [prase]}}", 11, "do you mean “praise”"),
        ("id: greeting-missing", "id: 开场", 13, "lower-case-words-with-hyphens"),
        ("pass_mark: 60", "pass_mark: 60\npass_mark: 70", 4, "not valid YAML"),
        ("title: 小表", "title: [小表", 3, "not valid YAML"),
        ("title: 小表", "title: &t 小表\nid: *t", 2, "aliases"),
        ("id: opening", "id: norms", None, "rename one"),
    ],
)
def test_errors_name_line_and_remedy(
    tmp_path: Path, old: str, new: str, line: int | None, words: str
) -> None:
    assert old in SMALL
    path = written(tmp_path, SMALL.replace(old, new, 1))
    with pytest.raises(RubricError, match=r"small\.yaml") as caught:
        load_rubric(path, codes={"greeting": None, "praise": None})
    assert words in str(caught.value)
    if line is not None:
        assert caught.value.line == line, str(caught.value)


def test_a_huge_file_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = written(tmp_path, "# " + "x" * MAX_BYTES)
    with pytest.raises(RubricError, match="larger than"):
        load_rubric(path)


def test_a_missing_file_and_a_wrong_encoding(tmp_path: Path) -> None:
    with pytest.raises(RubricError, match="check the path"):
        load_rubric(tmp_path / "none.yaml")
    path = tmp_path / "gbk.yaml"
    path.write_bytes("title: 质检".encode("gbk"))
    with pytest.raises(RubricError, match="UTF-8"):
        load_rubric(path)


def test_a_list_is_no_rubric(tmp_path: Path) -> None:
    with pytest.raises(RubricError, match="mapping"):
        load_rubric(written(tmp_path, "- a\n"))
