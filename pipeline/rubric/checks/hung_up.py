"""The agent broke off the call: nobody took leave, and the last words or the tone after them tell."""

from __future__ import annotations

from pydantic import Field

from pipeline.domain import Role
from pipeline.messages import Message
from pipeline.rubric.answer import Bar, CheckResult, failed, passed, undetermined
from pipeline.rubric.ending import Ending, ending
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.proof import WHOSE
from pipeline.rubric.window import Options
from pipeline.rubric.wording import party

ID = "hung-up"


class HungUpCheckOptions(Options):
    by: Role = Field(Role.AGENT, description="who must not break off")


OPTIONS = HungUpCheckOptions


def check(facts: Facts, options: HungUpCheckOptions, bar: Bar) -> CheckResult:
    end = ending(facts)
    if end.ending is Ending.UNKNOWN:
        return undetermined(end.reason, end.evidence)
    if end.ending.value != options.by.value:
        return passed(end.reason)
    last = facts.utterances[-1]
    if last.role_confidence < bar.role:
        return undetermined(Message("doubt.but", what=end.reason, why=WHOSE), end.evidence)
    return failed(end.reason, end.evidence)


def describe(options: HungUpCheckOptions) -> Message:
    return Message("rule.hung-up", who=party(options.by))


EXAMPLES = (
    Example(
        {}, ("客户: [esc-complaint|我要投诉]你！", "坐席: [shirk|你去投诉吧]，我这边就这样了。"), "failed"
    ),
    Example({}, ("客户: 那什么时候能送到？", "坐席: 不清楚。", "保持: 3"), "failed"),
    Example({}, ("客户: 那到底几点能修好？", "坐席: 没什么好说的，挂了。"), "failed"),
    Example({}, ("客户: 知道了，[esc-12315|我打12315]！", "坐席: 好。"), "failed"),
    Example({}, ("客户: 好的", "坐席: [closing|感谢您的致电，再见]"), "passed"),
    Example({}, ("客户: 那算了，我不要了。", "坐席: 行吧。"), "passed"),
    Example({}, ("坐席: 换别家吧", "客户: 没见过你这样的，挂了！"), "passed"),
    Example({}, ("坐席: 师傅明天到。", "客户: 那几点呢？"), "undetermined"),
)
