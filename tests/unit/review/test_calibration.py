"""Three scorers, two calls, and the numbers by hand."""

from __future__ import annotations

import pytest

from pipeline.domain import Outcome
from pipeline.review.calibration import CalibrationScore, compare

PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
EXPERT, ANN, BEN = 1, 2, 3


def marks(**rows: str) -> list[CalibrationScore]:
    """``greeting_A="pfp"``: what expert, Ann and Ben said about the greeting of call A."""
    named = {"p": PASSED, "f": FAILED}
    return [
        CalibrationScore(name.partition("_")[2], name.partition("_")[0], scorer, named[letter])
        for name, letters in rows.items()
        for scorer, letter in zip((EXPERT, ANN, BEN), letters, strict=False)
        if letter in named
    ]


def test_by_hand() -> None:
    found = compare(marks(greeting_A="ppf", greeting_B="fff", rude_A="ppp", rude_B="fpf"), expert=EXPERT)
    assert found.overall.items == 4
    assert found.overall.percent == pytest.approx((1 + 3 + 3 + 1) / 12)
    # shares of passed and failed are both 1/2, so chance gives 1/2
    assert found.overall.fleiss == pytest.approx((8 / 12 - 0.5) / 0.5)
    ann, ben = found.scorers
    # expert p f p f, Ann p f p p: 3 of 4 agree, chance 2/4*3/4 + 2/4*1/4 = 1/2
    assert (ann.scorer, ann.percent, ann.cohen) == (ANN, 0.75, pytest.approx(0.5))
    assert (ben.scorer, ben.percent, ben.cohen) == (BEN, 0.75, pytest.approx(0.5))
    assert [(d.call_id, d.criterion, len(d.marks)) for d in found.differences] == [
        ("A", "greeting", 3),
        ("B", "rude", 3),
    ]


def test_the_hardest_criterion_stands_first() -> None:
    found = compare(marks(easy_A="ppp", easy_B="fff", hard_A="ppf", hard_B="ffp"), expert=EXPERT)
    assert [(c.criterion, c.percent) for c in found.criteria] == [("hard", pytest.approx(1 / 3)), ("easy", 1)]
    assert found.criteria[1].fleiss == 1


def test_no_expert_no_baseline() -> None:
    found = compare(marks(greeting_A="ppf"), expert=None)
    assert found.scorers == () and found.scorers_by_criterion == ()
    assert found.overall.items == 1


def test_an_expert_who_left_a_call_out() -> None:
    found = compare(marks(greeting_A="ppp", greeting_B="-ff"), expert=EXPERT)
    assert [(line.scorer, line.items) for line in found.scorers] == [(ANN, 1), (BEN, 1)]
    assert found.overall.items == 2


def test_nobody_scored() -> None:
    found = compare([], expert=EXPERT)
    assert found.overall.percent is None and found.criteria == () and found.differences == ()
