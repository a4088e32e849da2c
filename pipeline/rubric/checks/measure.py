"""A measured number lies outside its band. What an excuse just before explains does not count."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field, model_validator

from pipeline.domain import Evidence, Measurement, Role, Span, clock
from pipeline.messages import Message, ValueRefused, joined, title
from pipeline.rubric.answer import Bar, CheckResult, failed, passed, undetermined
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.proof import excused
from pipeline.rubric.window import Options
from pipeline.rubric.wording import NOTHING, phrases

ID = "measure"


class Band(Options):
    """From a value on, the fault counts for so many occurrences."""

    at_least: float = Field(description="from this value on")
    weight: int = Field(ge=1, description="so many times the deduction")


class MeasureCheckOptions(Options):
    name: str = Field(description="name of the measure, as in `callinspect export calls`")
    at_least: float | None = Field(None, description="a fault from here on")
    at_most: float | None = Field(None, description="a fault up to here")
    bands: tuple[Band, ...] = Field((), description="graver from here on; needs up_to on the item")
    label: str = Field("", description="what people call it; the name where not given")
    label_en: str = Field("", exclude=True, description="the same in English")
    unit: str = Field("", description="unit shown to people")
    unit_en: str = Field("", exclude=True, description="the same in English")
    span_at_least: float = Field(0.0, ge=0, description="shorter places are not cited as evidence")
    role: Role | None = Field(Role.AGENT, description="who is responsible")
    excused_by: tuple[str, ...] = Field(
        (), description="codes that excuse a place when the agent says them before it"
    )
    excuse_seconds: float = Field(10.0, gt=0, description="how long before the place the excuse may stand")

    @model_validator(mode="after")
    def _some_limit(self) -> MeasureCheckOptions:
        if self.at_least is None and self.at_most is None:
            raise ValueRefused(Message("rubric.no-bound"))
        if [b.at_least for b in self.bands] != sorted(b.at_least for b in self.bands):
            raise ValueRefused(Message("rubric.bands"))
        return self


OPTIONS = MeasureCheckOptions


def check(facts: Facts, options: MeasureCheckOptions, bar: Bar) -> CheckResult:
    label = title(options.label or options.name, options.label_en)
    measured = facts.measurement(options.name)
    if measured is None or measured.value is None:
        return undetermined(Message("check.unmeasured", label=label))
    spans = [s for s in measured.spans if not excused(facts, s, options.excused_by, options.excuse_seconds)]
    value = _after_excuses(measured, measured.value, spans)
    reason = Message("check.measured", label=label, value=value)
    if options.unit:
        unit = title(options.unit, options.unit_en)
        reason = Message("check.measured-in", label=label, value=value, unit=unit)
    high = options.at_least is not None and value >= options.at_least
    low = options.at_most is not None and value <= options.at_most
    if not (high or low) or (measured.spans and not spans):
        return passed(reason if spans or not measured.spans else Message("check.announced", what=reason))
    cited = [s for s in spans if s.duration >= options.span_at_least] or spans or [facts.timeline.whole]
    if measured.spans:
        code = "check.measured-from" if len(cited) > 1 else "check.measured-at"
        reason = Message(code, what=reason, at=clock(cited[0].start))
    evidence = tuple(Evidence(s, options.role) for s in cited)
    return failed(reason, evidence, weight=_weight(value, options))


def _after_excuses(measured: Measurement, value: float, spans: Sequence[Span]) -> float:
    """A count without the excused places; any other number stays."""
    excused_places = len(measured.spans) - len(spans)
    return value - excused_places if measured.unit == "count" else value


def _weight(value: float, options: MeasureCheckOptions) -> int | None:
    if not options.bands:
        return None
    return max((b.weight for b in options.bands if value >= b.at_least), default=1)


def describe(options: MeasureCheckOptions) -> Message:
    low, high = options.at_least, options.at_most
    limits = joined(
        "join.either",
        (
            None if low is None else Message("rule.reaches", value=_value(options, low)),
            None if high is None else Message("rule.at-most", value=_value(options, high)),
        ),
    )
    graver = (
        Message("rule.counts-times", value=_value(options, band.at_least), weight=band.weight)
        for band in options.bands
    )
    seconds, said = options.excuse_seconds, phrases(options.excused_by)
    excused = Message("rule.excused", seconds=seconds, what=said) if options.excused_by else None
    label = title(options.label or options.name, options.label_en)
    what = joined("join.semicolon", (limits, *graver, excused))
    return Message("rule.measured", label=label, what=what or NOTHING)


def _value(options: MeasureCheckOptions, value: float) -> Message:
    if not options.unit:
        return Message("rule.number", value=value)
    return Message("rule.with-unit", value=value, unit=title(options.unit, options.unit_en))


_TALK = {"name": "talk_share_agent", "at_least": 0.9}

EXAMPLES = (
    Example(_TALK, ("坐席: 您好",), "failed", {"measures": {"talk_share_agent": 0.95}}),
    Example(_TALK, ("坐席: 您好",), "passed", {"measures": {"talk_share_agent": 0.5}}),
    Example(_TALK, ("坐席: 您好",), "undetermined", {"measures": {"talk_share_agent": None}}),
    Example(_TALK, ("坐席: 您好",), "undetermined"),
)
