"""A condition does not hold that must hold. Conditions combine: all, any, N of, not, near, flow, ..."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from pipeline.domain import Evidence, Role
from pipeline.messages import Message
from pipeline.rubric.answer import Bar, CheckResult, Truth, failed, passed, undetermined
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.proof import poor_hearing, weakness
from pipeline.rubric.window import Options

if TYPE_CHECKING:
    from pipeline.rubric.condition import Condition

ID = "demand"


class DemandCheckOptions(Options):
    that: Condition = Field(description="what must be so")
    say: str = Field("", description="what should have been said: shown to people as the better wording")
    role: Role = Field(Role.AGENT, description="who is responsible")


OPTIONS = DemandCheckOptions


def check(facts: Facts, options: DemandCheckOptions, bar: Bar) -> CheckResult:
    answer = options.that.ask(facts)
    if answer.truth is Truth.YES:
        return passed(answer.reason or Message("check.done"), answer.evidence)
    reason = answer.reason or Message("check.not-done")
    whole = facts.timeline.whole
    evidence = answer.evidence or (Evidence(whole, options.role, "", options.say or None),)
    if answer.truth is Truth.UNKNOWN:
        return undetermined(Message("doubt.listen", what=reason), evidence)
    weak = poor_hearing(facts, options.role, whole, bar) or weakness(facts, answer.evidence, bar)
    if weak:
        return undetermined(Message("doubt.but", what=reason, why=weak), evidence)
    return failed(reason, evidence)


def describe(options: DemandCheckOptions) -> Message:
    what = options.that.describe()
    if options.say:
        return Message("rule.demand-such-as", what=what, say=options.say)
    return Message("rule.demand", what=what)


_ORDER = {
    "that": {
        "flow": {"steps": [{"codes": ["identity"], "role": "agent"}, {"pattern": "余额", "role": "agent"}]}
    }
}

EXAMPLES = (
    Example(_ORDER, ("坐席: [identity|核实一下身份]", "客户: 好", "坐席: 余额三百块"), "passed"),
    Example(_ORDER, ("坐席: 余额三百块", "坐席: [identity|核实一下身份]"), "failed"),
    Example(_ORDER, ("坐席: 余额三百块",), "undetermined", {"confidence": 0.1}),
)
