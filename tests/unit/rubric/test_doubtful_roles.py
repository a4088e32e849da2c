"""Where it is not known who is the agent, nobody is accused and nobody acquitted, and a person is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.domain import NO_EVIDENCE, Outcome, Role, RoleEvidence, Scorecard, Span, Utterance
from pipeline.rubric import score
from tests.builders import call, service_rubric

TALK = (
    "坐席: [greeting|您好，请问有什么可以帮您？]",
    "客户: 我的快递三天了还没有到，麻烦你帮我看一下。",
    "坐席: 请问您的单号是多少？我帮您查询一下。",
    "坐席: [abuse|你有病吧]，我说了三遍了。",
    "客户: 好的，谢谢。",
    "坐席: [rating-prompt|请对我的服务做出评价]，[closing|感谢您的来电，再见。]",
)


def judged(evidence: RoleEvidence = NO_EVIDENCE) -> Scorecard:
    return score(service_rubric(), replace(call(*TALK, direction="inbound"), roles=evidence))


def outcomes(card: Scorecard) -> dict[str, Outcome]:
    return {f.criterion: f.outcome for f in card.findings if f.severity is not None}


def flags(card: Scorecard) -> set[str]:
    return {reason.code for reason in card.flag_reasons}


SURE = RoleEvidence(claim=2.5, words=6.0, order=1.5, voice=5.0)


@pytest.mark.parametrize(
    "evidence",
    [NO_EVIDENCE, SURE, replace(SURE, order=-1.5), replace(SURE, claim=-2.5), replace(SURE, words=-1.0)],
)
def test_witnesses_that_agree_accuse(evidence: RoleEvidence) -> None:
    """Who speaks first never contradicts, and clear words outvote a switch."""
    assert judged(evidence) == judged()
    assert outcomes(judged())["abuse"] is Outcome.FAILED


@pytest.mark.parametrize(
    ("evidence", "flag"),
    [
        (replace(SURE, voice=-3.0), "flag.roles"),
        (replace(SURE, words=-4.0), "flag.roles"),
        (replace(SURE, claim=-2.5, words=2.0), "flag.roles"),
        (replace(SURE, claim=-2.5, words=None), "flag.roles"),
        (replace(SURE, stranger=True, voice=None), "flag.stranger"),
        (replace(SURE, third_voice=True), "flag.third-voice"),
        (replace(SURE, like_voices=True), "flag.like-voices"),
        (replace(SURE, sides_turn=20.0, sides_doubtful=True), "flag.sides"),
    ],
)
def test_witnesses_that_disagree_send_the_call_to_a_person(evidence: RoleEvidence, flag: str) -> None:
    card = judged(evidence)
    assert set(outcomes(card).values()) <= {Outcome.UNDETERMINED, Outcome.NOT_APPLICABLE}
    assert not card.fatal
    assert flag in flags(card)
    assert card.flagged


def test_a_dialogue_that_passes_for_one_voice_is_no_monologue() -> None:
    heard = call(*(line.replace("客户", "坐席") for line in TALK), direction="inbound")
    alone = score(service_rubric(), heard)
    assert alone.not_applicable is not None and alone.not_applicable.code == "gate.only-agent"
    card = score(service_rubric(), replace(heard, roles=RoleEvidence(like_voices=True)))
    assert "flag.like-voices" in flags(card)
    assert set(outcomes(card).values()) <= {Outcome.UNDETERMINED, Outcome.NOT_APPLICABLE}


def test_what_a_second_agent_says_is_not_the_first_ones_doing() -> None:
    place = next(f.evidence[0].span for f in judged().findings if f.criterion == "abuse")
    after = judged(replace(SURE, second_agent=(Span(place.start - 1, place.end + 1),)))
    assert outcomes(after)["abuse"] is Outcome.UNDETERMINED
    assert "flag.second-agent-between" in flags(after)
    elsewhere = judged(replace(SURE, second_agent=(Span(0.0, place.start - 1),)))
    assert outcomes(elsewhere)["abuse"] is Outcome.FAILED


def test_a_second_agent_is_told_of_whatever_was_found() -> None:
    card = judged(replace(SURE, second_agent=(Span(0.0, 0.5),)))
    assert outcomes(card) == outcomes(judged())
    assert "flag.second-agent-until" in flags(card)
    several = judged(replace(SURE, second_agent=(Span(0.2, 0.5), Span(1.0, 1.5))))
    assert "flag.second-agent-times" in flags(several)


def test_channels_that_were_put_right_are_told_of_and_judged() -> None:
    card = judged(replace(SURE, sides_turn=20.0))
    assert outcomes(card) == outcomes(judged())
    assert "flag.sides-turned" in flags(card)


@pytest.mark.parametrize(("sure", "outcome"), [(1.0, Outcome.FAILED), (0.5, Outcome.UNDETERMINED)])
def test_what_the_line_may_have_played_hides_a_greeting(sure: float, outcome: Outcome) -> None:
    facts = call("坐席@8: 喂，什么事，你说。", *TALK[1:], direction="inbound")
    line = Utterance(
        Role.ANNOUNCEMENT, Span(0.5, 5.0), "欢迎致电，工号八零一二为您服务", role_confidence=sure
    )
    timeline = replace(facts.timeline, utterances=(*facts.timeline.utterances, line))
    card = score(service_rubric(), replace(facts, timeline=timeline, roles=SURE))
    assert outcomes(card)["greeting-missing"] is outcome
