"""The linter finds what a rubric file says in vain."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pipeline.messages import languages, render
from pipeline.phrases import load_lexicons
from pipeline.rubric.issue import Issue, Level
from pipeline.rubric.lint import check_rubric
from tests.builders import ROOT
from tests.texts import zh

BOTH_WAYS = "{all: [{call: {direction: inbound}}, {call: {direction: outbound}}]}"
OUTBOUND = "        when: {call: {direction: outbound}}"
SILENCES = ("silence: {min_seconds: 5}", "silence: {min_seconds: 8}")
INBOUND = ", when: {call: {direction: inbound}}"

HEAD = """\
rubric: small
title: 小表
pass_mark: 60
sections:
  - id: norms
    title: 规范
    criteria:
"""


def criterion(name: str, *items: str, points: float = 100, more: str = "") -> str:
    lines = [
        f"      - id: {name}",
        f"        title: 项{name}",
        f"        points: {points}",
        more,
        "        items:",
        *items,
    ]
    return "\n".join(line for line in lines if line) + "\n"


def item(name: str, check: str = "phrase: {codes: [x]}", *, deduct: float = 100, more: str = "") -> str:
    costs = f"severity: D, deduct: {deduct}"
    return f"          - {{id: {name}, title: {name}, {costs}, check: {{{check}}}{more}}}"


def issues(folder: Path, text: str, codes: Mapping[str, object] | None = None) -> list[Issue]:
    path = folder / "small.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return check_rubric(path, codes)


def rules(found: list[Issue]) -> list[str]:
    return [issue.rule for issue in found]


def test_the_sheet_that_comes_with_the_software_is_clean() -> None:
    assert check_rubric(ROOT / "rubrics" / "service.yaml") == []


def test_a_sound_sheet_has_no_issues(tmp_path: Path) -> None:
    assert issues(tmp_path, criterion("c-1", item("i-1"))) == []


@pytest.mark.parametrize(
    ("points", "scale", "says"),
    [
        (90, "", "全部扣完还剩10分"),
        (110, "", "扣到0分为止"),
        (90, "scale: true", "按比例折算，扣分与表上写的不一致"),
    ],
)
def test_what_it_means_that_the_points_are_not_100(
    tmp_path: Path, points: float, scale: str, says: str
) -> None:
    text = HEAD.replace("pass_mark", f"{scale}\npass_mark") + criterion(
        "c-1", item("i-1", deduct=points), points=points
    )
    path = tmp_path / "small.yaml"
    path.write_text(text, encoding="utf-8")
    [issue] = check_rubric(path)
    assert (issue.rule, issue.level) == ("points-sum", Level.WARNING)
    assert f"各项合计{points:g}分" in zh(issue.text) and says in zh(issue.text)


@pytest.mark.parametrize("title", ["未报开头语", "没有致谢", "不说再见", "无结束语"])
def test_a_title_that_says_no_needs_one_for_when_it_passed(tmp_path: Path, title: str) -> None:
    rude = item("i-1").replace("title: i-1", f"title: {title}")
    [issue] = issues(tmp_path, criterion("c-1", rude))
    assert (issue.rule, issue.item, issue.level) == ("negative-title", "i-1", Level.WARNING)
    named = rude.replace("severity", "title_passed: 开头语, severity")
    assert issues(tmp_path, criterion("c-1", named)) == []


def test_a_file_that_cannot_be_used_is_one_error_with_its_line(tmp_path: Path) -> None:
    [issue] = issues(tmp_path, criterion("c-1", item("i-1", "phrase: {code: [x]}")))
    assert (issue.level, issue.rule, issue.line) == (Level.ERROR, "unusable", 12)
    assert "do you mean “codes”" in render(issue.text, "en")


def test_too_many_criteria(tmp_path: Path) -> None:
    many = "".join(
        criterion(f"c-{n}", item(f"i-{n}", f"phrase: {{codes: [x{n}]}}", deduct=6.25), points=6.25)
        for n in range(16)
    )
    assert rules(issues(tmp_path, many)) == ["too-many-criteria"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (criterion("c-1", item("i-1", deduct=90), points=90), "points-sum"),
        (criterion("c-1", item("i-1", deduct=110), points=110), "points-sum"),
        (criterion("c-1", item("i-1", deduct=40)), "points-nobody-loses"),
        (criterion("c-1", item("i-1", deduct=140)), "deducts-too-much"),
        (
            criterion("c-1", item("i-1"), item("i-2", "phrase: {codes: [x, y]}")),
            "punished-twice",
        ),
        (
            criterion("c-1", *(item(f"i-{n}", check) for n, check in enumerate(SILENCES))),
            "punished-twice",
        ),
        (
            criterion("c-1", item("i-1", more=f", when: {BOTH_WAYS}")),
            "never-applies",
        ),
        (
            criterion("c-1", item("i-1", more=INBOUND), more=OUTBOUND),
            "never-applies",
        ),
        (
            criterion("c-1", item("i-1", more=", when: {all: [{hold: {}}, {not: {hold: {}}}]}")),
            "never-applies",
        ),
        (
            criterion("c-1", item("i-1", more=", valid_from: 2026-02-01, valid_until: 2026-01-01")),
            "never-applies",
        ),
        (
            criterion("c-1", item("i-1", more=", when: {call: {min_seconds: 60, max_seconds: 30}}")),
            "never-applies",
        ),
        (
            criterion("c-1", item("i-1", "silence: {min_seconds: 8, below_seconds: 3}")),
            "never-applies",
        ),
        (
            criterion("c-1", item("i-1", more=", tests: [{dialogue: ['坐席: [x|某]'], expect: passed}]")),
            "test-failed",
        ),
        (
            criterion("c-1", item("i-1", more=", tests: [{dialogue: ['谁知道'], expect: passed}]")),
            "test-unreadable",
        ),
    ],
)  # fmt: skip
def test_what_is_said_in_vain(tmp_path: Path, text: str, rule: str) -> None:
    found = issues(tmp_path, text)
    assert rule in rules(found)
    assert all(render(issue.text, lang) for issue in found for lang in languages())


def test_a_test_dialogue_that_comes_out_as_written_is_no_issue(tmp_path: Path) -> None:
    text = criterion("c-1", item("i-1", more=", tests: [{dialogue: ['坐席: [x|某]'], expect: failed}]"))
    assert issues(tmp_path, text) == []


def test_silences_of_different_length_are_different_slips(tmp_path: Path) -> None:
    text = criterion(
        "c-1",
        item("i-1", "silence: {min_seconds: 3, below_seconds: 8, at_least: 4}"),
        item("i-2", "silence: {min_seconds: 8}"),
    )
    assert issues(tmp_path, text) == []


def test_the_lexicon_and_the_sheet_must_fit(tmp_path: Path) -> None:
    codes = load_lexicons(written_lexicon(tmp_path)).codes
    text = criterion(
        "c-1", item("i-1", "phrase: {codes: [praise]}", more=", when: {phrase: {codes: [shirk]}}")
    )
    found = issues(tmp_path, text, codes)
    assert {"wrong-role", "violation-decides"} <= set(rules(found))
    unused = [render(i.text, "en") for i in found if i.rule == "unused-code"]
    assert unused == ["no criterion uses the phrase code 'not-know'"]


def written_lexicon(folder: Path) -> Path:
    lexicons = folder / "zh"
    lexicons.mkdir()
    entry = "phrases: [{{phrase: {0}, reason: 试, examples: {{hit: [{0}], quiet: [好]}}}}]"
    forbidden = "kind: forbidden, title: 忌语, severity: B, role: agent"
    (lexicons / "all.yaml").write_text(
        "codes:\n"
        f"  - {{code: shirk, {forbidden}, {entry.format('这不归我管')}}}\n"
        f"  - {{code: not-know, {forbidden}, {entry.format('不知道')}}}\n"
        f"  - {{code: praise, kind: praise, title: 赞, role: customer, {entry.format('服务真好')}}}\n",
        encoding="utf-8",
    )
    return lexicons
