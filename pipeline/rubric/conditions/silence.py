"""Nobody talks for so long, so often; holds do not count."""

from __future__ import annotations

from pydantic import Field

from pipeline.domain import Evidence, Role
from pipeline.messages import Lang, Message
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.verdict import Answer, Truth
from pipeline.rubric.window import Options
from pipeline.rubric.wording import pick

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


def told(options: SilenceConditionOptions, lang: Lang = "zh") -> str:
    n, s = options.times, options.min_seconds
    return pick(lang, f"有{n}次以上{s:g}秒以上的静音", f"{n} silences or more of {s:g} s or more")


EXAMPLES = (
    Example({"min_seconds": 5}, ("客户: 喂", "静音: 6", "坐席: 您好"), "yes"),
    Example({"min_seconds": 5}, ("客户: 喂", "静音: 4", "坐席: 您好"), "no"),
    Example({"min_seconds": 5, "owed_by": "customer"}, ("客户: 喂", "静音: 6", "坐席: 您好"), "no"),
)
