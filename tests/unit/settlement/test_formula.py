"""Arithmetic that a centre writes: what it comes to, and what is no arithmetic."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipeline.messages import ValueRefused
from pipeline.settlement.formula import LONGEST, Names, number_of, truth_of

NAMES = Names(("errors", "response", "critical", "score"), ("qualified",))


@pytest.mark.parametrize(
    ("text", "comes_to"),
    [
        ("0.1 + 0.2", "0.3"),  # as written, not as a binary computer has it
        ("0.40 * errors + 0.60 * response", "108"),
        ("-errors + 2 * (response - 10)", "60"),
        ("max(0, 100 - 5 * critical)", "85"),
        ("min(errors, response, 99)", "99"),
        ("round(response / 3, 2)", "33.33"),
        ("round(2.5)", "3"),  # half up, as people round money
    ],
)
def test_what_a_formula_comes_to(text: str, comes_to: str) -> None:
    values = {"errors": Decimal(120), "response": Decimal(100), "critical": Decimal(3)}
    found = number_of(text, NAMES)(values)
    assert found is not None and round(found, 6) == Decimal(comes_to)


@pytest.mark.parametrize(
    "text", ["errors / 0", "score + 1", "min(score, 1)", "errors / (critical - critical)"]
)
def test_what_has_no_result_is_no_zero(text: str) -> None:
    values = {"errors": Decimal(1), "critical": Decimal(1), "score": None}
    assert number_of(text, NAMES)(values) is None


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("qualified and critical == 0", False),
        ("not qualified or critical > 2", True),
        ("critical >= 3 and errors != 4", True),
        ("score > 90", None),
        ("score > 90 and critical > 5", False),
        ("score > 90 or qualified", True),
    ],
)
def test_what_a_condition_says(text: str, holds: bool | None) -> None:
    values = {"errors": Decimal(0), "critical": Decimal(3), "score": None, "qualified": True}
    assert truth_of(text, NAMES)(values) is holds


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('x')",
        "errors ** 9",
        "errors if qualified else 1",
        "[1][0]",
        "(lambda: 1)()",
        "errors.real",
        "'a' * 9",
        "1e999",
        "True + 1",
        "qualified + 1",
        "round(errors, 99)",
        "round(errors, response)",
        "max(errors)",
        "errors +",
        "",
        "a" * (LONGEST + 1),
        "(" * 300,
        "+" * 390 + "1",
        "+" * 150 + "1",
        "-" * 390 + "1",
        "1 < 2 < 3",
        "open",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueRefused):
        number_of(text, NAMES)


def test_a_long_sum_is_not_too_deep() -> None:
    assert number_of("+".join("1" * (LONGEST // 2)), NAMES)({}) == LONGEST // 2


@pytest.mark.parametrize("text", ["critical", "qualified == 1", "1 < critical < 3", "errors and qualified"])
def test_a_condition_is_no_number(text: str) -> None:
    with pytest.raises(ValueRefused):
        truth_of(text, NAMES)


def test_a_misspelt_name_is_told() -> None:
    with pytest.raises(ValueRefused) as refused:
        number_of("0.5 * eror", NAMES)
    assert "errors" in refused.value.said("zh") and "eror" in refused.value.said("zh")
