"""The customer was put on hold: music, tones, an announced wait, or a long silent look-up."""

from __future__ import annotations

from pydantic import Field

from pipeline.conversation.announcement import LONG_HOLD_S
from pipeline.domain import Evidence
from pipeline.messages import Lang, Message
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.verdict import Answer, Truth
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


def told(options: HoldConditionOptions, lang: Lang = "zh") -> str:
    if lang != "zh":
        silent = ", or a silent look-up" if options.silent else ""
        many = "a hold" if options.times == 1 else f"{options.times} holds or more"
        return f"there is {many} (music, tones or waiting of {options.min_seconds:g} s or more{silent})"
    many = "" if options.times == 1 else f"{options.times}次以上"
    silent = "或静默查询" if options.silent else ""
    return f"有{many}通话保持（{options.min_seconds:g}秒以上的音乐、提示音、等待{silent}）"


EXAMPLES = (
    Example({}, ("坐席: 您好", "保持: 20", "坐席: 让您久等了"), "yes"),
    Example({}, ("坐席: 您好", "保持: 4", "坐席: 让您久等了"), "no"),
    Example({}, ("坐席: 哪个小区？", "客户: 阳光花园", "静音: 12", "坐席: 在检修"), "yes"),
    Example({}, ("客户: 什么时候能好？", "静音: 12", "坐席: 在检修"), "no"),
)
