"""The score with people's verdicts: none change nothing, overturning never lowers, adding never raises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain import (
    Addition,
    Evidence,
    Finding,
    FindingVerdict,
    Outcome,
    Phase,
    Role,
    Scorecard,
    Span,
    Verdict,
)
from pipeline.review.effective import NO_RULES, NOT_REPRODUCED, Effective, effective
from pipeline.rubric import load_rubric
from pipeline.rubric.answer import CheckResult
from pipeline.rubric.judge import Judged
from pipeline.rubric.score import add_up
from pipeline.rubric.sheet import Rubric
from pipeline.rubric.sums import Earned

RUBRIC = load_rubric(Path(__file__).parents[2] / "rubrics" / "service.yaml")
AT = datetime(2026, 11, 22, tzinfo=UTC)
OPEN_OUTCOMES = (Outcome.FAILED, Outcome.UNDETERMINED)
PLACE = Evidence(Span(1, 2), Role.AGENT, "喂")


def card_of(rubric: Rubric, outcomes: list[Outcome], places: list[int], bonus: list[bool]) -> Scorecard:
    """A card as the machine would write it, had it come to these outcomes."""
    items = [(s, c, i) for s in rubric.sections for c in s.criteria for i in c.items]
    judged = []
    for (section, criterion, item), outcome, count in zip(items, outcomes, places, strict=True):
        proof = (PLACE,) * count if outcome is Outcome.FAILED else ()
        judged.append(Judged(section, criterion, item, CheckResult(outcome, proof)))
    earned = [Earned(b, (PLACE,)) for b, got in zip(rubric.bonus, bonus, strict=True) if got]
    total = add_up(rubric, judged, earned)
    findings = tuple(
        Finding(
            j.item.id,
            j.item.title,
            j.section.title,
            j.item.severity,
            j.result.outcome,
            0.0,
            j.result.evidence,
        )
        for j in judged
    ) + tuple(
        Finding(
            b.id, b.title, "", None, Outcome.PASSED if got else Outcome.NOT_APPLICABLE, 0.0, (PLACE,) * got
        )
        for b, got in zip(rubric.bonus, bonus, strict=True)
    )
    if total is None:
        return Scorecard(findings, None, None, False, ())
    passed = not total.fatal and total.score >= rubric.pass_mark
    return Scorecard(findings, total.score, passed, total.fatal, total.ledger, total.sections)


def cards() -> st.SearchStrategy[Scorecard]:
    count = len(RUBRIC.items)
    outcome = st.sampled_from(
        [Outcome.PASSED, Outcome.PASSED, Outcome.FAILED, Outcome.NOT_APPLICABLE, Outcome.UNDETERMINED]
    )
    return st.builds(
        card_of,
        st.just(RUBRIC),
        st.lists(outcome, min_size=count, max_size=count),
        st.lists(st.integers(1, 4), min_size=count, max_size=count),
        st.lists(st.booleans(), min_size=len(RUBRIC.bonus), max_size=len(RUBRIC.bonus)),
    )


def said(finding: Finding, verdict: Verdict, *, places: int = 0) -> FindingVerdict:
    return FindingVerdict(
        criterion=finding.criterion,
        verdict=verdict,
        outcome=finding.outcome,
        by=1,
        at=AT,
        decision=1,
        added=bool(places) and finding.outcome is not Outcome.FAILED,
        additions=(Addition(Span(3, 4), Role.AGENT, "喂"),) * places,
    )


def chosen(card: Scorecard, outcome: Outcome, data: st.DataObject) -> dict[str, Finding]:
    found = {f.criterion: f for f in card.findings if f.outcome is outcome and f.severity is not None}
    return (
        {name: found[name] for name in data.draw(st.lists(st.sampled_from(sorted(found)), unique=True))}
        if found
        else {}
    )


@given(cards(), st.data())
def test_verdicts_move_the_score_one_way(card: Scorecard, data: st.DataObject) -> None:
    assert effective(card, {}, RUBRIC) == effective(card, {}, None)
    assert effective(card, {}, RUBRIC).score == card.score
    if card.score is None:
        return
    failed = chosen(card, Outcome.FAILED, data)
    verdicts = {name: said(f, Verdict.CONFIRMED) for name, f in failed.items()}
    assert effective(card, verdicts, RUBRIC).score == card.score
    last = effective(card, verdicts, RUBRIC)
    for name, f in failed.items():
        verdicts[name] = said(f, Verdict.OVERTURNED)
        found = effective(card, verdicts, RUBRIC)
        assert ends(found) >= ends(last), "overturning never lowers"
        last = found
    for outcome in (Outcome.PASSED, Outcome.NOT_APPLICABLE, Outcome.UNDETERMINED, Outcome.FAILED):
        for name, f in chosen(card, outcome, data).items():
            if name in verdicts:
                continue
            verdicts[name] = said(f, Verdict.CONFIRMED, places=data.draw(st.integers(1, 3)))
            found = effective(card, verdicts, RUBRIC)
            low, score, high = ends(found)
            assert all(now <= before for now, before in zip((low, score, high), ends(last), strict=True))
            assert abs(sum(line.points for line in found.ledger) - score) < 0.01
            last = found


def ends(found: Effective) -> tuple[float, float, float]:
    assert found.low is not None
    assert found.score is not None
    assert found.high is not None
    return found.low, found.score, found.high


@given(cards(), st.data())
def test_doubt_neither_convicts_nor_acquits(card: Scorecard, data: st.DataObject) -> None:
    """Whatever is open: the score lies in its range, and the call has neither passed nor failed."""
    accusable = {f.criterion: f for f in card.findings if f.severity is not None}
    phases = st.sampled_from([None, *Phase])
    verdicts = {}
    for name, f in accusable.items():
        phase = data.draw(phases)
        if phase is not None and phase is not Phase.UNREVIEWED and f.outcome in OPEN_OUTCOMES:
            verdict = data.draw(st.sampled_from([Verdict.CONFIRMED, Verdict.OVERTURNED]))
            verdicts[name] = replace(said(f, verdict), phase=phase)
    found = effective(card, verdicts, RUBRIC)
    if card.score is None:
        assert (found.low, found.high, found.final, found.passed) == (None, None, True, None)
        return
    low, score, high = ends(found)
    assert low <= score <= high
    unsettled = [
        name
        for name, f in accusable.items()
        if (f.outcome is Outcome.FAILED and name not in verdicts)
        or (name in verdicts and not verdicts[name].settled)
    ]
    assert found.final == (not unsettled)
    assert sorted(found.pending) == sorted(unsettled)
    assert (found.passed is None) == bool(unsettled)
    if found.final:
        assert low == score == high
        assert found.passed == found.passes_low == found.passes_high
    for verdict, end in ((Verdict.CONFIRMED, low), (Verdict.OVERTURNED, high)):
        settled = dict(verdicts)
        for name in unsettled:
            before = verdicts.get(name) or said(accusable[name], verdict)
            settled[name] = replace(before, verdict=verdict, phase=Phase.AGREED)
        assert effective(card, settled, RUBRIC).score == end, "the range ends where people can bring it"


@given(cards())
def test_overturning_everything_leaves_no_deduction(card: Scorecard) -> None:
    failed = [f for f in card.findings if f.outcome is Outcome.FAILED]
    if card.score is None or not failed:
        return
    found = effective(card, {f.criterion: said(f, Verdict.OVERTURNED) for f in failed}, RUBRIC)
    assert (found.score, found.passed, found.fatal) == (100.0, True, False)
    lost = effective(card, {f.criterion: said(f, Verdict.OVERTURNED) for f in failed}, None)
    assert (lost.score, lost.reason) == (None, NO_RULES)
    wrong = effective(
        replace(card, score=card.score + 1),
        {f.criterion: said(f, Verdict.OVERTURNED) for f in failed},
        RUBRIC,
    )
    assert (wrong.score, wrong.reason) == (None, NOT_REPRODUCED)


@pytest.mark.parametrize("phase", [p for p in Phase if p.cause is not None])
def test_an_open_finding_stands_as_the_machine_says(phase: Phase) -> None:
    outcomes = [Outcome.FAILED] + [Outcome.PASSED] * (len(RUBRIC.items) - 1)
    card = card_of(RUBRIC, outcomes, [1] * len(outcomes), [False] * len(RUBRIC.bonus))
    assert card.score is not None
    assert card.score < 100
    for verdict in Verdict:
        one = replace(said(card.findings[0], verdict), phase=phase)
        found = effective(card, {one.criterion: one}, RUBRIC)
        assert (found.low, found.score, found.high) == (card.score, card.score, 100.0)
        assert (found.final, found.passed) == (False, None)


def test_a_doubt_that_nobody_touched_makes_no_range() -> None:
    outcomes = [Outcome.UNDETERMINED] + [Outcome.PASSED] * (len(RUBRIC.items) - 1)
    card = card_of(RUBRIC, outcomes, [1] * len(outcomes), [False] * len(RUBRIC.bonus))
    untouched = effective(card, {}, RUBRIC)
    assert (untouched.low, untouched.high, untouched.final, untouched.passed) == (100.0, 100.0, True, True)
    unheard = replace(said(card.findings[0], Verdict.UNSURE), phase=Phase.UNHEARD)
    found = effective(card, {unheard.criterion: unheard}, RUBRIC)
    assert found.low is not None
    assert found.low < 100
    assert (found.score, found.high, found.final, found.passed) == (100.0, 100.0, False, None)


def test_what_no_longer_holds_changes_nothing() -> None:
    outcomes = [Outcome.FAILED] + [Outcome.PASSED] * (len(RUBRIC.items) - 1)
    card = card_of(RUBRIC, outcomes, [1] * len(outcomes), [False] * len(RUBRIC.bonus))
    old = replace(said(card.findings[0], Verdict.OVERTURNED), outcome=Outcome.UNDETERMINED)
    assert effective(card, {old.criterion: old}, RUBRIC).score == card.score


@given(cards(), st.data())
def test_the_range_does_not_tell_what_the_first_of_two_said(card: Scorecard, data: st.DataObject) -> None:
    """Neither that they confirmed, nor that they named more places."""
    suspected = [f for f in card.findings if f.outcome in OPEN_OUTCOMES and f.severity is not None]
    if not suspected:
        return
    finding = data.draw(st.sampled_from(suspected))
    first = {"phase": Phase.SECOND, "grave": True}
    named = replace(said(finding, Verdict.CONFIRMED, places=data.draw(st.integers(0, 3))), **first)
    denied = replace(said(finding, Verdict.OVERTURNED), **first)
    assert effective(card, {finding.criterion: named}, RUBRIC) == effective(
        card, {finding.criterion: denied}, RUBRIC
    )
