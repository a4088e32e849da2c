"""What must hold for every sheet and every call: bounds, monotony, a ledger that adds up."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain import Evidence, Outcome, Severity, Span
from pipeline.rubric.answer import CheckResult
from pipeline.rubric.judge import Judged
from pipeline.rubric.score import add_up
from pipeline.rubric.sheet import Rubric
from pipeline.rubric.sums import Earned
from tests.examples import examples

CHECK = {"phrase": {"codes": ["x"]}}
POINTS = st.one_of(st.integers(0, 40), st.floats(0, 40, allow_nan=False).map(lambda p: round(p, 1)))


@st.composite
def sheets(draw: st.DrawFn, *, scale: bool | None = None, whole: bool = False) -> Rubric:
    number = 0
    tenths = (lambda p: float(round(p))) if whole else (lambda p: round(p, 1))
    sections = []
    for s in range(draw(st.integers(1, 3))):
        criteria = []
        for c in range(draw(st.integers(1, 3))):
            items = []
            for _ in range(draw(st.integers(1, 3))):
                number += 1
                deduct = draw(st.floats(0.6, 30).map(tenths))
                cap = draw(st.one_of(st.none(), st.floats(0, 20).map(lambda p, d=deduct: tenths(p + d))))
                fatal = draw(st.sampled_from([None, None, None, "sheet", "section"]))
                items.append(
                    {"id": f"item-{number}", "title": "项", "severity": "D", "deduct": deduct, "up_to": cap,
                     "fatal": fatal, "check": CHECK}
                )  # fmt: skip
            criteria.append(
                {"id": f"c-{s}-{c}", "title": "项", "points": tenths(draw(POINTS)), "items": items}
            )
        sections.append({"id": f"s-{s}", "title": "组", "criteria": criteria})
    bonus = [
        {"id": f"bonus-{n}", "title": "加分", "points": tenths(draw(st.floats(0.6, 10))), "earned": CHECK}
        for n in range(draw(st.integers(0, 2)))
    ]
    return Rubric.model_validate(
        {
            "rubric": "r",
            "title": "表",
            "pass_mark": 60,
            "scale": draw(st.booleans()) if scale is None else scale,
            "sections": sections,
            "bonus": bonus,
        }
    )


def places(count: int) -> tuple[Evidence, ...]:
    return tuple(Evidence(Span(n, n + 1)) for n in range(count))


@st.composite
def cases(
    draw: st.DrawFn, *, scale: bool | None = None, whole: bool = False
) -> tuple[Rubric, list[Judged], list[Earned]]:
    rubric = draw(sheets(scale=scale, whole=whole))
    judged = []
    for section in rubric.sections:
        for criterion in section.criteria:
            for item in criterion.items:
                outcome = draw(st.sampled_from(Outcome))
                proof = places(draw(st.integers(1, 5)) if outcome is Outcome.FAILED else 0)
                judged.append(Judged(section, criterion, item, CheckResult(outcome, proof)))
    earned = [Earned(b, places(1)) for b in rubric.bonus if draw(st.booleans())]
    return rubric, judged, earned


@given(cases())
@settings(max_examples=examples(200))
def test_a_score_is_bounded_and_its_ledger_adds_up(case: tuple[Rubric, list[Judged], list[Earned]]) -> None:
    rubric, judged, earned = case
    total = add_up(rubric, judged, earned)
    applies = any(j.result.outcome is not Outcome.NOT_APPLICABLE for j in judged)
    assert (total is not None) == applies
    if total is None:
        return
    assert 0 <= total.score <= 100
    assert round(sum(line.points for line in total.ledger), 2) == total.score
    assert round(100 + sum(total.points.values()), 2) == total.score
    assert all(-1e-9 <= s.points <= s.maximum + 1e-9 for s in total.sections)
    assert add_up(rubric, judged, earned) == total


@given(cases(), st.data())
@settings(max_examples=examples(200))
def test_one_violation_more_never_raises_a_score(
    case: tuple[Rubric, list[Judged], list[Earned]], data: st.DataObject
) -> None:
    rubric, judged, earned = case
    before = add_up(rubric, judged, earned)
    applicable = [n for n, j in enumerate(judged) if j.result.outcome is not Outcome.NOT_APPLICABLE]
    if before is None or not applicable:
        return
    n = data.draw(st.sampled_from(applicable))
    worse = list(judged)
    more = len(judged[n].result.evidence) + 1
    worse[n] = replace(judged[n], result=CheckResult(Outcome.FAILED, places(more)))
    after = add_up(rubric, worse, earned)
    assert after is not None
    assert after.score <= before.score


@given(cases(), st.data())
@settings(max_examples=examples(200))
def test_what_does_not_apply_costs_nothing(
    case: tuple[Rubric, list[Judged], list[Earned]], data: st.DataObject
) -> None:
    """An item that turns out not to apply never lowers the score while its criterion stays on the sheet; nor
    does a criterion that leaves the sheet after it had lost all its points."""
    rubric, judged, earned = case
    before = add_up(rubric, judged, earned)
    if before is None:
        return
    n = data.draw(st.integers(0, len(judged) - 1))
    same = [j for m, j in enumerate(judged) if m != n and j.criterion.id == judged[n].criterion.id]
    stays = any(j.result.outcome is not Outcome.NOT_APPLICABLE for j in same)
    lost = judged[n].failed and judged[n].item.deduct >= judged[n].criterion.points
    if not (stays or (lost and not same)):
        return
    better = list(judged)
    better[n] = replace(judged[n], result=CheckResult(Outcome.NOT_APPLICABLE))
    after = add_up(rubric, better, earned)
    if after is not None:
        assert after.score >= before.score


@given(cases(scale=False, whole=True))
@settings(max_examples=examples(200))
def test_whole_deductions_give_whole_scores_and_whole_lines(
    case: tuple[Rubric, list[Judged], list[Earned]],
) -> None:
    total = add_up(*case)
    if total is None:
        return
    assert total.score == int(total.score)
    assert all(line.points == int(line.points) for line in total.ledger)
    assert sum(line.points for line in total.ledger) == total.score, "no rounding: whole numbers"


@given(cases(scale=False))
@settings(max_examples=examples(200))
def test_a_sheet_deducts_what_it_prints_and_every_limit_is_a_line(
    case: tuple[Rubric, list[Judged], list[Earned]],
) -> None:
    """What an item costs does not depend on what else applies, and no limit hides in another line."""
    rubric, judged, earned = case
    total = add_up(rubric, judged, earned)
    if total is None:
        return
    printed = {
        by.item.id: min(by.item.up_to or by.item.deduct, by.item.deduct * by.result.times)
        if by.item.up_to is not None
        else by.item.deduct
        for by in judged
        if by.failed
    }
    for name, cost in printed.items():
        assert round(next(e.points for e in total.ledger if e.criterion == name), 2) == -round(cost, 2)
    lost = {}
    for by in judged:
        if by.failed:
            lost[by.criterion.id] = lost.get(by.criterion.id, 0.0) + printed[by.item.id]
    gave_back = {entry.criterion: entry.points for entry in total.ledger if entry.criterion in lost}
    for criterion in rubric.criteria:
        over = round(lost.get(criterion.id, 0.0) - criterion.points, 2)
        assert round(gave_back.get(criterion.id, 0.0), 2) == max(0.0, over)


@given(cases(scale=False), st.data())
@settings(max_examples=examples(200))
def test_what_applies_elsewhere_stretches_nothing(
    case: tuple[Rubric, list[Judged], list[Earned]], data: st.DataObject
) -> None:
    """Whether a criterion that cost nothing applies or not leaves the score as it is."""
    rubric, judged, earned = case
    before = add_up(rubric, judged, earned)
    n = data.draw(st.integers(0, len(judged) - 1))
    if before is None or judged[n].failed:
        return
    other = list(judged)
    other[n] = replace(judged[n], result=CheckResult(Outcome.NOT_APPLICABLE))
    after = add_up(rubric, other, earned)
    in_fatal_section = any(j.failed and j.item.fatal == "section" for j in judged)
    if after is not None and not in_fatal_section:
        assert after.score == before.score


def test_severity_order_is_that_of_the_classes() -> None:
    assert list(Severity) == sorted(Severity)
