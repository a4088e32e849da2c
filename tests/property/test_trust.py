"""The gate of a criterion: it never closes on few reviews, and more trust never closes it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain import Severity
from pipeline.review.intervals import wilson
from pipeline.review.trust import (
    ACTS,
    TrustChange,
    TrustChangeKind,
    closed_by_reviews,
    figures,
    gate_of,
    standing,
    trust_of,
)
from pipeline.rubric.trust import TrustRule

RULE = TrustRule.model_validate({})
counts = st.integers(0, 400)
severities = st.sampled_from(Severity)


@given(counts, counts, severities)
def test_an_open_gate_never_closes_on_too_few_reviews(right: int, wrong: int, severity: Severity) -> None:
    closes = closed_by_reviews(RULE, severity, wilson(right, right + wrong), closed=False)
    if right + wrong < RULE.reviews:
        assert not closes
    if wrong == 0:
        assert not closes, "what was never overturned takes points, however few said so"


@given(counts, counts, severities, st.booleans())
def test_one_more_confirmed_never_closes_and_one_more_overturned_never_opens(
    right: int, wrong: int, severity: Severity, closed: bool
) -> None:
    now = closed_by_reviews(RULE, severity, wilson(right, right + wrong), closed=closed)
    if right + wrong >= RULE.reviews:
        better = closed_by_reviews(RULE, severity, wilson(right + 1, right + wrong + 1), closed=closed)
        worse = closed_by_reviews(RULE, severity, wilson(right, right + wrong + 1), closed=closed)
        assert better <= now <= worse


@given(counts, counts, severities)
def test_the_gate_keeps_what_it_says(right: int, wrong: int, severity: Severity) -> None:
    """Decided again on the same figures nothing changes: no flapping."""
    found = wilson(right, right + wrong)
    for closed in (False, True):
        once = closed_by_reviews(RULE, severity, found, closed=closed)
        assert closed_by_reviews(RULE, severity, found, closed=once) is once


@given(st.integers(20, 400), severities)
def test_the_graver_the_class_the_earlier_it_closes(total: int, severity: Severity) -> None:
    def least_overturned(of: Severity) -> int:
        return next(
            wrong
            for wrong in range(total + 1)
            if closed_by_reviews(RULE, of, wilson(total - wrong, total), closed=False)
        )

    assert least_overturned(severity) <= least_overturned(Severity.E)


kinds = st.sampled_from([TrustChangeKind.CLOSED, TrustChangeKind.OPENED, *ACTS, TrustChangeKind.UNDO])


@given(st.lists(kinds, max_size=12), st.integers(0, 40), st.integers(0, 40))
def test_what_a_person_says_holds_until_it_is_taken_back(
    said: list[TrustChangeKind], right: int, wrong: int
) -> None:
    changes: list[TrustChange] = []
    acts: list[TrustChange] = []
    for number, kind in enumerate(said, start=1):
        undoes = None
        if kind is TrustChangeKind.UNDO:
            if not acts:
                continue
            undoes = acts.pop().id
        change = TrustChange(number, "c", kind, right, wrong, 0.7, "2026-11-20T20:00:00+00:00", undoes=undoes)
        changes.append(change)
        if kind in ACTS:
            acts.append(change)
    reviews = [c for c in changes if c.kind in (TrustChangeKind.CLOSED, TrustChangeKind.OPENED)]
    expected = acts[-1] if acts else reviews[-1] if reviews else None
    assert standing(changes).get("c") == expected
    (one,) = trust_of(RULE, [("c", Severity.C)], {"c": figures(right, wrong)}, changes)
    assert (gate_of([one]).only_flag == {"c"}) is one.only_flags
    if acts:
        assert not one.due, "the reviews wait while a person's word holds"
    after = one.decided("2026-11-21T20:00:00+00:00")
    assert after.only_flags is one.next_closed
