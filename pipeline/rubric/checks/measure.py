"""A measured number lies outside its band. What an excuse just before explains does not count."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field, model_validator

from pipeline.domain import Evidence, Measurement, Role, Span
from pipeline.messages import Lang, Message, title
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.proof import clock, excused
from pipeline.rubric.verdict import Bar, Verdict, failed, passed, undetermined
from pipeline.rubric.window import Options
from pipeline.rubric.wording import phrases

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
            raise ValueError("give at_least, at_most or both")
        if [b.at_least for b in self.bands] != sorted(b.at_least for b in self.bands):
            raise ValueError("bands must rise; sort them by at_least")
        return self


OPTIONS = MeasureCheckOptions


def check(facts: Facts, options: MeasureCheckOptions, bar: Bar) -> Verdict:
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


def told(options: MeasureCheckOptions, lang: Lang = "zh") -> str:
    label = options.label or options.name
    if lang != "zh":
        return _told_in_english(options, options.label_en or label)
    low = f"达到{options.at_least:g}{options.unit}" if options.at_least is not None else ""
    high = f"不超过{options.at_most:g}{options.unit}" if options.at_most is not None else ""
    graver = "".join(f"；达到{b.at_least:g}{options.unit}按{b.weight}次算" for b in options.bands)
    said = phrases(options.excused_by, lang)
    but = f"；之前{options.excuse_seconds:g}秒内说了{said}的不算" if options.excused_by else ""
    return f"{label}{'或'.join(filter(None, (low, high)))}{graver}{but}"


def _told_in_english(options: MeasureCheckOptions, label: str) -> str:
    unit = f" {options.unit_en}" if options.unit_en else ""
    low = f"{options.at_least:g}{unit} or more" if options.at_least is not None else ""
    high = f"{options.at_most:g}{unit} or less" if options.at_most is not None else ""
    graver = "".join(f"; from {b.at_least:g}{unit} on it counts {b.weight} times" for b in options.bands)
    said = phrases(options.excused_by, "en")
    but = f"; not where {said} came within {options.excuse_seconds:g} s before" if options.excused_by else ""
    return f"{label}: {' or '.join(filter(None, (low, high)))}{graver}{but}"


_TALK = {"name": "talk_share_agent", "at_least": 0.9}

EXAMPLES = (
    Example(_TALK, ("坐席: 您好",), "failed", {"measures": {"talk_share_agent": 0.95}}),
    Example(_TALK, ("坐席: 您好",), "passed", {"measures": {"talk_share_agent": 0.5}}),
    Example(_TALK, ("坐席: 您好",), "undetermined", {"measures": {"talk_share_agent": None}}),
    Example(_TALK, ("坐席: 您好",), "undetermined"),
)
