"""What a sheet may say of how rare violations are, and how it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.domain import Evidence, How, PhraseKind, Role, Span
from pipeline.errors import RubricError
from pipeline.messages import render
from pipeline.phrases import load_lexicons
from pipeline.rubric import check_rubric, diff_rubrics, load_rubric, parse_rubric
from pipeline.rubric.matched import matched
from pipeline.settings import Settings

SHEET = """\
rubric: small
title: 小表
pass_mark: 80
{rarity}
sections:
  - id: service
    title: 服务
    criteria:
      - id: answers
        title: 解答
        points: 100
        items:
          - id: not-know
            title: 直接回答不知道
            severity: D
            deduct: 100
            check: {{phrase: {{codes: [not-know]}}}}
            tests:
              - {{dialogue: ["坐席: [not-know|不知道]"], confidence: 0.6, expect: {expect}{rate}}}
"""
CODES = load_lexicons(Settings().lexicons).codes


def sheet(tmp_path: Path, *, rarity: str = "", expect: str = "failed", rate: str = "") -> Path:
    path = tmp_path / "sheet.yaml"
    path.write_text(SHEET.format(rarity=rarity, expect=expect, rate=rate), "utf-8")
    return path


def errors(path: Path) -> list[str]:
    return [issue.rule for issue in check_rubric(path, CODES) if issue.level in ("error", "warning")]


def test_a_test_of_a_sheet_can_set_rates(tmp_path: Path) -> None:
    assert errors(sheet(tmp_path)) == []
    assert errors(sheet(tmp_path, expect="undetermined")) == ["test-failed"]
    rarer = ", per_1000: {not-know: 0.1}"
    assert errors(sheet(tmp_path, rate=rarer)) == ["test-failed"]
    assert errors(sheet(tmp_path, expect="undetermined", rate=rarer)) == []
    own = "rarity: {per_1000: {not-know: 0.1}}"
    assert errors(sheet(tmp_path, expect="undetermined", rarity=own)) == []
    usual = ", per_1000: {not-know: 0.55}"
    assert errors(sheet(tmp_path, rarity=own, rate=usual)) == [], (
        "the test's own rate goes before the sheet's"
    )


def test_a_sheet_that_says_nothing_of_it_keeps_its_revision(tmp_path: Path) -> None:
    plain = load_rubric(sheet(tmp_path))
    taught = load_rubric(sheet(tmp_path, rarity="rarity: {reviews: 50, strength: 30}"))
    rarer = load_rubric(sheet(tmp_path, rarity="rarity: {per_1000: {not-know: 0.1}}"))
    assert plain.revision == taught.revision, "how reviews teach judges nothing by itself"
    assert rarer.revision != plain.revision
    (change,) = diff_rubrics(plain, rarer)
    assert change.field == "rarity" and "not-know" in render(change.text, "en")


@pytest.mark.parametrize(
    ("rarity", "line"),
    [
        ("rarity:\n  per_1000:\n    no-such-code: 0.1", 6),
        ("rarity: {per_1000: {not-know: 0}}", 4),
        ("rarity: {per_1000: {not-know: 500}}", 4),
        ("rarity: {most: 0.5}", 4),
        ("rarity: {per_100: {not-know: 1}}", 4),
        ("rarity: {per_1000: {not-know: true}}", 4),
        ("rarity: {strength: true}", 4),
        ("rarity: {strength: 1.0e-9}", 4),
        ("rarity: {per_1000: {not-know: 100}}", 4),  # ten times as often is every utterance
        ("rarity: {per_1000: {not-know: 20}, most: 50}", 4),
        ("rarity: {latest: 5, reviews: 20}", 4),  # could never learn
        ("rarity: {reviews: 500}", 4),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(tmp_path: Path, rarity: str, line: int) -> None:
    with pytest.raises(RubricError) as refused:
        load_rubric(sheet(tmp_path, rarity=rarity), codes=CODES)
    assert refused.value.line == line


def test_what_is_refused_says_what_to_write(tmp_path: Path) -> None:
    for rarity, remedy in (
        ("rarity: {per_1000: {not-know: 100}}", "lower most"),
        ("rarity: {reviews: 500}", "at least 500"),
    ):
        with pytest.raises(RubricError) as refused:
            load_rubric(sheet(tmp_path, rarity=rarity), codes=CODES)
        assert remedy in refused.value.said("en")


def test_a_rate_of_what_is_nobody_s_fault_is_warned_of(tmp_path: Path) -> None:
    assert errors(sheet(tmp_path, rarity="rarity: {per_1000: {greeting: 0.1}}")) == ["rate-of-no-fault"]


def test_the_sheet_that_ships_says_nothing_of_it() -> None:
    shipped = load_rubric(Settings().rubric)
    assert shipped.rarity.stated == ()
    for code in shipped.accused:
        assert CODES[code].kind is PhraseKind.FORBIDDEN
    assert list(parse_rubric(Settings().rubric.read_text("utf-8")).accused) == list(shipped.accused)


def test_evidence_says_what_it_was_weighed_against() -> None:
    plain = Evidence(Span(1, 2), Role.AGENT, "不知道", "不知道", How.EXACT, 0.81)
    rare = Evidence(Span(1, 2), Role.AGENT, "不知道", "不知道", How.EXACT, 0.44, "", 0.1)
    told = [render(matched(one, PhraseKind.FORBIDDEN) or "", "zh") for one in (plain, rare)]
    assert told == [
        "命中忌语 不知道 · 逐字命中 81 %",
        "命中忌语 不知道 · 逐字命中 44 % · 按每千句约 0.1 次衡量",
    ]
