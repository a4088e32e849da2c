"""The sheet that comes with the software."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pipeline.domain import Outcome, Scorecard
from pipeline.messages import render
from pipeline.rubric import dialogue, load_rubric, score
from tests.builders import ROOT, call, service_rubric
from tests.texts import zh

CODES = [
    "abuse",
    "leak-other-customer",
    "ask-sensitive",
    "threat",
    "identity-missing",
    "shirk",
    "agent-hangup",
    "rating-prompt-missing",
    "early-repay-guide",
    "promise-return",
    "promise-approval",
    "attitude-impatient",
    "attitude-dismissive",
    "not-know",
    "interrupt-customer",
    "too-fast",
    "too-slow",
    "dead-air",
    "frequent-silence",
    "monologue",
    "hold-no-notice",
    "hold-no-thanks",
    "greeting-missing",
    "greeting-late",
    "closing-missing",
    "empathy-missing",
    "rating-guide",
    "company-secret",
    "blacklist",
]

HINTS = [
    "hold-no-reason",
    "hold-no-time",
    "unclear-speech",
    "swallowed-speech",
    "flat-speech",
    "better-wording",
    "raised-voice",
    "complaint-not-repeated",
    "answer-time-missing",
    "no-way-offered",
    "argued",
    "suggestion-no-thanks",
    "fee-not-plain",
]

GOOD = (
    "坐席: [greeting|您好，很高兴为您服务]，请问有什么可以帮您？",
    "客户: 我想改一下送货时间，明天下午行不行？",
    "坐席: 可以的，已经改到明天下午三点。[closing|请问您还需要其他帮助吗]？",
    "客户: 没有了，谢谢。",
    "坐席: 稍后[rating-prompt|请您对我的服务做出评价]，[closing|感谢您的致电，再见]。",
)
MEASURED = {"interruptions_by_agent": 0.0, "longest_turn_agent": 6.0}


def failed(card: Scorecard) -> list[str]:
    return [f.criterion for f in card.findings if f.outcome is Outcome.FAILED]


def judged(*lines: str, direction: str = "inbound", **facts: Any) -> Scorecard:
    measures = {**MEASURED, **facts.pop("measures", {})}
    return score(service_rubric(), call(*lines, direction=direction, measures=measures, **facts))


def test_people_see_at_most_15_criteria_that_are_worth_100_points() -> None:
    rubric = service_rubric()
    assert len(rubric.criteria) + bool(rubric.bonus) <= 15
    assert sum(c.points for c in rubric.criteria) == 100
    assert [s.title for s in rubric.sections] == ["服务规范", "沟通技巧", "业务处理", "业务合规", "红线"]


def test_its_items_are_the_catalogue_of_violations() -> None:
    assert sorted(item.id for item in service_rubric().accusing if item.check) == sorted(CODES)
    assert [item.id for item in service_rubric().items if item.hint] == HINTS


def test_what_people_answer_is_optional_and_costs_no_point_of_the_100() -> None:
    asked = service_rubric().asked
    assert len(asked) == 7 and not any(item.person and item.person.required for item in asked)
    assert [c.by_people for c in service_rubric().criteria if c.by_people] == [20]


def test_each_item_that_costs_points_says_how_to_do_better() -> None:
    assert not [item.id for item in service_rubric().items if item.deduct and not item.advice]


def test_a_good_call_keeps_all_points_and_goes_to_nobody() -> None:
    card = judged(*GOOD)
    assert (failed(card), card.score, card.passed, card.flagged, card.alerts) == ([], 100.0, True, False, ())


def test_an_outbound_call_needs_no_rating_prompt() -> None:
    lines = [line.replace("稍后[rating-prompt|请您对我的服务做出评价]，", "") for line in GOOD]
    assert failed(judged(*lines)) == ["rating-prompt-missing"]
    assert failed(judged(*lines, direction="outbound")) == []


def test_an_angry_customer_must_be_calmed_and_a_calm_one_need_not() -> None:
    angry = [*GOOD[:1], "客户: 我打了四次电话都没人管，[esc-complaint|我要投诉]！", *GOOD[2:]]
    card = judged(*angry)
    assert failed(card) == ["empathy-missing"]
    assert card.alerts == ("esc-complaint",)


def test_an_escalation_raises_an_alert_and_costs_nothing() -> None:
    lines = [
        *GOOD[:1],
        "客户: 再不修[esc-12315|我打12315]。",
        "坐席: [empathy|非常理解您]，马上修。",
        *GOOD[2:],
    ]
    card = judged(*lines)
    assert (card.score, card.alerts, card.flagged) == (100.0, ("esc-12315",), False)


def test_account_data_without_a_check_of_identity() -> None:
    lines = [*GOOD[:2], "坐席: 您这张卡上现在余额是两万一千四百块。", *GOOD[2:]]
    assert failed(judged(*lines)) == ["identity-missing"]
    checked = [*GOOD[:2], "坐席: [identity|跟您核实一下身份]。", *lines[2:]]
    assert failed(judged(*checked)) == []


@pytest.mark.parametrize("code", ["abuse", "threat", "leak-other-customer", "ask-sensitive"])
def test_a_red_line_brings_the_sheet_to_zero(code: str) -> None:
    card = judged(*GOOD[:2], f"坐席: [{code}|某某]。", *GOOD[2:])
    assert (card.score, card.fatal, card.passed, card.flagged) == (0.0, True, False, True)
    assert [f.criterion for f in card.findings if f.fatal] == [code]


def test_a_hold_without_a_word_before_and_after() -> None:
    card = judged(*GOOD[:2], "保持: 20", *GOOD[2:])
    assert failed(card) == ["hold-no-notice", "hold-no-thanks"]
    polite = [
        *GOOD[:2],
        "坐席: [hold-ask|请您稍等]。",
        "保持: 20",
        "坐席: [hold-thanks|让您久等了]。",
        *GOOD[2:],
    ]
    assert failed(judged(*polite)) == []


def test_silences() -> None:
    assert failed(judged(*GOOD[:2], "静音: 9", *GOOD[2:])) == ["dead-air"]
    often = (line for n in range(4) for line in (f"静音: {3 + n}", f"坐席: 嗯{n}"))
    assert failed(judged(*GOOD[:2], *often, *GOOD[2:])) == ["frequent-silence"]


def test_measured_faults() -> None:
    assert failed(judged(*GOOD, measures={"interruptions_by_agent": 2.0})) == ["interrupt-customer"]
    assert failed(judged(*GOOD, measures={"longest_turn_agent": 31.0})) == ["monologue"]
    assert failed(judged(*(line.replace("坐席:", "坐席(480):") for line in GOOD))) == ["too-fast"]
    assert failed(judged(*(line.replace("坐席:", "坐席(200):") for line in GOOD))) == ["too-slow"]


def test_a_late_greeting() -> None:
    early = "客户: " + "我先说一下我这边的情况，" * 18
    assert failed(judged(early, *GOOD)) == ["greeting-late"]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ((), "没有人说话"),
        (("客户: 你好，我是李强，请给我回个电话，号码是一三八零零一三八零零零",), "只有客户一方说话"),
        (("客户: 喂喂", "坐席: 喂喂", "客户: 打错了"), "没有形成对话"),
        (
            ("坐席: 您拨打的用户正在通话中，请稍后再拨。", "客户: 嘟嘟嘟嘟。", "坐席: 您拨打的用户正忙。"),
            "您拨打的用户",
        ),
    ],
)
def test_no_dialogue_no_sheet(lines: tuple[str, ...], reason: str) -> None:
    card = judged(*lines)
    assert card.score is None
    assert card.findings == ()
    assert reason in zh(card.not_applicable)


def test_one_voice_taken_for_two_is_no_dialogue() -> None:
    voicemail = (
        "坐席: 有人吗我是想问一下我的保单",
        "客户: 上个月二十号买的",
        "坐席: 麻烦给我回个电话",
        "客户: 谢谢",
    )
    assert (
        zh(judged(*voicemail, role_confidence=0.7).not_applicable) == "分不清谁是坐席（可能只有一个人说话）"
    )
    rude = (*voicemail, "坐席: [abuse|某某]")
    assert judged(*rude, role_confidence=0.7).score is None, "a slip does not make a dialogue"
    assert judged(*voicemail, role_confidence=0.9).not_applicable is None
    assert judged(*GOOD, role_confidence=0.7).not_applicable is None, "the agent's phrases tell who is who"


def test_weak_evidence_accuses_nobody() -> None:
    bad = [*GOOD[:2], "坐席: [abuse|某某]，[shirk|某某]。", *GOOD[2:]]
    card = judged(*bad, hit_confidence=0.41)
    assert failed(card) == []
    unclear = {f.criterion for f in card.findings if f.outcome is Outcome.UNDETERMINED}
    assert {"abuse", "shirk"} <= unclear
    assert not card.flagged, "undetermined alone does not flag"


def test_absences_are_not_failed_where_hearing_is_poor() -> None:
    silent = [line.replace("[greeting|您好，很高兴为您服务]，", "") for line in GOOD]
    assert failed(judged(*silent)) == ["greeting-missing"]
    assert failed(judged(*silent, confidence=0.2)) == []


def test_the_codes_of_the_sheet_are_checked_against_the_lexicons(tmp_path: Path) -> None:
    path = tmp_path / "service.yaml"
    path.write_text((ROOT / "rubrics" / "service.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(Exception, match="no lexicon has the phrase code"):
        load_rubric(path, codes={"greeting": None})


def test_all_titles_have_english() -> None:
    sheet = service_rubric()
    named = [sheet, *sheet.sections, *sheet.criteria, *sheet.items, *sheet.bonus]
    assert [one.title for one in named if not one.title_en] == []
    assert [rule.reason for rule in sheet.flag if not rule.reason_en] == []


def test_every_line_of_a_ledger_is_told_in_english() -> None:
    """A call that meets every limit: caps, a fatal section, a fatal sheet, not below 0, a bonus above 100."""
    said = ["坐席: [greeting|您好，很高兴为您服务]", "客户: [praise|真不错]，[praise|真好]，[praise|谢谢]"]
    rude = ["坐席: [shirk|不归我管]，[shirk|不归我管]，[shirk|不归我管]", "坐席: [abuse|闭嘴]"]
    silent = ["客户: 喂", *["静音: 9", "客户: 喂"] * 3]
    sheet = service_rubric()
    for lines in (said, [*said, *rude], [*said, *silent], [*said, *silent, *rude]):
        for entry in score(sheet, dialogue(*lines)).ledger:
            for text in filter(None, (entry.title, entry.note)):
                assert not re.search("[一-鿿]", render(text, "en", sheet.in_english)), text


def test_what_an_item_was_called_before_has_its_english() -> None:
    """Findings of a store that was not judged again carry the title of then."""
    english = load_rubric(ROOT / "rubrics" / "service.yaml").in_english
    assert english["坐席先挂机"] == english["坐席主动挂机"]
    assert english["诱导好评"] == english["引导好评"]
