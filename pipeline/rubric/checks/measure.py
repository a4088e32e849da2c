"""A measured number lies outside its band."""

from __future__ import annotations

from pydantic import Field, model_validator

from pipeline.domain import Evidence, Role
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.proof import clock
from pipeline.rubric.verdict import Bar, Verdict, failed, passed, undetermined
from pipeline.rubric.window import Options as Base

ID = "measure"


class Options(Base):
    name: str = Field(description="name of the measure, as in `callinspect export calls`")
    at_least: float | None = Field(None, description="a fault from here on")
    at_most: float | None = Field(None, description="a fault up to here")
    label: str = Field("", description="what people call it; the name where not given")
    unit: str = Field("", description="unit shown to people")
    span_at_least: float = Field(0.0, ge=0, description="shorter places are not cited as evidence")
    role: Role | None = Field(Role.AGENT, description="who is responsible")

    @model_validator(mode="after")
    def _some_limit(self) -> Options:
        if self.at_least is None and self.at_most is None:
            raise ValueError("give at_least, at_most or both")
        return self


def check(facts: Facts, options: Options, bar: Bar) -> Verdict:
    label = options.label or options.name
    measured = next((m for m in facts.measures if m.name == options.name), None)
    if measured is None or measured.value is None:
        return undetermined(f"{label}无法测量")
    value = measured.value
    reason = f"{label}{value:g}{options.unit}"
    high = options.at_least is not None and value >= options.at_least
    low = options.at_most is not None and value <= options.at_most
    if not (high or low):
        return passed(reason)
    spans = [s for s in measured.spans if s.duration >= options.span_at_least] or [facts.whole]
    evidence = tuple(Evidence(s, options.role) for s in spans)
    if measured.spans:
        reason += f"（{clock(spans[0].start)}{'起' if len(spans) > 1 else ''}）"
    return failed(reason, evidence)


_TALK = {"name": "talk_share_agent", "at_least": 0.9}

EXAMPLES = (
    Example(_TALK, ("坐席: 您好",), "failed", {"measures": {"talk_share_agent": 0.95}}),
    Example(_TALK, ("坐席: 您好",), "passed", {"measures": {"talk_share_agent": 0.5}}),
    Example(_TALK, ("坐席: 您好",), "undetermined", {"measures": {"talk_share_agent": None}}),
    Example(_TALK, ("坐席: 您好",), "undetermined"),
)
