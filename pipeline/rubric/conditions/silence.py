"""Nobody talks for so long, so often; holds do not count."""

from __future__ import annotations

from pydantic import Field

from pipeline.domain import Evidence, Role
from pipeline.messages import Message
from pipeline.rubric.answer import Answer, Truth
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.window import Options

ID = "silence"


class SilenceConditionOptions(Options):
    min_seconds: float = Field(gt=0, description="shorter ones do not count")
    times: int = Field(1, ge=1, description="how many")
    owed_by: Role | None = Field(None, description="who should have spoken; anyone where not given")


OPTIONS = SilenceConditionOptions


def holds(facts: Facts, options: SilenceConditionOptions) -> Answer:
    found = facts.dead_air(at_least=options.min_seconds, owed_by=options.owed_by)
    none = Message("silence.fewer", count=options.times, seconds=options.min_seconds)
    if len(found) >= options.times:
        return Answer(
            Truth.YES,
            tuple(Evidence(s, options.owed_by) for s in found),
            Message("silence.count", count=len(found)),
        )
    return Answer(Truth.NO, (), none)


def describe(options: SilenceConditionOptions) -> Message:
    return Message("rule.silences", times=options.times, seconds=options.min_seconds)


EXAMPLES = (
    Example({"min_seconds": 5}, ("客户: 喂", "静音: 6", "坐席: 您好"), "yes"),
    Example({"min_seconds": 5}, ("客户: 喂", "静音: 4", "坐席: 您好"), "no"),
    Example({"min_seconds": 5, "owed_by": "customer"}, ("客户: 喂", "静音: 6", "坐席: 您好"), "no"),
)
