"""A condition does not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field, model_validator

from pipeline.messages import Message
from pipeline.rubric.answer import Answer
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.window import Options
from pipeline.rubric.wording import aside

if TYPE_CHECKING:
    from pipeline.rubric.condition import Condition

ID = "not"


class NegationConditionOptions(Options):
    that: Condition = Field(description="the condition that must not hold")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: Any) -> Any:
        """``not: {hold: {}}`` says ``not: {that: {hold: {}}}``."""
        return {"that": given} if isinstance(given, dict) and "that" not in given else given


OPTIONS = NegationConditionOptions


def holds(facts: Facts, options: NegationConditionOptions) -> Answer:
    answer = options.that.ask(facts)
    return Answer(answer.truth.negated, answer.evidence, answer.reason)


def describe(options: NegationConditionOptions) -> Message:
    return Message("rule.not", what=aside(options.that.describe()))


EXAMPLES = (
    Example({"that": {"hold": {}}}, ("坐席: 您好",), "yes"),
    Example({"that": {"hold": {}}}, ("坐席: 您好", "保持: 20", "坐席: 在吗"), "no"),
)
