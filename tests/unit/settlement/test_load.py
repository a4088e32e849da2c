"""The file of a settlement table: what comes with the project is one, and what is wrong is told by line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.domain import Severity
from pipeline.errors import RubricError
from pipeline.rubric import load_rubric
from pipeline.settlement import load_settlement

SHIPPED = Path("rubrics/settlement.yaml")


@pytest.fixture(scope="module")
def criteria() -> list[str]:
    return [item.id for item in load_rubric(Path("rubrics/service.yaml")).items]


def test_the_one_that_comes_with_it(criteria: list[str]) -> None:
    table = load_settlement(SHIPPED, criteria=criteria)
    assert [table.classes[one].amount for one in Severity] == [10_000, 2_000, 500, 100, 50]
    assert [one for one in Severity if table.classes[one].critical] == [Severity.A, Severity.B]
    assert (table.qualified.critical, table.qualified.non_critical) == (Decimal("0.1"), Decimal("0.6"))
    assert not (table.counts.unreviewed or table.counts.open or table.counts.appealed)
    points = [table.rung("slips", errors) for errors in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 99)]
    assert points == [120, 120, 110, 110, 100, 100, 80, 80, 60, 60, 40, 40, 0, 0]


@pytest.mark.parametrize(
    ("before", "after", "line_of", "said"),
    [
        ("qualified:  ", "qualifed:  ", "qualifed:", "qualified"),
        ("critical: 0.1 ", "critical: -1 ", "critical: -1", "-1"),
        ("critical: 0.1 ", "critical: '1e-999999' ", "critical: '1e", ""),
        ("{up_to: 1, points: 120}", "{up_to: 1, points: '1e-999999'}", "1e-999999", ""),
        ("more_than_days: 5", "more_than_days: 40", "more_than_days: 40", "40"),
        ("amount: 2000", "amount: 1.005", "amount: 1.005", ""),
        ("criteria: [abuse, threat]", "criteria: [abuse, threats]", "threats", "threat"),
        ("ladder: slips}", "ladder: slip}", "ladder: slip}", "slips"),
        ("0.40 * errors", "0.40 * erors", "erors", "errors"),
        ("when: qualified and", "when: qualify and", "qualify", "qualified"),
        ("    - {points: 0}", "    - {up_to: 12, points: 0}", "slips:", "slips"),
        ("{up_to: 3,", "{up_to: 1,", "slips:", "slips"),
        ("  E: {critical: false, amount: 50}\n", "", "settlement: monthly", "E"),
        ("{id: response,", "{id: calls,", "- id: monthly", "calls"),
        ("settlement: monthly", "settlement: 月", "settlement: 月", ""),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, criteria: list[str], before: str, after: str, line_of: str, said: str
) -> None:
    text = SHIPPED.read_text("utf-8")
    assert before in text
    path = tmp_path / "settlement.yaml"
    path.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(RubricError) as refused:
        load_settlement(path, criteria=criteria)
    lines = path.read_text("utf-8").splitlines()
    assert refused.value.path == path and said in refused.value.said("zh")
    named = lines[(refused.value.line or 1) - 1]
    assert line_of in named or line_of == "settlement: monthly", named


@pytest.mark.parametrize("text", ["", "- 1", "a: &x 1\nb: *x", "\x00", "a: b: c"])
def test_what_is_no_table(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settlement.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(RubricError):
        load_settlement(path)


def test_one_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RubricError):
        load_settlement(tmp_path / "none.yaml")
