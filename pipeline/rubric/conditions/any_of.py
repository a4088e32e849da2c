"""At least one (or N) of several conditions holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field, model_validator

from pipeline.messages import Message, joined
from pipeline.rubric.answer import Answer, Truth
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.window import Options
from pipeline.rubric.wording import aside

if TYPE_CHECKING:
    from pipeline.rubric.condition import Condition

ID = "any"


class AnyOfConditionOptions(Options):
    of: tuple[Condition, ...] = Field(min_length=1, description="the conditions")
    at_least: int = Field(1, ge=1, description="how many of them must hold")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: Any) -> Any:
        """A bare list is the conditions."""
        return {"of": given} if isinstance(given, list) else given


OPTIONS = AnyOfConditionOptions


def holds(facts: Facts, options: AnyOfConditionOptions) -> Answer:
    answers = [condition.ask(facts) for condition in options.of]
    true = [a for a in answers if a.truth is Truth.YES]
    possible = len(true) + sum(a.truth is Truth.UNKNOWN for a in answers)
    if len(true) >= options.at_least:
        reason = joined("join.comma", (a.reason for a in true))
        return Answer(Truth.YES, tuple(e for a in true for e in a.evidence), reason)
    if possible >= options.at_least:
        unknown = [a for a in answers if a.truth is Truth.UNKNOWN]
        return Answer(Truth.UNKNOWN, tuple(e for a in unknown for e in a.evidence), unknown[0].reason)
    return Answer(Truth.NO, (), joined("join.semicolon", dict.fromkeys(a.reason for a in answers)))


def describe(options: AnyOfConditionOptions) -> Message:
    what = Message("join.or", parts=tuple(aside(c.describe()) for c in options.of))
    return what if options.at_least == 1 else Message("rule.at-least", least=options.at_least, what=what)


EXAMPLES = (
    Example({"of": [{"hold": {}}, {"phrase": {"codes": ["praise"]}}]}, ("客户: [praise|你服务真好]",), "yes"),
    Example({"of": [{"hold": {}}, {"phrase": {"codes": ["praise"]}}]}, ("客户: 喂",), "no"),
    Example(
        {"of": [{"hold": {}}, {"phrase": {"codes": ["praise"]}}], "at_least": 2},
        ("客户: [praise|你服务真好]",),
        "no",
    ),
)
