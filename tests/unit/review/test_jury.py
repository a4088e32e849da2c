"""Whose turn it is follows from the seed; agreement is that of what both sides said."""

from __future__ import annotations

from collections import Counter

import pytest

from pipeline.domain import Outcome
from pipeline.errors import Refused
from pipeline.review.calibration import CalibrationScore
from pipeline.review.jury import FEWEST_ITEMS, agreement, differences, in_turn

CALLS = {f"c{n:02}": f"{6100 + n % 4}" for n in range(40)}
JUDGES = {1: "6100", 2: "6101", 3: "6109"}
PASSED, FAILED = Outcome.PASSED, Outcome.FAILED


def test_turns_follow_from_the_seed_and_nobody_judges_their_own() -> None:
    given = in_turn("s", CALLS, JUDGES, 5)
    backwards = dict(reversed(CALLS.items())), dict(reversed(JUDGES.items()))
    assert given == in_turn("s", *backwards, 5) != in_turn("t", CALLS, JUDGES, 5)
    assert len({call for call, _ in given}) == 15
    assert Counter(judge for _, judge in given) == {1: 5, 2: 5, 3: 5}
    assert all(CALLS[call] != JUDGES[judge] for call, judge in given)
    # in turn: nobody has two before everybody has one
    order = [judge for _, judge in given]
    assert all(sorted(order[n : n + 3]) == [1, 2, 3] for n in range(0, 15, 3))


def test_few_calls_go_round_as_far_as_they_reach() -> None:
    assert len(in_turn("s", {"a": "6100", "b": "6100"}, JUDGES, 3)) == 2
    with pytest.raises(Refused):
        in_turn("s", {"a": "6100"}, {1: "6100"}, 3)
    with pytest.raises(Refused):
        in_turn("s", {}, JUDGES, 3)


def marks(user: int, said: dict[int, Outcome]) -> list[CalibrationScore]:
    return [CalibrationScore(f"c{n}", "shirk", user, outcome) for n, outcome in said.items()]


def test_agreement_counts_what_both_have_said() -> None:
    reviewers = {(f"c{n}", "shirk"): FAILED if n % 2 else PASSED for n in range(20)}
    same = marks(1, {n: FAILED if n % 2 else PASSED for n in range(20)})
    chance = marks(2, {n: FAILED if n % 4 < 2 else PASSED for n in range(20)})
    alone = marks(3, dict.fromkeys(range(30, 40), PASSED))
    first, second, third = agreement([*same, *chance, *alone], reviewers)
    assert (first.same.count, first.same.total, first.kappa) == (20, 20, 1.0)
    assert (second.same.count, second.same.total, second.kappa) == (10, 20, 0.0)  # Cohen 1960: as by chance
    assert (third.same.total, third.same.value, third.kappa) == (0, None, None)
    few = agreement(marks(1, dict.fromkeys(range(FEWEST_ITEMS - 1), PASSED)), reviewers)[0]
    assert (few.same.total, few.kappa) == (17, None)
    apart = differences(chance, reviewers, {f"c{n}": n + 1 for n in range(20)})
    assert len(apart) == 10 and {one.said == one.reviewers for one in apart} == {False}
    assert [one.place for one in apart] == sorted(one.place for one in apart)
