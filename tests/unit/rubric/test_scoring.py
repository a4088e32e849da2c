"""How verdicts become points, a ledger, flags and alerts: by example."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.domain import Outcome, Scorecard
from pipeline.rubric import Rubric, dialogue, flips, score
from pipeline.rubric.flags import reasons_now
from tests.texts import zh

TALK = ("坐席: 您好，请问有什么可以帮您", "客户: 我想问一下送货时间是什么时候", "坐席: 明天下午三点")


def item(name: str, code: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "title": name, "severity": "D", "check": {"phrase": {"codes": [code]}}, **more}


def sheet(*criteria: dict[str, Any], **more: Any) -> Rubric:
    sections = [{"id": "s-1", "title": "甲", "criteria": list(criteria)}]
    return Rubric.model_validate(
        {"rubric": "r", "title": "表", "pass_mark": 60, "sections": sections, **more}
    )


def line(name: str, points: float, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": name, "title": name, "points": points, "items": list(items), **more}


def judged(rubric: Rubric, *more: str, **facts: Any) -> Scorecard:
    return score(rubric, dialogue(*TALK, *more, **facts))


def outcomes(card: Scorecard) -> dict[str, str]:
    return {f.criterion: f.outcome.value for f in card.findings}


TWO = sheet(
    line("c-1", 60, item("i-1", "x", deduct=10, up_to=30)), line("c-2", 40, item("i-2", "y", deduct=40))
)


def test_a_deduction_for_each_occurrence_up_to_its_cap() -> None:
    assert judged(TWO, "坐席: [x|某]").score == 90
    assert judged(TWO, "坐席: [x|某]，[x|某]").score == 80
    assert judged(TWO, *["坐席: [x|某]"] * 5).score == 70


def test_a_criterion_loses_its_points_only_once() -> None:
    rubric = sheet(
        line("c-1", 40, item("i-1", "x", deduct=30), item("i-2", "y", deduct=30)),
        line("c-2", 60, item("i-3", "z", deduct=1)),
    )
    card = judged(rubric, "坐席: [x|某]，[y|某]")
    assert card.score == 60
    assert lines_of(card) == [
        ("", "满分", 100.0),
        ("i-1", "i-1", -30.0),
        ("i-2", "i-2", -30.0),
        ("c-1", "“c-1”最多扣40分", 20.0),
    ]
    assert {f.criterion: f.points for f in card.findings} == {"i-1": -30, "i-2": -10, "i-3": 0}


def lines_of(card: Scorecard) -> list[tuple[str, str, float]]:
    return [(entry.criterion, zh(entry.title), entry.points) for entry in card.ledger]


def test_a_scaled_sheet_cuts_what_a_criterion_cannot_lose_any_more() -> None:
    rubric = sheet(
        line("c-1", 40, item("i-1", "x", deduct=30), item("i-2", "y", deduct=30)),
        line("c-2", 60, item("i-3", "z", deduct=1)),
        scale=True,
    )
    card = judged(rubric, "坐席: [x|某]，[y|某]")
    assert [(entry.criterion, entry.points) for entry in card.ledger] == [
        ("", 100.0),
        ("i-1", -30.0),
        ("i-2", -10.0),
    ]
    assert "已扣完为止" in zh(card.ledger[-1].note)


HALF = [
    line("c-1", 50, item("i-1", "x", deduct=10)),
    line("c-2", 50, item("i-2", "y", deduct=50), when={"hold": {}}),
]


def test_what_does_not_apply_is_left_out_and_stretches_nothing() -> None:
    card = judged(sheet(*HALF), "坐席: [x|某]")
    assert card.score == 90, "10 is what the sheet prints"
    assert zh(card.ledger[0].note) == "不适用、不扣分：c-2"
    assert [(s.points, s.maximum) for s in card.sections] == [(40.0, 50.0)]


def test_what_does_not_apply_leaves_the_denominator_of_a_scaled_sheet() -> None:
    card = judged(sheet(*HALF, scale=True), "坐席: [x|某]")
    assert card.score == 80, "10 of 50"
    assert zh(card.ledger[0].note) == "不适用、不计入满分：c-2"
    assert [(s.points, s.maximum) for s in card.sections] == [(40.0, 50.0)]


def test_the_ledger_says_how_often_and_how_much_each_time() -> None:
    twice = judged(TWO, "坐席: [x|某]，[x|某]")
    assert (twice.ledger[1].points, zh(twice.ledger[1].note)) == (-20.0, "2 处 × 10 分")
    often = judged(TWO, *["坐席: [x|某]"] * 5)
    assert (often.ledger[1].points, zh(often.ledger[1].note)) == (-30.0, "5 处 × 10 分，最多扣 30 分")


def test_a_score_below_zero_is_told_as_a_line() -> None:
    rubric = sheet(line("c-1", 80, item("i-1", "x", deduct=80)), line("c-2", 60, item("i-2", "y", deduct=60)))
    card = judged(rubric, "坐席: [x|某]，[y|某]")
    assert (card.score, lines_of(card)[-1]) == (0, ("r", "扣完为止，不低于0分", 40.0))
    assert {f.criterion: f.points for f in card.findings} == {"i-1": -80, "i-2": -20}


def test_a_fatal_item_takes_what_is_left() -> None:
    rubric = sheet(
        line("c-1", 58, item("i-1", "x", deduct=42)),
        line("c-2", 42, item("i-2", "y", fatal="sheet"), item("i-3", "z", fatal="sheet")),
    )
    card = judged(rubric, "坐席: [x|某]，[y|某]，[z|某]")
    assert [(e.criterion, e.points, zh(e.note)) for e in card.ledger[1:]] == [
        ("i-1", -42.0, ""),
        ("i-2", -58.0, "一票否决：整单记0分"),
        ("i-3", 0.0, "一票否决：整单记0分"),
    ]


def test_the_limit_of_a_bonus_is_a_line() -> None:
    bonus = [{"id": "b-1", "title": "奖", "points": 3, "up_to": 5, "earned": {"phrase": {"codes": ["good"]}}}]
    rubric = sheet(line("c-1", 100, item("i-1", "x", deduct=4)), bonus=bonus)
    card = judged(rubric, "坐席: [x|某]", "客户: [good|好]，[good|好]")
    assert lines_of(card)[2:] == [("b-1", "奖", 5.0), ("r", "加分后不超过100分", -1.0)]
    assert zh(card.ledger[2].note) == "2 处 × 3 分，最多加 5 分"
    assert next(f.points for f in card.findings if f.criterion == "b-1") == 4.0


def test_an_undetermined_item_keeps_its_points() -> None:
    card = judged(TWO, "坐席: [y|某]", hit_confidence=0.3)
    assert outcomes(card)["i-2"] == "undetermined"
    assert (card.score, card.flagged) == (100, False)


def test_thirds_add_up() -> None:
    thirds = [line(f"c-{n}", 1, item(f"i-{n}", f"x-{n}", deduct=1)) for n in range(3)]
    card = judged(sheet(*thirds, scale=True), "坐席: [x-0|某]，[x-1|某]")
    assert card.score == 33.33
    assert [entry.points for entry in card.ledger] == [100.0, -33.33, -33.34]


def test_fatal_for_one_section_only() -> None:
    first = line("c-1", 30, item("i-1", "x", fatal="section"))
    second = line("c-2", 30, item("i-2", "y", deduct=5))
    rubric = Rubric.model_validate(
        {
            "rubric": "r",
            "title": "表",
            "pass_mark": 60,
            "sections": [
                {"id": "s-1", "title": "甲", "criteria": [first, second]},
                {"id": "s-2", "title": "乙", "criteria": [line("c-3", 40, item("i-3", "z", deduct=5))]},
            ],
        }
    )
    card = judged(rubric, "坐席: [x|某]，[y|某]")
    assert (card.score, card.fatal) == (40, False)
    assert [(s.points, s.maximum) for s in card.sections] == [(0.0, 60.0), (40.0, 40.0)]


def test_fatal_for_the_sheet_leaves_no_bonus() -> None:
    bonus = [{"id": "b-1", "title": "奖", "points": 5, "earned": {"phrase": {"codes": ["good"]}}}]
    rubric = sheet(line("c-1", 100, item("i-1", "x", fatal="sheet")), bonus=bonus)
    card = judged(rubric, "坐席: [x|某]", "客户: [good|好]")
    assert (card.score, card.passed, card.fatal) == (0, False, True)


def test_a_bonus_makes_up_for_a_slip_but_never_exceeds_100() -> None:
    bonus = [{"id": "b-1", "title": "奖", "points": 3, "up_to": 5, "earned": {"phrase": {"codes": ["good"]}}}]
    rubric = sheet(line("c-1", 100, item("i-1", "x", deduct=4)), bonus=bonus)
    assert judged(rubric, "坐席: [x|某]", "客户: [good|好]").score == 99
    assert judged(rubric, "坐席: [x|某]", "客户: [good|好]，[good|好]").score == 100
    assert judged(rubric, "客户: [good|好]").score == 100


def test_a_sheet_of_which_nothing_applies_has_no_score() -> None:
    card = judged(sheet(line("c-1", 100, item("i-1", "x", deduct=1), when={"hold": {}})))
    assert (card.score, zh(card.not_applicable)) == (None, "没有适用的质检项")


def test_dates_decide_by_the_day_of_the_call() -> None:
    rubric = sheet(
        line("c-1", 100, item("i-1", "x", deduct=10, valid_from="2026-03-01", valid_until="2026-03-31"))
    )
    said = "坐席: [x|某]"
    days = {
        day: judged(rubric, said, started_at=datetime(2026, month, day, tzinfo=UTC))
        for month, day in ((3, 1), (3, 31), (2, 28))
    }
    assert [days[1].score, days[31].score, days[28].score] == [90, 90, None]
    sheet_dates = sheet(line("c-1", 100, item("i-1", "x", deduct=10)), valid_from="2026-03-01")
    card = judged(sheet_dates, said, started_at=datetime(2026, 2, 28, tzinfo=UTC))
    assert zh(card.not_applicable) == "通话日期不在评分表的有效期内"


def test_bands_of_a_measure_weigh_more() -> None:
    check = {
        "measure": {"name": "interruptions_by_agent", "at_least": 2, "bands": [{"at_least": 4, "weight": 3}]}
    }
    rubric = sheet(line("c-1", 100, {**item("i-1", "x", deduct=5, up_to=20), "check": check}))
    scores = [judged(rubric, measures={"interruptions_by_agent": n}).score for n in (1.0, 2.0, 3.0, 4.0)]
    assert scores == [100, 95, 95, 85]


def test_what_may_stand_in_the_unread_part_of_a_recording_sends_the_call_to_a_person() -> None:
    greeting = {"required-phrase": {"codes": ["greeting"], "say": "您好"}}
    items = [item(name, "x", deduct=1, check=greeting) for name in ("i-2", "i-3")]
    rubric = sheet(line("c-1", 100, item("i-1", "x", deduct=1), *items))
    cut = score(rubric, replace(dialogue(*TALK), incomplete=True))
    assert outcomes(cut) == {"i-1": "passed", "i-2": "undetermined", "i-3": "undetermined"}
    assert (cut.score, cut.flagged) == (100, True)
    assert tuple(map(zh, cut.flag_reasons)) == ("录音不完整，没读到的部分里可能有，请人工复听：i-2、i-3",)
    said = score(rubric, replace(dialogue("坐席: [greeting|您好]", *TALK), incomplete=True))
    assert not said.flagged, "nothing is open"
    unsure = score(rubric, dialogue(*TALK, confidence=0.2))
    assert (outcomes(unsure)["i-2"], unsure.flagged) == ("undetermined", False)


def test_flag_rules_by_class_item_fatality_and_mark() -> None:
    criteria = [
        line("c-1", 60, item("i-1", "x", deduct=1), item("i-2", "y", deduct=50, severity="B")),
        line("c-2", 40, item("i-3", "z", fatal="sheet", severity="A")),
    ]
    rules = [
        {"severity": ["B"], "reason": "严重"},
        {"items": ["i-1"], "reason": "盯着"},
        {"fatal": True, "reason": "红线"},
        {"below_pass_mark": True, "reason": "不及格"},
        {"severity": ["D"], "when": {"call": {"direction": "outbound"}}, "reason": "外呼"},
    ]
    rubric = sheet(*criteria, flag=rules)
    assert tuple(map(zh, judged(rubric).flag_reasons)) == ()
    assert tuple(map(zh, judged(rubric, "坐席: [x|某]").flag_reasons)) == ("盯着：i-1",)
    outbound = judged(rubric, "坐席: [x|某]", direction="outbound").flag_reasons
    assert tuple(map(zh, outbound)) == ("盯着：i-1", "外呼：i-1")
    assert tuple(map(zh, judged(rubric, "坐席: [y|某]").flag_reasons)) == ("严重：i-2", "不及格")
    assert tuple(map(zh, judged(rubric, "坐席: [z|某]").flag_reasons)) == ("红线：i-3", "不及格")
    for direction in ("inbound", "outbound"):
        for codes in ("", "x", "y", "z", "xy", "xz", "yz"):
            card = judged(rubric, *(f"坐席: [{code}|某]" for code in codes), direction=direction)
            failed = {f.criterion for f in card.findings if f.outcome is Outcome.FAILED}
            assert card.score is not None
            again = reasons_now(rubric, card.flag_reasons, failed=failed, withheld=(), score=card.score)
            assert again == card.flag_reasons, "without verdicts they are the machine's"


def test_alerts_name_the_customers_threats_once_and_only_theirs() -> None:
    rubric = sheet(line("c-1", 100, item("i-1", "x", deduct=1)), alerts={"codes": ["esc-a", "esc-b"]})
    card = judged(rubric, "客户: [esc-b|告你]，[esc-a|投诉]，[esc-b|告你]", "坐席: [esc-a|投诉]")
    assert card.alerts == ("esc-b", "esc-a")
    assert judged(rubric, "坐席: [esc-a|投诉]").alerts == ()
    assert judged(rubric, "客户: [esc-a|投诉]", hit_confidence=0.3).alerts == ()
    assert not card.flagged
    flagging = sheet(line("c-1", 100, item("i-1", "x", deduct=1)), alerts={"codes": ["esc-a"], "flag": True})
    assert judged(flagging, "客户: [esc-a|投诉]").flagged


def test_a_prerequisite_nobody_knows_leaves_the_item_open() -> None:
    rubric = sheet(line("c-1", 100, item("i-1", "x", deduct=10, when={"call": {"direction": "inbound"}})))
    assert outcomes(judged(rubric, "坐席: [x|某]")) == {"i-1": "undetermined"}
    assert judged(rubric, "坐席: [x|某]", direction="outbound").score is None


def test_findings_name_their_line_of_the_sheet() -> None:
    [first, _] = judged(TWO, "坐席: [x|某]").findings
    assert (first.criterion, first.group, first.section, first.points) == ("i-1", "c-1", "甲", -10.0)


def test_flips_between_two_cards() -> None:
    before, after = judged(TWO, "坐席: [x|某]"), judged(TWO, "坐席: [y|某]")
    turned = {f.criterion: (f.before, f.after, f.accuses) for f in flips(before, after)}
    assert turned == {
        "i-1": (Outcome.FAILED, Outcome.PASSED, False),
        "i-2": (Outcome.PASSED, Outcome.FAILED, True),
    }
    assert flips(before, before) == ()
    assert [f.before for f in flips(None, after)] == [None, None]


@pytest.mark.parametrize(("severity", "outcome"), [("A", "undetermined"), ("E", "failed")])
def test_the_graver_the_accusation_the_better_the_proof(severity: str, outcome: str) -> None:
    anyone = {"min_role_confidence": 0}
    rubric = sheet(line("c-1", 100, item("i-1", "x", deduct=10, severity=severity)), applies=anyone)
    assert outcomes(judged(rubric, "坐席: [x|某]", hit_confidence=0.6)) == {"i-1": outcome}
    assert outcomes(judged(rubric, "坐席: [x|某]", role_confidence=0.55)) == {"i-1": outcome}


def test_the_sheets_own_bars_replace_the_default() -> None:
    bars = {"D": {"accuse": 0.95, "role": 0.5, "hearing": 0.5}}
    rubric = sheet(line("c-1", 100, item("i-1", "x", deduct=10)), evidence=bars)
    assert outcomes(judged(rubric, "坐席: [x|某]", hit_confidence=0.9)) == {"i-1": "undetermined"}
