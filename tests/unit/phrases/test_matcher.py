"""The ways of finding, and everything that turns a match into no hit."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.domain import How, Role, Span, Utterance, Word
from pipeline.phrases import Matcher, compile_matcher, load_lexicons
from tests.unit.phrases.conversations import (
    LEXICON,
    agent,
    customer,
    default_matcher,
    lexicon_file,
    said,
    small_matcher,
)


def codes(*utterances: Utterance) -> list[str]:
    return [hit.code for hit in default_matcher().match(utterances)]


def test_exact_hit_carries_its_facts(tmp_path: Path) -> None:
    (hit,) = small_matcher(tmp_path).match([agent("好，这不归我管。", start=10)])
    assert (hit.code, hit.phrase, hit.how, hit.role, hit.quote) == (
        "shirk",
        "这不归我管",
        How.EXACT,
        Role.AGENT,
        "这不归我管",
    )
    assert hit.utterance == 0
    # Six letters are spoken in 1.6 s: the hit is the last five of them.
    assert hit.span.start == pytest.approx(10 + 1.6 / 6, abs=0.01)
    assert hit.span.end == pytest.approx(11.6, abs=0.01)


def test_pattern(tmp_path: Path) -> None:
    (hit,) = small_matcher(tmp_path).match([agent("谁接待的找谁")])
    assert (hit.how, hit.quote) == (How.PATTERN, "谁接待的找谁")


def test_sound_is_less_sure_than_exact(tmp_path: Path) -> None:
    matcher = small_matcher(tmp_path)
    (written,) = matcher.match([agent("不归我们管")])
    (heard,) = matcher.match([agent("布龟握们关")])
    assert heard.how is How.SOUND
    assert heard.confidence < written.confidence


def test_a_hit_by_sound_knows_which_wording_it_matched(tmp_path: Path) -> None:
    matcher = small_matcher(tmp_path)
    (other,) = matcher.match([agent("布龟握们关")])
    assert (other.phrase, other.wording, other.quote) == ("这不归我管", "不归我们管", "布龟握们关")
    (listed,) = matcher.match([agent("这布龟我管")])
    assert (listed.how, listed.wording) == (How.SOUND, "这不归我管")
    (written,) = matcher.match([agent("不归我们管")])
    assert written.wording == ""


def test_what_a_pattern_finds_as_it_is_written_is_no_sound_alike() -> None:
    said = "您买这个，最少有百分之六的收益，保证受益百分之六"
    found = [hit for hit in default_matcher().match([agent(said)]) if hit.code == "promise-return"]
    assert found
    assert {hit.how for hit in found} == {How.PATTERN}


def test_a_pattern_by_sound_claims_no_wording(tmp_path: Path) -> None:
    written = LEXICON.replace("谁.{1,4}的找谁", "通讯录.{1,4}打电话")
    matcher = Matcher(load_lexicons(lexicon_file(tmp_path, written)), weighed=False)
    (hit,) = matcher.match([agent("通训录里的人打电话")])
    assert (hit.how, hit.phrase) == (How.SOUND, "这不归我管")
    assert (hit.quote, hit.wording) == ("通训录里的人打电话", "")


def test_ways_can_be_narrowed(tmp_path: Path) -> None:
    lexicons = load_lexicons(lexicon_file(tmp_path))
    exact = compile_matcher(lexicons, ways=frozenset({How.EXACT}))
    assert exact.match([agent("布龟握们馆，谁接的找谁")]) == ()


def test_a_hit_may_span_two_utterances_of_one_role(tmp_path: Path) -> None:
    matcher = small_matcher(tmp_path)
    (hit,) = matcher.match([agent("这个事不归我", start=0), agent("们管", start=1.5)])
    assert (hit.quote, hit.utterance) == ("不归我们管", 0)
    assert hit.span.end > 1.5


@pytest.mark.parametrize(
    "utterances",
    [
        (agent("这个不归我", start=0), agent("们管", start=9.0)),  # a long pause ends the sentence
        (agent("这个不归我", start=0), customer("那该找哪个人呢", start=1.0), agent("们管", start=2.3)),
    ],
)
def test_but_not_across_a_long_pause_or_the_other_party(
    tmp_path: Path, utterances: tuple[Utterance, ...]
) -> None:
    found = small_matcher(tmp_path).match(utterances)
    assert [hit for hit in found if hit.how is not How.SENTENCE] == [], (
        "half a sentence may be like a whole one"
    )


def test_only_the_role_that_may_say_it(tmp_path: Path) -> None:
    assert small_matcher(tmp_path).match([customer("这不归我管")]) == ()


def test_unknown_and_unsure_roles_lower_confidence(tmp_path: Path) -> None:
    matcher = small_matcher(tmp_path)
    (sure,) = matcher.match([agent("这不归我管")])
    (unknown,) = matcher.match([said("这不归我管", role=Role.UNKNOWN)])
    (unsure,) = matcher.match([Utterance(Role.AGENT, Span(0, 1), "这不归我管", role_confidence=0.5)])
    assert unknown.confidence < sure.confidence
    assert unsure.confidence < sure.confidence


def test_low_recogniser_confidence_lowers_confidence(tmp_path: Path) -> None:
    matcher = small_matcher(tmp_path)
    (clear,) = matcher.match([said("这不归我管", confidence=0.95)])
    (mumbled,) = matcher.match([said("这不归我管", confidence=0.3)])
    assert mumbled.confidence < clear.confidence


def test_seconds_come_from_words(tmp_path: Path) -> None:
    words = (
        Word("这不", Span(3.0, 3.4), 0.9),
        Word("归我", Span(5.0, 5.4), 0.9),
        Word("管。", Span(6.0, 6.3), 0.9),
    )
    utterance = Utterance(Role.AGENT, Span(3, 7), "这不归我管。", words)
    (hit,) = small_matcher(tmp_path).match([utterance])
    assert (hit.span.start, hit.span.end) == (pytest.approx(3.0), pytest.approx(6.3))


def test_exceptions_and_contexts_silence(tmp_path: Path) -> None:
    matcher = small_matcher(tmp_path)
    for text in ("不归我管辖的地区", "他跟我说这不归我管", "不会这不归我管"):
        assert matcher.match([agent(text)]) == (), text


def test_a_negation_before_a_comma_does_not_reach(tmp_path: Path) -> None:
    assert small_matcher(tmp_path).match([agent("不会，这不归我管")])


def test_overlapping_hits_of_one_code_collapse_to_the_best(tmp_path: Path) -> None:
    more = LEXICON + "      - {phrase: 归我管, tolerance: 0, reason: 重叠, examples: {hit: [归我管]}}\n"
    hits = small_matcher(tmp_path, more).match([agent("这不归我管")])
    assert [h.quote for h in hits] == ["这不归我管"]


@pytest.mark.parametrize(
    ("utterance", "code"),
    [
        (customer("我要打12315"), "esc-12315"),
        (customer("我要打幺二三幺五"), "esc-12315"),
        (customer("我要打一二三一五！"), "esc-12315"),
        (customer("我要打１２３１５"), "esc-12315"),
        (agent("走这个渠道100%下款"), "promise-approval"),
        (agent("卡背面的C V V"), "ask-sensitive"),
        (customer("我要向银宝监举报"), "esc-cbirc"),
        (agent("请问您海有其他问题吗"), "closing"),
        (customer("今天下午三点。点赞。"), "praise"),
    ],
)
def test_numbers_widths_and_sounds(utterance: Utterance, code: str) -> None:
    assert code in codes(utterance)


@pytest.mark.parametrize(
    ("utterance", "code"),
    [
        (agent("公积金中心业务部指导办理"), "not-know"),
        (agent("里面随便点点不会扣费的"), "attitude-dismissive"),
        (agent("这张卡滚动账期还没到"), "abuse"),
        (customer("我不投诉，就改个送货时间"), "esc-complaint"),
        (agent("我们不能保证收益，市场上也没有绝对没有风险的理财产品"), "promise-return"),
        (agent("人脸认证是什么意思呢，我给您解释一下"), "attitude-impatient"),
        (said("上一个客服跟我说不知道，还说随便你"), "not-know"),
        (said("上一个客服跟我说不知道，还说随便你"), "attitude-dismissive"),
        (said("你们柜台那个小伙子跟我说保证收益百分之五，绝对没有风险"), "promise-return"),
        (customer("您好，很高兴为您服务，这句话不是应该你说吗"), "greeting"),
        (customer("我也没办法了才打你们电话"), "shirk"),
    ],
)
def test_hard_negatives_are_quiet(utterance: Utterance, code: str) -> None:
    assert code not in codes(utterance)


def test_empty_and_odd_text() -> None:
    for text in ("", "。。。", "😀", "abc", "啊嗯哦", "\u0000", "的" * 5000):
        default_matcher().match([agent(text)])
    assert default_matcher().match([]) == ()
