"""What a hint does, and what it never does: take points, flag a call, make a criterion apply."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from pipeline.domain import Outcome, Severity
from pipeline.review.effective import effective
from pipeline.rubric import Rubric, diff_rubrics
from pipeline.rubric.explain import explain
from tests.texts import zh
from tests.unit.rubric.test_scoring import item, judged, line, sheet

FLAG = [{"severity": ["D"], "reason": "D级"}]


def with_hint(*, scale: bool = False) -> Rubric:
    return sheet(
        line("c-1", 60, item("i-1", "x", deduct=10), item("h-1", "h", hint=True)),
        line("c-2", 40, item("i-2", "y", deduct=40, when={"hold": {}}), item("h-2", "h", hint=True)),
        scale=scale,
        flag=FLAG,
    )


def without(*, scale: bool = False) -> Rubric:
    return sheet(
        line("c-1", 60, item("i-1", "x", deduct=10)),
        line("c-2", 40, item("i-2", "y", deduct=40, when={"hold": {}})),
        scale=scale,
        flag=FLAG,
    )


@pytest.mark.parametrize("scale", [False, True])
@pytest.mark.parametrize("said", [("坐席: [h|某]",), ("坐席: [h|某]", "坐席: [x|某]")])
def test_a_hint_changes_nothing_but_that_it_is_there(scale: bool, said: tuple[str, ...]) -> None:
    card, plain = (judged(rubric(scale=scale), *said) for rubric in (with_hint, without))
    assert (card.score, card.ledger, card.sections, card.flag_reasons) == (
        plain.score,
        plain.ledger,
        plain.sections,
        plain.flag_reasons,
    )
    assert card.findings[: len(plain.findings)] == plain.findings
    hints = card.findings[len(plain.findings) :]
    assert [(h.criterion, h.outcome, h.severity, h.points) for h in hints] == [
        ("h-1", Outcome.HINT, None, 0),
        ("h-2", Outcome.HINT, None, 0),
    ]
    assert all(h.evidence and h.reason for h in hints)
    again = effective(card, {}, with_hint(scale=scale))
    assert (again.score, again.pending) == (plain.score, ("i-1",) if len(said) > 1 else ())


def test_a_hint_that_has_nothing_to_say_leaves_no_finding() -> None:
    assert judged(with_hint(), "坐席: 好").findings == judged(without(), "坐席: 好").findings


def test_a_hint_takes_no_points_by_its_very_form() -> None:
    for more in ({"deduct": 1}, {"fatal": "sheet"}, {"up_to": 3}):
        with pytest.raises(ValidationError):
            sheet(line("c-1", 60, item("h-1", "h", hint=True, **more)))


def test_a_hint_judges_and_is_told_as_one() -> None:
    plain = sheet(line("c-1", 60, item("i-1", "x", deduct=10)))
    hint = sheet(line("c-1", 60, item("i-1", "x", hint=True)))
    assert plain.revision != hint.revision
    assert not hint.accused and not hint.accusing
    assert "只是提示" in "".join(zh(change.text) for change in diff_rubrics(plain, hint))
    told = explain(hint)
    assert "提示，不扣分" in told and "何时提示：" in told and "不合格" not in told and "判到" not in told
    assert hint.items[0].severity is Severity.D, "the class says how good the proof must be"
