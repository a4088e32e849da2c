"""Published worked examples, and the cases where a coefficient says nothing."""

from __future__ import annotations

import pytest

from pipeline.review.agreement import cohen_kappa, fleiss_kappa, percent_agreement


def spread(*counts: int) -> list[int]:
    """So many scores of each category, as a list of categories."""
    return [category for category, count in enumerate(counts) for _ in range(count)]


FLEISS_1971 = [
    (0, 0, 0, 6, 0), (0, 3, 0, 0, 3), (0, 1, 4, 0, 1), (0, 0, 0, 0, 6), (0, 3, 0, 3, 0),
    (2, 0, 4, 0, 0), (0, 0, 4, 0, 2), (2, 0, 3, 1, 0), (2, 0, 0, 4, 0), (0, 0, 0, 0, 6),
    (1, 0, 0, 5, 0), (1, 1, 0, 4, 0), (0, 3, 3, 0, 0), (1, 0, 0, 5, 0), (0, 2, 0, 3, 1),
    (0, 0, 5, 0, 1), (3, 0, 0, 1, 2), (5, 1, 0, 0, 0), (0, 2, 0, 4, 0), (1, 0, 2, 0, 3),
    (0, 0, 0, 0, 6), (0, 1, 0, 5, 0), (0, 2, 0, 1, 3), (2, 0, 0, 4, 0), (1, 0, 0, 4, 1),
    (0, 5, 0, 1, 0), (4, 0, 0, 0, 2), (0, 2, 0, 4, 0), (1, 0, 5, 0, 0), (0, 0, 0, 0, 6),
]  # fmt: skip
"""Table 1 of the paper: 30 patients, 6 psychiatrists, 5 diagnoses."""

FOURTEEN = [
    (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
]  # fmt: skip
"""The worked example of encyclopedias and text books: 10 subjects, 14 raters, 5 categories."""


def test_fleiss_of_the_paper() -> None:
    found = fleiss_kappa([spread(*row) for row in FLEISS_1971])
    assert found == pytest.approx(0.430, abs=0.0005)
    assert percent_agreement([spread(*row) for row in FLEISS_1971]) == pytest.approx(0.556, abs=0.0005)


def test_fleiss_of_fourteen_raters() -> None:
    assert fleiss_kappa([spread(*row) for row in FOURTEEN]) == pytest.approx(0.210, abs=0.0005)
    assert percent_agreement([spread(*row) for row in FOURTEEN]) == pytest.approx(0.378, abs=0.0005)


def test_cohen_of_two_by_two() -> None:
    """The grant-proposal example: 20 both yes, 15 both no, 5 and 10 apart: kappa 0.40."""
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    assert cohen_kappa(pairs) == pytest.approx(0.40)


def test_cohen_of_three_diagnoses() -> None:
    """Fleiss, Levin, Paik, Statistical Methods for Rates and Proportions, table 18.1: kappa 0.68."""
    table = {("psychotic", "psychotic"): 75, ("psychotic", "neurotic"): 1, ("psychotic", "organic"): 4,
             ("neurotic", "psychotic"): 5, ("neurotic", "neurotic"): 4, ("neurotic", "organic"): 1,
             ("organic", "organic"): 10}  # fmt: skip
    pairs = [pair for pair, count in table.items() for _ in range(count)]
    assert cohen_kappa(pairs) == pytest.approx(0.68, abs=0.005)


def test_agreement_that_chance_explains_has_no_coefficient() -> None:
    assert cohen_kappa([("passed", "passed")] * 7) is None
    assert fleiss_kappa([["passed"] * 3] * 7) is None
    assert percent_agreement([["passed"] * 3] * 7) == 1.0


def test_nothing_scored() -> None:
    assert cohen_kappa([]) is None
    assert fleiss_kappa([]) is None
    assert fleiss_kappa([["passed"], ["failed"]]) is None
    assert percent_agreement([["passed"], []]) is None


def test_full_agreement_and_full_disagreement() -> None:
    assert cohen_kappa([("a", "a"), ("b", "b")]) == 1.0
    assert cohen_kappa([("a", "b"), ("b", "a")]) == -1.0
    assert fleiss_kappa([["a", "a", "a"], ["b", "b", "b"]]) == 1.0


def test_an_item_that_somebody_left_out_counts_with_those_who_scored_it() -> None:
    complete = [["a", "a", "b"], ["b", "b", "b"]]
    assert fleiss_kappa([*complete, ["a"]]) == fleiss_kappa(complete)
    assert fleiss_kappa([*complete, ["a", "a"]]) != fleiss_kappa(complete)
