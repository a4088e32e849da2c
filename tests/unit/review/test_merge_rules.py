"""Which call may take the place of which, on plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.errors import Conflict, Refused
from pipeline.review.merge_rules import MergeSide, check_judged, check_merge, check_undo, revived
from tests.inspections import inspection

NEW, OLD = MergeSide("new", "1" * 64), MergeSide("old", "2" * 64)


def code(act: Callable[[], object]) -> str | None:
    with pytest.raises((Refused, Conflict)) as refused:
        act()
    return refused.value.code


def test_what_may_be_merged() -> None:
    check_merge(NEW, OLD, appealed=False)
    check_merge(NEW, OLD, appealed=False, seen=(NEW.sha256, OLD.sha256))
    swapped = (OLD.sha256, NEW.sha256)
    assert code(lambda: check_merge(NEW, OLD, appealed=False, seen=swapped)) == "merge-changed"
    same = replace(OLD, sha256=NEW.sha256)
    assert code(lambda: check_merge(NEW, same, appealed=False)) == "merge-same"
    assert code(lambda: check_merge(NEW, NEW, appealed=False)) == "merge-same"
    assert code(lambda: check_merge(replace(NEW, replaced=True), OLD, appealed=False)) == "merge-replaced"
    assert code(lambda: check_merge(NEW, replace(OLD, replaced=True), appealed=False)) == "merge-replaced"
    assert code(lambda: check_merge(NEW, OLD, appealed=True)) == "merge-appeal"


def test_the_newest_merge_is_undone_first() -> None:
    check_undo(NEW)
    assert code(lambda: check_undo(replace(NEW, replaced=True))) == "merge-replaced"


def test_what_was_judged_is_of_the_same_sound() -> None:
    judged = inspection("new", sha256=NEW.sha256)
    check_judged(NEW, judged)
    check_judged(NEW, None)
    assert code(lambda: check_judged(OLD, judged)) == "other-recording"


def test_an_undone_merge_makes_current_what_was() -> None:
    assert revived([1, 2, 3], 2) == 2
    assert revived([1, 2, 3], None) == 3
    assert revived([1, 3], 2) == 3, "purged or replaced meanwhile"
    assert revived([], 2) is None
