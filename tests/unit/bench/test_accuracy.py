"""Error rates and recall against cases counted by hand."""

from __future__ import annotations

import pytest

from pipeline.bench.accuracy import (
    LabelledCall,
    LabelledUtterance,
    Text,
    assess,
    channels_as_text,
    distance,
    plain,
)
from pipeline.domain import Role

AGENT, CUSTOMER = Role.AGENT, Role.CUSTOMER


def truth(
    *turns: tuple[Role, str], phrases: tuple[tuple[Role, str], ...] = (), channel: int | None = 0
) -> LabelledCall:
    return LabelledCall(
        call_id="c",
        turns=tuple(LabelledUtterance(role, text) for role, text in turns),
        phrases=tuple(LabelledUtterance(role, text) for role, text in phrases),
        agent_channel=channel,
    )


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("您好，再见。", "您好再见"),
        ("１２３１５", "一二三一五"),
        ("幺二三幺五", "一二三一五"),
        ("两块 OK", "二块ok"),
        ("……", ""),
    ],
)
def test_plain_form(text: str, heard: str) -> None:
    assert plain(text) == heard


@pytest.mark.parametrize(
    ("said", "heard", "edits"),
    [
        ("您好", "您好！", 0),
        ("您好", "你好", 1),
        ("随便你", "随便", 1),
        ("好", "好的呀", 2),
        ("", "字幕", 2),
        ("喂", "", 1),
    ],
)
def test_distance(said: str, heard: str, edits: int) -> None:
    assert distance(said, heard) == edits


def test_each_party_against_its_own_words() -> None:
    said = truth((AGENT, "您好"), (CUSTOMER, "我要投诉"), (AGENT, "等着吧"))
    found = assess({"c": said}, {"c": Text("", {AGENT: "您好等吧", CUSTOMER: "我要投宿"})})
    assert (found.characters, found.errors, found.errors_any_role) == (9, 2, 2)
    assert found.error_rate == pytest.approx(2 / 9)


def test_swapped_roles_cost_only_where_roles_count() -> None:
    said = truth((AGENT, "您好"), (CUSTOMER, "我要投诉"))
    found = assess({"c": said}, {"c": Text("", {AGENT: "我要投诉", CUSTOMER: "您好"})})
    assert found.errors == 8
    assert found.errors_any_role == 0


def test_one_channel_is_compared_in_the_order_of_time() -> None:
    said = truth((AGENT, "您好"), (CUSTOMER, "喂"), (AGENT, "请讲"), channel=None)
    assert assess({"c": said}, {"c": Text("您好喂请讲")}).errors == 0
    assert assess({"c": said}, {"c": Text("您好请讲喂")}).errors == 2
    by_role = Text("您好喂请讲", {AGENT: "您好喂", CUSTOMER: "请讲"})
    assert assess({"c": said}, {"c": by_role}).errors == 4
    assert assess({"c": said}, {"c": by_role}).errors_any_role == 0


def test_a_call_nobody_transcribed_is_all_errors() -> None:
    said = truth((AGENT, "您好"), phrases=((AGENT, "您好"),))
    found = assess({"c": said, "d": truth((CUSTOMER, "喂"))}, {})
    assert (found.characters, found.errors, found.phrases, found.found) == (3, 3, 1, 0)


def test_other_voices_are_nobodys_characters_but_are_heard_on_the_line() -> None:
    said = truth((Role.UNKNOWN, "请按一"), (AGENT, "您好"), channel=None)
    found = assess({"c": said}, {"c": Text("请按一您好")})
    assert (found.characters, found.errors) == (2, 0)


def test_phrases_count_word_for_word_from_the_right_mouth() -> None:
    said = truth(
        (AGENT, "不归我管，等着吧"),
        (CUSTOMER, "我打幺二三幺五"),
        phrases=((AGENT, "不归我管"), (AGENT, "等着吧"), (CUSTOMER, "幺二三幺五")),
    )
    heard = Text("", {AGENT: "不归我管等这吧12315", CUSTOMER: "我打 12315。"})
    found = assess({"c": said}, {"c": heard})
    assert (found.found, found.phrases) == (2, 3)
    assert found.phrase_recall == pytest.approx(2 / 3)
    crossed = Text("", {AGENT: "我打12315", CUSTOMER: "不归我管等着吧"})
    assert assess({"c": said}, {"c": crossed}).found == 0


def test_no_truth_no_rates() -> None:
    empty = assess({}, {})
    assert empty.error_rate is None
    assert empty.error_rate_any_role is None
    assert empty.phrase_recall is None


def test_channels_go_to_the_parties_that_speak_on_them() -> None:
    right = truth((AGENT, "您好"), (CUSTOMER, "喂"), channel=1)
    assert channels_as_text(("喂", "您好"), right).roles == {AGENT: "您好", CUSTOMER: "喂"}
    shared = truth((AGENT, "您好"), (CUSTOMER, "喂"), channel=None)
    fake_stereo = channels_as_text(("您好喂", "您好喂"), shared)
    assert (fake_stereo.whole, fake_stereo.roles) == ("您好喂", None)
    assert channels_as_text((), None) == Text("")
