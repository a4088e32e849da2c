"""What calls before and since a talk say: nothing where they are few, no blame by the machine alone."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.review.goals import Counted, GoalChange, Recheck, days_since

DAY = date(2026, 10, 14)


def side(broken: int, applied: int, unreviewed: int = 0) -> Counted:
    return Counted(DAY, DAY, broken, applied, unreviewed)


@pytest.mark.parametrize(
    ("before", "since", "said"),
    [
        (side(9, 12), None, GoalChange.NOT_YET),
        (side(9, 12), side(0, 0), GoalChange.NOT_YET),
        (side(0, 0), side(0, 15), GoalChange.UNSURE),
        (side(3, 12), side(0, 15), GoalChange.UNSURE),
        (side(9, 12), side(0, 15, 0), GoalChange.BETTER),
        (side(1, 20), side(14, 15), GoalChange.WORSE),
        (side(1, 20), side(14, 15, 14), GoalChange.UNREVIEWED),
    ],
)
def test_what_is_said(before: Counted, since: Counted | None, said: GoalChange) -> None:
    assert Recheck(before, since).change is said


def test_the_day_of_the_talk_is_on_neither_side() -> None:
    assert days_since(DAY, None, DAY) is None
    assert days_since(DAY, None, date(2026, 10, 15)) == (date(2026, 10, 15),) * 2
    assert days_since(DAY, date(2026, 10, 14), date(2026, 11, 1)) is None, "what ended is not counted on"
