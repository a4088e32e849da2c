"""A condition holds that must not hold. Conditions combine: all, any, N of, not, near, flow, ..."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from pipeline.domain import Evidence, Role
from pipeline.messages import Message
from pipeline.rubric.answer import Bar, CheckResult, Truth, failed, passed, undetermined
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.proof import weakness
from pipeline.rubric.window import Options

if TYPE_CHECKING:
    from pipeline.rubric.condition import Condition

ID = "forbid"


class ForbidCheckOptions(Options):
    that: Condition = Field(description="what must not be so")
    role: Role = Field(Role.AGENT, description="who is responsible")


OPTIONS = ForbidCheckOptions


def check(facts: Facts, options: ForbidCheckOptions, bar: Bar) -> CheckResult:
    answer = options.that.ask(facts)
    if answer.truth is Truth.NO:
        return passed(answer.reason or Message("check.not-found"))
    reason = answer.reason or Message("check.found")
    if answer.truth is Truth.UNKNOWN:
        return undetermined(Message("doubt.listen", what=reason), answer.evidence)
    evidence = answer.evidence or (Evidence(facts.timeline.whole, options.role),)
    weak = weakness(facts, answer.evidence, bar)
    if weak:
        return undetermined(Message("doubt.but", what=reason, why=weak), evidence)
    return failed(reason, evidence)


def describe(options: ForbidCheckOptions) -> Message:
    return Message("rule.forbid", what=options.that.describe())


_AGAIN = {"that": {"repeated": {"times": 2}}}

EXAMPLES = (
    Example(_AGAIN, ("坐席: 系统显示放到驿站了", "客户: 没有", "坐席: 系统显示放到驿站了"), "failed"),
    Example(_AGAIN, ("坐席: 系统显示放到驿站了", "客户: 没有", "坐席: 我帮您问一下"), "passed"),
    Example(
        _AGAIN, ("坐席: 系统显示放到驿站了", "坐席: 系统显示放到驿站了"), "undetermined", {"confidence": 0.2}
    ),
    Example(
        {"that": {"phrase": {"codes": ["a"]}}}, ("坐席: [a|甲]",), "undetermined", {"hit_confidence": 0.3}
    ),
)
