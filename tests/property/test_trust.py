"""The gate of a criterion: it never closes on few reviews, and more trust never closes it."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain import Finding, FindingVerdict, Outcome, Scorecard, Severity, Verdict
from pipeline.intervals import wilson
from pipeline.review.effective import effective
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
from pipeline.rubric import Rubric, load_rubric
from pipeline.rubric.answer import CheckResult as Checked
from pipeline.rubric.judge import Judged
from pipeline.rubric.score import add_up
from pipeline.rubric.sums import Sum
from pipeline.rubric.trust import TrustRule
from pipeline.settings import Settings

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


SHEET = load_rubric(Settings().rubric)
SHEETS = (SHEET, SHEET.model_copy(update={"scale": True}))
items = st.sets(st.sampled_from([item.id for item in SHEET.items]), max_size=8)


def added_up(sheet: Rubric, failed: set[str], gate: set[str]) -> Sum:
    """The sheet where these items failed, all others passed, and some only flag."""
    judged = [
        Judged(
            section,
            line,
            item,
            Checked(Outcome.FAILED if item.id in failed else Outcome.PASSED),
            item.id in gate,
        )
        for section in sheet.sections
        for line in section.criteria
        for item in line.items
    ]
    total = add_up(sheet, judged, ())
    assert total is not None
    return total


@given(st.sampled_from(SHEETS), items, items)
@settings(max_examples=60)
def test_what_only_flags_takes_its_points_once_people_confirm_it(
    sheet: Rubric, failed: set[str], gate: set[str]
) -> None:
    total, plain = added_up(sheet, failed, gate), added_up(sheet, failed, set())
    assert total.score >= plain.score
    assert abs(sum(line.points for line in total.ledger) - total.score) < 0.005
    card = Scorecard(
        findings=tuple(
            Finding(
                criterion=item.id,
                title=item.title,
                section="",
                severity=item.severity,
                outcome=Outcome.FAILED if item.id in failed else Outcome.PASSED,
                points=total.points.get(item.id, 0.0),
                fatal=item.fatal == "sheet" and item.id in failed - gate,
                only_flags=item.id in failed & gate,
            )
            for item in sheet.items
        ),
        score=total.score,
        passed=not total.fatal and total.score >= sheet.pass_mark,
        fatal=total.fatal,
        ledger=total.ledger,
    )
    alone = effective(card, {}, sheet)
    assert (alone.score, alone.final) == (total.score, not failed)
    if failed:
        assert (alone.low, alone.high) == (plain.score, 100.0)
    at = datetime(2026, 11, 20, tzinfo=UTC)
    said = {name: FindingVerdict(name, Outcome.FAILED, Verdict.CONFIRMED, 1, at, 1) for name in failed}
    confirmed = effective(card, said, sheet)
    assert (confirmed.score, confirmed.final, confirmed.fatal) == (plain.score, True, plain.fatal)
    overturned = {name: FindingVerdict(name, Outcome.FAILED, Verdict.OVERTURNED, 1, at, 1) for name in failed}
    assert effective(card, overturned, sheet).score == 100.0
