"""Nobody talks for so long, so often; holds do not count."""

from __future__ import annotations

from pydantic import Field

from pipeline.domain import Evidence, Role
from pipeline.messages import Lang
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.pauses import silences
from pipeline.rubric.verdict import Answer, Truth
from pipeline.rubric.window import Options as Base
from pipeline.rubric.wording import pick

ID = "silence"


class Options(Base):
    min_seconds: float = Field(gt=0, description="shorter ones do not count")
    times: int = Field(1, ge=1, description="how many")
    owed_by: Role | None = Field(None, description="who should have spoken; anyone where not given")


def holds(facts: Facts, options: Options) -> Answer:
    found = silences(facts, at_least=options.min_seconds, owed_by=options.owed_by)
    if len(found) >= options.times:
        return Answer(Truth.YES, tuple(Evidence(s, options.owed_by) for s in found), f"静音{len(found)}次")
    return Answer(Truth.NO, (), f"没有{options.times}次{options.min_seconds:g}秒以上的静音")


def told(options: Options, lang: Lang = "zh") -> str:
    n, s = options.times, options.min_seconds
    return pick(lang, f"有{n}次以上{s:g}秒以上的静音", f"{n} silences or more of {s:g} s or more")


EXAMPLES = (
    Example({"min_seconds": 5}, ("客户: 喂", "静音: 6", "坐席: 您好"), "yes"),
    Example({"min_seconds": 5}, ("客户: 喂", "静音: 4", "坐席: 您好"), "no"),
    Example({"min_seconds": 5, "owed_by": "customer"}, ("客户: 喂", "静音: 6", "坐席: 您好"), "no"),
)
