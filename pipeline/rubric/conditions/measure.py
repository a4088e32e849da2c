"""A measured number lies in a band."""

from __future__ import annotations

from pydantic import Field, model_validator

from pipeline.domain import Evidence
from pipeline.messages import Message, ValueRefused, joined, title
from pipeline.rubric.answer import Answer, Truth
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.window import Options
from pipeline.rubric.wording import NOTHING

ID = "measure"


class MeasureConditionOptions(Options):
    name: str = Field(description="name of the measure, as in `callinspect export calls`")
    label: str = Field("", exclude=True, description="what people call it; the name where not given")
    label_en: str = Field("", exclude=True, description="the same in English")
    at_least: float | None = Field(None, description="lower end of the band, included")
    at_most: float | None = Field(None, description="upper end of the band, included")

    @model_validator(mode="after")
    def _some_limit(self) -> MeasureConditionOptions:
        if self.at_least is None and self.at_most is None:
            raise ValueRefused(Message("rubric.no-bound"))
        return self


OPTIONS = MeasureConditionOptions


def holds(facts: Facts, options: MeasureConditionOptions) -> Answer:
    measured = facts.measurement(options.name)
    if measured is None or measured.value is None:
        return Answer(Truth.UNKNOWN, (), Message("check.unmeasured", label=options.name))
    low = options.at_least is None or measured.value >= options.at_least
    high = options.at_most is None or measured.value <= options.at_most
    truth = Truth.YES if low and high else Truth.NO
    reason = Message("check.measure-is", name=options.name, value=measured.value)
    return Answer(truth, tuple(Evidence(s) for s in measured.spans), reason)


def describe(options: MeasureConditionOptions) -> Message:
    low, high = options.at_least, options.at_most
    band = joined(
        "join.both",
        (
            None if low is None else Message("rule.not-below", value=low),
            None if high is None else Message("rule.not-above", value=high),
        ),
    )
    label = title(options.label or options.name, options.label_en)
    return Message("rule.measured", label=label, what=band or NOTHING)


EXAMPLES = (
    Example(
        {"name": "talk_share_agent", "at_least": 0.5},
        ("坐席: 您好",),
        "yes",
        {"measures": {"talk_share_agent": 0.7}},
    ),
    Example(
        {"name": "talk_share_agent", "at_least": 0.5},
        ("坐席: 您好",),
        "no",
        {"measures": {"talk_share_agent": 0.3}},
    ),
    Example({"name": "talk_share_agent", "at_least": 0.5}, ("坐席: 您好",), "unknown"),
)
