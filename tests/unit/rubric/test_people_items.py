"""Items that people answer: the machine says nothing of them, and they cost points beyond the 100."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.domain import Outcome
from pipeline.errors import RubricError
from pipeline.rubric import Rubric, dialogue, parse_rubric, score
from pipeline.rubric.answer import CheckResult
from pipeline.rubric.judge import Judged, judge
from pipeline.rubric.score import add_up
from tests.judged import SHEET

PEOPLES = """      - id: handling
        title: 处理
        points: 0
        by_people: 10
        items:
          - {id: wrong, title: 信息错误, severity: B, deduct: 8, person: {required: [投诉]}}
          - {id: ticket, title: 工单错误, severity: C, deduct: 4, person: {queues: [售后]}}
flag:"""
WITH = SHEET.replace("flag:", PEOPLES)
LINES = ("坐席: 您好，请问有什么可以帮您", "客户: 我想问一下送货时间", "坐席: 明天，[shirk|不归我管]")


def reasons(queue: str | None) -> dict[str, str]:
    card = score(parse_rubric(WITH), dialogue(*LINES, direction="inbound", queue=queue))
    found = {f.criterion: f.reason.code for f in card.findings if f.reason}
    return {name: found[name] for name in ("wrong", "ticket")}


def answered(rubric: Rubric, *failed: str) -> tuple[float, float]:
    """The score with these items failed by people, and what the sections come to."""
    found = []
    for one in judge(rubric, dialogue(*LINES, direction="inbound", queue="售后")):
        wrong = one.item.id in failed
        found.append(replace(one, result=CheckResult(Outcome.FAILED, weight=1)) if wrong else one)
    total = add_up(rubric, [Judged(j.section, j.criterion, j.item, j.result) for j in found], ())
    assert total is not None
    assert sum(line.points for line in total.ledger) == pytest.approx(total.score)
    return total.score, sum(s.points - s.maximum for s in total.sections)


@pytest.mark.parametrize("scale", ["", "scale: true\n"])
def test_the_machine_scores_as_without_them_and_nobody_passes_them(scale: str) -> None:
    plain, more = (score(parse_rubric(text + scale), dialogue(*LINES)) for text in (SHEET, WITH))
    assert (more.score, more.ledger, more.sections, more.flag_reasons) == (
        plain.score, plain.ledger, plain.sections, plain.flag_reasons,
    )  # fmt: skip
    assert {f.outcome for f in more.findings if f.asked} == {Outcome.NOT_APPLICABLE}


def test_it_is_asked_where_the_sheet_says() -> None:
    assert reasons("投诉专席") == {"wrong": "check.required", "ticket": "check.not-asked"}
    assert reasons("售后二线") == {"wrong": "check.asked", "ticket": "check.asked"}
    assert reasons(None) == {"wrong": "check.asked", "ticket": "check.not-asked"}


def test_they_cost_beyond_the_points_of_the_sheet_up_to_a_limit() -> None:
    rubric = parse_rubric(WITH)
    assert answered(rubric) == (88.0, -12.0)
    assert answered(rubric, "wrong") == (80.0, -20.0)
    assert answered(rubric, "wrong", "ticket") == (78.0, -22.0), "10 at most"


def test_a_stretched_sheet_takes_them_too_and_reaches_no_more_for_it() -> None:
    rubric = parse_rubric(WITH + "scale: true\n")
    assert [answered(rubric, *failed)[0] for failed in ((), ("ticket",), ("wrong", "ticket"))] == [88, 84, 78]


@pytest.mark.parametrize("more", ["check: {phrase: {codes: [rude]}}, person: {}", "advice: 无"])
def test_an_item_is_judged_by_one_of_the_two(more: str) -> None:
    text = WITH.replace("person: {queues: [售后]}", more)
    with pytest.raises(RubricError, match="check"):
        parse_rubric(text)


def test_what_people_answer_and_are_asked_is_part_of_the_revision_and_silence_is_not() -> None:
    answers = "answers: [{id: well, title: 好}, {id: badly, title: 不好}]"
    asked = f"{SHEET}questions: [{{id: fine, title: 好吗, {answers}}}]\n"
    dearer, elsewhere = WITH.replace("by_people: 10", "by_people: 11"), WITH.replace("售后", "售前")
    texts = (SHEET, WITH, dearer, elsewhere, asked)
    revisions = [parse_rubric(text).revision for text in texts]
    assert len(set(revisions)) == len(texts)
    assert revisions[0] == "a90b4768a1acfc4b", "a sheet from before there were any keeps its name"
