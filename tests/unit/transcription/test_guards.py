"""What nobody said is thrown away; what people really say stays."""

from __future__ import annotations

import pytest

from pipeline.conversation.wordlists import default_word_lists
from pipeline.domain import Span
from pipeline.transcription.guards import TextCheck, check_text, cut_out, looping
from pipeline.transcription.protocol import NO_SPEECH, Piece

WORDS = default_word_lists()


def check(
    text: str, *, seconds: float | None = None, log_probability: float = -0.3, no_speech: float = 0.1
) -> TextCheck:
    """Judged at 4 characters per second unless said otherwise."""
    voiced = len(text) / 4 if seconds is None else seconds
    return check_text(
        text,
        voiced_seconds=voiced,
        log_probability=log_probability,
        no_speech=no_speech,
        floor=-0.65,
        words=WORDS,
    )


@pytest.mark.parametrize(
    "text",
    [
        "字幕由Amara.org社区提供",
        "字幕志愿者 李宗盛",
        "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
        "谢谢观看",
        "请按赞、订阅、分享",
        "感谢大家的收看，下期再见。",
        "优优独播剧场——YoYo Television Series Exclusive",
        "作词：李宗盛",
        "作词、作曲、编曲",
        "Thank you for watching!",
        "未经作者授权许可，不得翻唱或使用",
    ],
)
def test_credits_of_films_are_impossible(text: str) -> None:
    assert check(text).impossible == "credits"


@pytest.mark.parametrize(
    "text",
    [
        "谢谢您的来电",
        "感谢您的耐心等待",
        "您可以订阅流量包",
        "下期账单二十号出",
        "感谢您致电云帆通信，再见",
        "麻烦您看一下短信",
        "您点一下那个赞成的按钮",
        "制作周期是七天",
        "下个月再见",
    ],
)
def test_service_talk_is_no_credit(text: str) -> None:
    assert check(text) == TextCheck(suspect=False)


@pytest.mark.parametrize(
    "text",
    [
        "我要退款" * 4,
        "你说话你说话你说话你说话",
        "就是" * 13,
        "嗯" * 13,
        "狗狗狗",
        "水水水水水",
        "好好好好，我不知道我不知道我不知道我不知道",
        "词人词人词人词人",
        "这些人都不想不想这些人都不想这些人都不想这些人都不想这些",
        "，".join(["我不知道"] * 5),
        "的" * 12,
        "我来看一下，" + "订单编号" * 6,
    ],
)
def test_loops_are_impossible_and_looked_at_again(text: str) -> None:
    assert looping(text, WORDS)
    assert check(text) == TextCheck(suspect=True, impossible="loop")


@pytest.mark.parametrize(
    "text",
    [
        "对对对对对",
        "好好好好",
        "哈哈哈哈哈哈哈哈",
        "嗯嗯嗯嗯嗯嗯嗯",
        "喂喂喂喂",
        "你们是骗子你们是骗子你们是骗子！",
        "好的好的好的好的",
        "没事没事没事没事",
        "不是不是不是不是",
        "是的是的，是的是的是的",
        "谢谢谢谢谢谢谢谢",
        "尾号是1111",
        "11111111",
        "八八八八八八八八",
        "慢慢来慢慢来",
        "我要退款，我要退款，我要退款",
    ],
)
def test_people_repeat_themselves(text: str) -> None:
    assert not looping(text, WORDS)
    assert check(text).impossible is None


@pytest.mark.parametrize("text", ["喂", "好的", "没了", "可以", "嗯", "对", "再见", "您好"])
def test_short_answers_stay(text: str) -> None:
    for seconds in (0.15, 0.4, 1.2):
        assert check(text, seconds=seconds, log_probability=-0.6).impossible is None


def test_more_text_than_speech_is_impossible() -> None:
    sentence = "您好请问有什么可以帮您的吗我是客服"
    assert check(sentence, seconds=len(sentence) / 9).impossible is None  # the fastest people
    assert check(sentence, seconds=len(sentence) / 13).impossible == "more text than speech"


def test_english_has_more_letters_a_second() -> None:
    sentence = "Okay, so we would love to get that taken care of for you."
    assert check(sentence, seconds=2.8) == TextCheck(suspect=False)
    assert check(sentence, seconds=0.6).impossible == "more text than speech"


def test_words_the_model_itself_takes_for_silence() -> None:
    assert check("我们来看一下", no_speech=0.95, log_probability=-1.1).impossible == "no speech"
    assert check("驾驶", no_speech=0.70, log_probability=-1.25).impossible == "no speech"
    assert check("我们来看一下", no_speech=0.95, log_probability=-0.2).impossible is None
    assert check("那在哪里点呢", no_speech=0.64, log_probability=-1.0).impossible is None
    assert check("我买的基金跌了", no_speech=0.75, log_probability=-0.5).impossible is None
    assert check("我们来看一下", no_speech=0.10, log_probability=-1.1).impossible is None


def test_what_is_worth_a_second_look() -> None:
    assert check("好的", log_probability=-0.7).suspect
    assert not check("好的", log_probability=-0.6).suspect
    assert check("", seconds=2.0).suspect, "two seconds of speech without a word"
    assert not check("", seconds=0.3).suspect, "a cough"
    assert check("好的", seconds=4.0).suspect, "half a sentence is missing"
    assert check("。，", seconds=2.0).suspect, "marks are no words"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            "请您稍后对我的服务作出评价，谢谢，祝您生活愉快，狗狗狗狗狗",
            "请您稍后对我的服务作出评价，谢谢，祝您生活愉快，狗",
        ),
        ("我要投诉你们的服务态度，谢谢观看", "我要投诉你们的服务态度，"),
        ("谢谢大家的收看，我的订单怎么还没有到呢", "我的订单怎么还没有到呢"),
        ("请稍等，我帮您查一下", "请稍等，我帮您查一下"),
        ("谢谢观看，再见", "谢谢观看，再见"),
        ("我来看一下，" + "订单编号" * 6, "我来看一下，" + "订单编号" * 6),
    ],
)
def test_only_what_was_invented_is_cut_out(text: str, left: str) -> None:
    assert "".join(piece.text for piece in cut_out([Piece(Span(0.0, 9.0), text)], WORDS)) == left


def test_a_piece_that_was_invented_goes_and_the_others_keep_their_times() -> None:
    said = Piece(Span(0.0, 3.0), "我的订单怎么还没有到呢")
    credit, more = Piece(Span(3.0, 4.0), "谢谢观看"), Piece(Span(4.0, 5.0), "喂你好")
    assert cut_out([said, credit, more], WORDS) == (said, more)


@pytest.mark.parametrize(
    "text",
    ["谢谢，拜拜，拜拜", "退钱，退钱，退钱，退钱", "我要取消订阅这个频道，去消协", "您订阅的频道已经取消"],
)
def test_what_people_say_at_the_end_and_in_anger_stays(text: str) -> None:
    assert check(text).impossible is None


def test_a_loop_where_nobody_speaks_says_so() -> None:
    assert check("狗狗狗狗狗", no_speech=0.7).impossible == NO_SPEECH
