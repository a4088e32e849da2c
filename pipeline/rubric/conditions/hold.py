"""The customer was put on hold: music, tones, an announced wait, or a long silent look-up."""

from __future__ import annotations

from pydantic import Field

from pipeline.conversation.announcement import LONG_HOLD_S
from pipeline.domain import Evidence
from pipeline.messages import Message
from pipeline.rubric.answer import Answer, Truth
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.window import Options

ID = "hold"


class HoldConditionOptions(Options):
    min_seconds: float = Field(LONG_HOLD_S, gt=0, description="shorter waits are not holds")
    silent: bool = Field(True, description="count long silent look-ups too")
    times: int = Field(1, ge=1, description="how many holds")


OPTIONS = HoldConditionOptions


def holds(facts: Facts, options: HoldConditionOptions) -> Answer:
    found = facts.holds(at_least=options.min_seconds, lookups=options.silent)
    if len(found) >= options.times:
        return Answer(
            Truth.YES, tuple(Evidence(h.span) for h in found), Message("hold.count", count=len(found))
        )
    return Answer(Truth.NO, (), Message("hold.none"))


def describe(options: HoldConditionOptions) -> Message:
    code = "rule.hold-sounds-silent" if options.silent else "rule.hold-sounds"
    sounds = Message(code, seconds=options.min_seconds)
    if options.times == 1:
        return Message("rule.hold", sounds=sounds)
    return Message("rule.holds", times=options.times, sounds=sounds)


EXAMPLES = (
    Example({}, ("坐席: 您好", "保持: 20", "坐席: 让您久等了"), "yes"),
    Example({}, ("坐席: 您好", "保持: 4", "坐席: 让您久等了"), "no"),
    Example({}, ("坐席: 哪个小区？", "客户: 阳光花园", "静音: 12", "坐席: 在检修"), "yes"),
    Example({}, ("客户: 什么时候能好？", "静音: 12", "坐席: 在检修"), "no"),
)
