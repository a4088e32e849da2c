"""Silence that kept the customer waiting: so long, so often. A hold is not silence; an excuse excuses it."""

from __future__ import annotations

from pydantic import Field

from pipeline.conversation.waiting import due_to_speak
from pipeline.domain import Evidence, Role, clock
from pipeline.messages import Message
from pipeline.rubric.answer import Bar, CheckResult, failed, passed, undetermined
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.proof import excused
from pipeline.rubric.window import Options
from pipeline.rubric.wording import party, phrases

ID = "silence"


class SilenceCheckOptions(Options):
    min_seconds: float = Field(gt=0, description="shorter ones do not count")
    below_seconds: float | None = Field(None, gt=0, description="this long and longer do not count")
    at_least: int = Field(1, ge=1, description="how many it takes to be a fault")
    owed_by: Role | None = Field(Role.AGENT, description="who should have spoken; anyone where null")
    excused_by: tuple[str, ...] = Field(
        (), description="codes that excuse a silence when the agent says them before it"
    )
    excuse_seconds: float = Field(15.0, gt=0, description="how long before the silence the excuse may stand")


OPTIONS = SilenceCheckOptions


def check(facts: Facts, options: SilenceCheckOptions, bar: Bar) -> CheckResult:
    if not facts.timeline.talk:
        return undetermined(Message("silence.no-voices"))
    found = facts.dead_air(at_least=options.min_seconds, below=options.below_seconds, owed_by=options.owed_by)
    counted = [s for s in found if not excused(facts, s, options.excused_by, options.excuse_seconds)]
    if len(counted) < options.at_least:
        longest = max((s.duration for s in found), default=0.0)
        if not found:
            return passed(Message("silence.none", seconds=options.min_seconds))
        return passed(Message("silence.longest", seconds=longest))
    evidence = tuple(Evidence(s, options.owed_by) for s in counted)
    longest_one = max(counted, key=lambda s: s.duration)
    at, seconds = clock(longest_one.start), longest_one.duration
    reason = Message("silence.one", at=at, seconds=seconds)
    if len(counted) > 1:
        reason = Message("silence.several", count=len(counted), at=at, seconds=seconds)
    due = {due_to_speak(facts.timeline, silence) for silence in counted}
    if options.owed_by is not None and due == {Role.UNKNOWN}:
        return undetermined(Message("doubt.but", what=reason, why=Message("doubt.whose-turn")), evidence)
    return failed(reason, evidence)


def describe(options: SilenceCheckOptions) -> Message:
    length = Message("rule.length", seconds=options.min_seconds)
    if options.below_seconds:
        length = Message("rule.length-below", seconds=options.min_seconds, below=options.below_seconds)
    what = Message("rule.silence-of", length=length)
    if options.at_least > 1:
        what = Message("rule.silences-of", length=length, times=options.at_least)
    if options.owed_by:
        what = Message("rule.silence-owed", what=what, who=party(options.owed_by))
    if not options.excused_by:
        return Message("rule.silence", what=what)
    said = phrases(options.excused_by)
    return Message("rule.silence-excused", what=what, seconds=options.excuse_seconds, said=said)


_DEAD_AIR = {"min_seconds": 8, "excused_by": ["hold-ask"]}
_FREQUENT = {"min_seconds": 3, "below_seconds": 8, "at_least": 2}

EXAMPLES = (
    Example(_DEAD_AIR, ("客户: 什么时候能修好？", "静音: 9", "坐席: 等通知吧"), "failed"),
    Example(_DEAD_AIR, ("客户: 什么时候能修好？", "静音: 7", "坐席: 等通知吧"), "passed"),
    Example(_DEAD_AIR, ("客户: 帮我查", "坐席: [hold-ask|请稍等]", "静音: 9", "坐席: 查到了"), "passed"),
    Example(_DEAD_AIR, ("坐席: 请问卡号是多少？", "静音: 12", "客户: 六二二二"), "passed"),
    Example(_DEAD_AIR, ("某人: 什么时候能修好", "静音: 9", "某人: 等通知吧"), "undetermined"),
    Example(_FREQUENT, ("客户: 喂", "静音: 4", "坐席: 嗯", "静音: 5", "坐席: 你好"), "failed"),
    Example(_FREQUENT, ("客户: 喂", "静音: 4", "坐席: 嗯", "静音: 9", "坐席: 你好"), "passed"),
)
