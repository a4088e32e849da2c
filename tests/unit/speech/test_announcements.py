"""Announcements by their words, and where in a call they may be played."""

from __future__ import annotations

import pytest

from pipeline.domain import Segment, Span
from pipeline.speech.announcements import AnnouncedWords, announced_words, is_centres
from pipeline.transcription.segments import spread


def said(*lines: tuple[int, float, str]) -> list[Segment]:
    """Segments of 0.25 s per character: party, start, text."""
    out = []
    for party, start, text in lines:
        span = Span(start, start + 0.25 * len(text))
        words = spread(text, span, (span,), probability=0.8)
        out.append(Segment(party, span, text, words, 0.8))
    return out


def texts(segments: list[Segment], found: AnnouncedWords) -> list[str]:
    return [segments[number].text[start:end] for number, start, end in found.places]


@pytest.mark.parametrize(
    "text",
    [
        "您好，您播打的用户暂时无法接听，请在提示音后留言，留言结束请挂机。",
        "欢迎质店客户服务中心，人工服务起二零",
        "欢迎致电幸福宽带，业务查询请按一，故障报修请按二。",
        "座席全忙，请稍候，您前面还有三位客户在等待",
        "您呼叫的用户正在通话中，请稍后再拨",
    ],
)
def test_menus_queues_and_voicemail_are_announcements(text: str) -> None:
    segments = said((0, 0.0, text))
    (found,) = announced_words(segments)
    assert found.sure
    assert "".join(texts(segments, found)) == text


@pytest.mark.parametrize(
    "text",
    [
        "您好，本次通话会被录音，请问有什么可以帮您",
        "欢迎致电幸福宽带，工号八零零一为您服务",
        "为了保证服务质量，您的通话将被录音",
    ],
)
def test_what_agents_say_too_is_not_sure_by_words(text: str) -> None:
    (found,) = announced_words(said((0, 0.0, text)))
    assert not found.sure


@pytest.mark.parametrize(
    "text",
    ["您好，很高兴为您服务，请问有什么可以帮您", "我帮您查询一下，请稍等", "请按时还款", "我给您留言了"],
)
def test_ordinary_sentences_are_none(text: str) -> None:
    assert announced_words(said((0, 0.0, text))) == []


def test_what_follows_an_announcement_is_not_a_part_of_it() -> None:
    segments = said((0, 0.0, "欢迎致电客户服务中心，人工服务请拨零，喂什么事"))
    (found,) = announced_words(segments)
    assert texts(segments, found) == ["欢迎致电客户服务中心，人工服务请拨零，"]


def test_an_agent_who_answers_with_a_number_stands_apart() -> None:
    segments = said((0, 0.0, "人工服务请拨零"), (0, 3.0, "工号八零零一为您服务"), (1, 6.0, "你好"))
    first, second = announced_words(segments)
    assert (first.sure, second.sure) == (True, False)
    assert texts(segments, second) == ["工号八零零一为您服务"]


def test_customers_who_tell_what_they_heard_are_people() -> None:
    segments = said(
        (0, 0.0, "您好，很高兴为您服务"),
        (1, 4.0, "我打了三次都说您拨打的电话无人接听，请稍后再拨"),
        (0, 11.0, "非常抱歉"),
    )
    assert not any(found.sure for found in announced_words(segments))


def test_a_queue_after_a_transfer_is_expected() -> None:
    talk = (0, 0.0, "您好，很高兴为您服务"), (1, 4.0, "我要找技术部门"), (0, 7.0, "我帮您转接技术组")
    segments = said(*talk, (0, 12.0, "坐席全忙，请稍候"))
    assert [found.sure for found in announced_words(segments)] == [True]
    told = said(*talk[:2], (0, 7.0, "好的，现在坐席全忙，您晚点再打"))
    assert [found.sure for found in announced_words(told)] == [False]


def test_whose_side_an_announcement_is_of() -> None:
    assert is_centres("欢迎致电，人工服务请按零")
    assert not is_centres("您拨打的电话无人接听，请在提示音后留言")
