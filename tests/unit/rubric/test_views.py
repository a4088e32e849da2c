"""Views of a call: windows, pauses, who owed the words, how it ended, excuses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipeline.conversation import Timeline
from pipeline.conversation.waiting import HoldKind, due_to_speak
from pipeline.domain import Measurement, Measures, Role, Span
from pipeline.rubric.answer import BARS, Severity
from pipeline.rubric.checks import measure as measure_check
from pipeline.rubric.dialogue import dialogue
from pipeline.rubric.ending import Ending, ending
from pipeline.rubric.facts import Facts
from pipeline.rubric.window import Window

CALL = dialogue("坐席: 一二三四五", "客户: 一二三四五", "静音: 4", "坐席: 一二三四五", "客户: 好")


@pytest.mark.parametrize(
    ("given", "start", "end"),
    [
        ({}, 0.0, 9.1),
        ({"first_seconds": 2}, 0.0, 2.5),
        ({"last_seconds": 2}, 6.6, 9.1),
        ({"first_percent": 50}, 0.0, 4.55),
        ({"last_percent": 10}, 8.19, 9.1),
        ({"first_utterances": 1}, 0.0, 1.5),
        ({"first_utterances": 2, "of": "agent"}, 0.0, 8.0),
        ({"last_utterances": 1, "of": "agent"}, 7.0, 9.1),
    ],
)
def test_windows(given: dict[str, Any], start: float, end: float) -> None:
    window = Window.model_validate(given).on(CALL)
    assert (window.start, window.end) == pytest.approx((start, end), abs=0.11)


@pytest.mark.parametrize(
    "given", [{"first_seconds": 1, "last_seconds": 1}, {"of": "agent"}, {"first_percent": 120}]
)
def test_windows_that_make_no_sense(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"exclude|needs|100"):
        Window.model_validate(given)


def kinds(*lines: str) -> list[HoldKind]:
    return [hold.kind for hold in dialogue(*lines).holds()]


def test_holds_are_heard_announced_or_silent() -> None:
    asked = ("坐席: 哪个小区？", "客户: 阳光花园")
    assert kinds("坐席: 您好", "保持: 9", "坐席: 在吗") == [HoldKind.HEARD]
    assert kinds("坐席: [hold-ask|请稍等]", "客户: 好", "静音: 9", "坐席: 查到了") == [HoldKind.ANNOUNCED]
    assert kinds("客户: 喂", "静音: 9", "坐席: [hold-thanks|让您久等了]") == [HoldKind.ANNOUNCED]
    assert kinds(*asked, "静音: 11", "坐席: 在检修") == [HoldKind.LOOKUP]
    assert kinds("坐席: 拿个小去", "客户: 三号楼五零二", "静音: 11", "坐席: 在检修") == [HoldKind.LOOKUP]
    assert kinds("坐席: 拿个小去", "客户: 快一点啊", "静音: 11", "坐席: 在检修") == []
    assert kinds(*asked, "静音: 9", "坐席: 在检修") == []
    assert kinds("客户: 什么时候修好", "静音: 11", "坐席: 在检修") == []
    assert kinds("保持: 30", "坐席: 您好", "客户: 喂", "保持: 30") == [], (
        "before the first word and after the last"
    )


def test_beeps_with_pauses_are_one_hold() -> None:
    facts = dialogue("坐席: 您好", "静音: 16", "坐席: 在吗")
    start = facts.timeline.quiet[0].start
    beeps = tuple(Span(start + n * 4, start + n * 4 + 0.4) for n in range(4))
    heard = Timeline.heard(duration=facts.duration, speech=facts.timeline.speech, tones=beeps)
    assert [h.kind for h in replace(facts, timeline=heard).holds()] == [HoldKind.HEARD]


def test_the_one_who_was_asked_owes_the_words() -> None:
    def owed(*lines: str) -> Role:
        facts = dialogue(*lines)
        return due_to_speak(facts.timeline, max(facts.timeline.quiet, key=lambda s: s.duration))

    assert owed("客户: 能修吗？", "静音: 5", "坐席: 能") is Role.AGENT
    assert owed("坐席: 卡号是多少？", "静音: 5", "客户: 六二二") is Role.CUSTOMER
    assert owed("坐席: 稍等，我看一下资料", "静音: 5", "客户: 好了没有") is Role.AGENT
    assert owed("坐席: 我查一下", "静音: 5", "坐席: 查到了") is Role.AGENT
    assert owed("客户: 能修吗？", "静音: 5", "客户: 喂？在吗？") is Role.AGENT
    assert owed("某人: 能修吗", "静音: 5", "坐席: 能") is Role.UNKNOWN


def test_silences_by_length_leave_out_holds() -> None:
    facts = dialogue("客户: 喂", "静音: 4", "坐席: 嗯", "静音: 8", "坐席: 好", "保持: 20", "坐席: 在吗")
    assert [round(s.duration) for s in facts.dead_air(at_least=3)] == [4, 8]
    assert [round(s.duration) for s in facts.dead_air(at_least=3, below=8)] == [4]
    assert facts.dead_air(at_least=3, owed_by=Role.CUSTOMER) == ()


def test_turns_join_what_one_party_says_in_a_row() -> None:
    facts = dialogue("坐席: 一二三", "坐席: 四五六", "静音: 3", "坐席: 七八九", "客户: 好", "坐席: 十")
    assert [u.text for u in facts.timeline.passages[Role.AGENT]] == ["一二三四五六", "七八九", "十"]


@pytest.mark.parametrize(
    ("lines", "how"),
    [
        (("客户: 好的", "坐席: 感谢您的致电，再见"), Ending.CLOSED),
        (("客户: 好的，不用了", "坐席: 嗯"), Ending.CLOSED),
        (("坐席: 明天修好", "客户: 那好吧"), Ending.CLOSED),
        (("坐席: 修不了", "客户: 挂了！"), Ending.CUSTOMER),
        (("客户: 到底谁管？", "坐席: [shirk|你去投诉吧]"), Ending.AGENT),
        (("客户: 到底谁管？", "坐席: 师傅会来", "保持: 2"), Ending.AGENT),
        (("客户: 知道了，[esc-media|找媒体曝光]！", "坐席: 哦"), Ending.AGENT),
        (("客户: 到底谁管？", "坐席: 师傅会来"), Ending.UNKNOWN),
        (("坐席: 师傅会来", "客户: 到底谁管？", "保持: 2"), Ending.UNKNOWN),
        (("客户: 到底谁管？", "某人: 你去投诉吧"), Ending.UNKNOWN),
        ((), Ending.UNKNOWN),
    ],
)
def test_endings(lines: tuple[str, ...], how: Ending) -> None:
    end = ending(dialogue(*lines))
    assert end.ending is how, end.reason
    assert end.reason


def interrupted(facts: Facts, *starts: float) -> Facts:
    spans = tuple(Span(s, s + 1) for s in starts)
    counted = Measurement("interruptions_by_agent", float(len(spans)), "count", spans)
    return replace(facts, measures=Measures((counted,)))


def test_an_excuse_before_a_place_takes_it_from_the_count() -> None:
    facts = interrupted(
        dialogue("客户: 喂喂喂喂喂", "坐席: [pardon|不好意思打断一下]", "客户: 你说你说", tail=60), 3.0, 40.0
    )
    options = {"name": "interruptions_by_agent", "at_least": 2}
    excused = {**options, "excused_by": ["pardon"], "excuse_seconds": 5}

    def outcome(given: dict[str, Any]) -> str:
        parsed = measure_check.OPTIONS.model_validate(given)
        return measure_check.check(facts, parsed, BARS[Severity.D]).outcome.value

    assert outcome(options) == "failed"
    assert outcome(excused) == "passed"


def test_a_line_that_is_no_dialogue_is_refused() -> None:
    with pytest.raises(ValueError, match="not a line"):
        dialogue("谁: 你好")


def test_marks_are_placed_where_they_are_said() -> None:
    facts = dialogue("坐席@10(600): 您好，[shirk|这不归我管]", "客户@10.3: 什么")
    [hit] = facts.hits
    assert (hit.quote, hit.utterance) == ("这不归我管", 0)
    assert 10.0 < hit.span.start < hit.span.end <= facts.utterances[0].span.end
    assert facts.utterances[0].span.duration == pytest.approx(0.7)
    assert facts.utterances[1].overlapped
