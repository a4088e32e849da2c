"""Opening, scoring and seeing a calibration, on plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.domain import Outcome
from pipeline.errors import Missing, Refused
from pipeline.review.calibration import (
    Calibration,
    CalibrationScore,
    CalibrationState,
    ScoreEntry,
    Scorer,
)
from pipeline.review.calibration_rules import (
    MACHINE,
    MOST_CALLS,
    PersonalSheet,
    check_closed,
    check_scores,
    check_visible,
    leads,
    machine_beside_expert,
    plan,
)

EXPERT, ANN, OTHER = 1, 2, 3
PASSED, FAILED = ScoreEntry(Outcome.PASSED), ScoreEntry(Outcome.FAILED)
OPENED = Calibration(
    7, "周校准", CalibrationState.OPEN, EXPERT, EXPERT, "2026-11-20", None, (), (Scorer(ANN, "ann", 0),)
)
SHEET = PersonalSheet(open=True, invited=True, criteria=frozenset({"greeting", "rude"}), given={})


def code(act: Callable[[], object]) -> str | None:
    with pytest.raises((Refused, Missing)) as refused:
        act()
    return refused.value.code


def test_a_plan_names_everybody_and_every_call_once() -> None:
    made = plan(" 周校准 ", ["b", "a", "b"], [ANN, ANN], EXPERT)
    assert (made.title, made.call_ids, made.people) == ("周校准", ("b", "a"), (EXPERT, ANN))
    assert code(lambda: plan(" ", ["a"], [ANN], EXPERT)) == "calibration-title"
    assert code(lambda: plan("t", [], [ANN], EXPERT)) == "calibration-calls"
    many = [str(n) for n in range(MOST_CALLS + 1)]
    assert code(lambda: plan("t", many, [ANN], EXPERT)) == "calibration-calls"
    assert plan("t", many[1:], [ANN], EXPERT).call_ids == tuple(many[1:])
    assert code(lambda: plan("t", ["a"], [EXPERT], EXPERT)) == "calibration-people"


def test_who_may_score_what() -> None:
    said = {"greeting": ScoreEntry(Outcome.FAILED, " 没有问候 ")}
    assert check_scores(SHEET, said) == {"greeting": ScoreEntry(Outcome.FAILED, "没有问候")}
    assert code(lambda: check_scores(replace(SHEET, open=False), said)) == "calibration-closed"
    assert code(lambda: check_scores(replace(SHEET, invited=False), said)) == "calibration-invited"
    assert code(lambda: check_scores(SHEET, {"closing": PASSED})) == "no-criterion"


def test_a_complete_sheet_stays_as_it_is() -> None:
    half = replace(SHEET, given={"greeting": PASSED})
    assert check_scores(half, {"greeting": FAILED}) == {"greeting": FAILED}, "until all is given"
    whole = replace(SHEET, given={"greeting": PASSED, "rude": ScoreEntry(Outcome.FAILED, "随便你")})
    same = {"rude": ScoreEntry(Outcome.FAILED, "随便你 ")}
    assert check_scores(whole, same) == {"rude": ScoreEntry(Outcome.FAILED, "随便你")}
    assert code(lambda: check_scores(whole, {"greeting": FAILED})) == "calibration-given"
    assert code(lambda: check_scores(whole, {"rude": FAILED})) == "calibration-given"
    nothing = replace(SHEET, criteria=frozenset())
    assert check_scores(nothing, {}) == {}


def test_who_sees_and_closes() -> None:
    assert leads(OPENED, EXPERT, decides=False)
    assert leads(OPENED, OTHER, decides=True)
    assert not leads(OPENED, ANN, decides=False)
    check_visible(OPENED, ANN, decides=False)
    check_visible(OPENED, OTHER, decides=True)
    assert code(lambda: check_visible(OPENED, OTHER, decides=False)) == "no-calibration"
    assert code(lambda: check_closed(OPENED)) == "calibration-blind"
    check_closed(replace(OPENED, state=CalibrationState.CLOSED))


def test_the_machine_is_one_more_scorer_where_there_is_a_baseline() -> None:
    marks = [
        CalibrationScore(call, "rude", scorer, outcome)
        for call, outcome in (("a", Outcome.FAILED), ("b", Outcome.PASSED))
        for scorer in (EXPERT, ANN)
    ]
    machine = {("a", "rude"): Outcome.FAILED, ("b", "rude"): Outcome.FAILED, ("b", "closing"): Outcome.PASSED}
    found = machine_beside_expert(marks, machine, expert=EXPERT)
    assert found is not None
    assert (found.scorer, found.items, found.percent) == (MACHINE, 2, 0.5)
    assert machine_beside_expert(marks, machine, expert=None) is None
    assert machine_beside_expert(marks, {}, expert=EXPERT) is None
