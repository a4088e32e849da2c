"""What must hold for the shipped sheet on every call."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain import How, Outcome, PhraseHit, PhraseKind, Role
from pipeline.rubric import Facts, score
from tests.builders import call, service_rubric
from tests.examples import examples

FORBIDDEN = (
    *(
        "abuse",
        "threat",
        "leak-other-customer",
        "ask-sensitive",
        "shirk",
        "promise-return",
        "promise-approval",
    ),
    *("early-repay-guide", "attitude-impatient", "attitude-dismissive", "not-know", "rating-guide"),
)
AGENT = (
    "[greeting|您好，很高兴为您服务]",
    "[identity|跟您核实一下身份]",
    "您的余额是三百二十元",
    "[empathy|非常理解您的心情]",
    "[hold-ask|请您稍等]",
    "[hold-thanks|让您久等了]",
    "[closing|感谢您的致电，再见]",
    "[rating-prompt|请您对我的服务做出评价]",
    "[shirk|这不归我管]",
    "[abuse|闭嘴]",
    "这个业务需要您本人到营业厅办理",
)
CUSTOMER = (
    "喂，你好",
    "[esc-complaint|我要投诉]",
    "太坑了",
    "[praise|你服务真好]",
    "什么时候能修好？",
    "好的，谢谢",
)
LINES = st.one_of(
    st.sampled_from(AGENT).map("坐席: {}".format),
    st.sampled_from(CUSTOMER).map("客户: {}".format),
    st.sampled_from(AGENT).map("某人: {}".format),
    st.integers(1, 20).map("静音: {}".format),
    st.integers(5, 20).map("保持: {}".format),
)


@st.composite
def calls(draw: st.DrawFn) -> Facts:
    return call(
        *draw(st.lists(LINES, max_size=14)),
        direction=draw(st.sampled_from(["inbound", "outbound", None])),
        queue=draw(st.sampled_from(["信用卡", "售后", None])),
        confidence=draw(st.sampled_from([1.0, 0.4, 0.1])),
        hit_confidence=draw(st.sampled_from([1.0, 0.55, 0.3])),
        role_confidence=draw(st.sampled_from([1.0, 0.5])),
        measures={
            "interruptions_by_agent": draw(st.sampled_from([None, 0.0, 3.0])),
            "longest_turn_agent": draw(st.sampled_from([None, 5.0, 40.0])),
        },
    )


def slip(facts: Facts, code: str, place: int, confidence: float) -> Facts:
    """The call with one forbidden phrase more, somewhere in what the agent says."""
    mine = [n for n, u in enumerate(facts.timeline.utterances) if u.role is Role.AGENT]
    if not mine:
        return facts
    n = mine[place % len(mine)]
    span = facts.timeline.utterances[n].span
    hit = PhraseHit(code, PhraseKind.FORBIDDEN, "某", Role.AGENT, span, "某", How.EXACT, confidence, n)
    return replace(facts, hits=(*facts.hits, hit))


@given(calls())
@settings(max_examples=examples(150))
def test_a_card_is_complete_bounded_and_adds_up(facts: Facts) -> None:
    rubric = service_rubric()
    card = score(rubric, facts)
    assert card == score(rubric, replace(facts)), "the same facts give the same card"
    assert (card.score is None) == (card.not_applicable is not None)
    if card.score is None:
        assert card.findings == ()
        return
    told = [f.criterion for f in card.findings if f.outcome is not Outcome.HINT]
    assert told == [i.id for i in (*rubric.accusing, *rubric.bonus)]
    assert 0 <= card.score <= 100
    assert round(sum(line.points for line in card.ledger), 2) == card.score
    assert round(100 + sum(f.points for f in card.findings), 2) == card.score
    for finding in card.findings:
        assert finding.reason
        if finding.outcome is Outcome.FAILED:
            assert finding.evidence
        else:
            assert finding.points >= 0, "only failures cost points"
    failures = any(f.outcome is Outcome.FAILED for f in card.findings)
    assert card.flagged == (failures or not card.passed)


@given(calls(), st.sampled_from(FORBIDDEN), st.integers(0, 20), st.sampled_from([1.0, 0.55, 0.1]))
@settings(max_examples=examples(150))
def test_one_slip_more_never_raises_the_score(facts: Facts, code: str, place: int, confidence: float) -> None:
    rubric = service_rubric()
    before, after = score(rubric, facts), score(rubric, slip(facts, code, place, confidence))
    assert (before.score is None) == (after.score is None)
    if before.score is not None and after.score is not None:
        assert after.score <= before.score
