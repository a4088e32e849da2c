"""Every one of several conditions holds."""

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

ID = "all"


class AllOfConditionOptions(Options):
    of: tuple[Condition, ...] = Field(min_length=1, description="the conditions")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: Any) -> Any:
        """A bare list is the conditions."""
        return {"of": given} if isinstance(given, list) else given


OPTIONS = AllOfConditionOptions


def holds(facts: Facts, options: AllOfConditionOptions) -> Answer:
    answers = [condition.ask(facts) for condition in options.of]
    for truth in (Truth.NO, Truth.UNKNOWN):
        for answer in answers:
            if answer.truth is truth:
                return answer
    reason = joined("join.and", (a.reason for a in answers))
    return Answer(Truth.YES, tuple(e for a in answers for e in a.evidence), reason)


def describe(options: AllOfConditionOptions) -> Message:
    return Message("join.all", parts=tuple(aside(c.describe()) for c in options.of))


EXAMPLES = (
    Example(
        {"of": [{"call": {"direction": "inbound"}}, {"hold": {}}]},
        ("坐席: 您好", "保持: 20", "坐席: 让您久等了"),
        "yes",
        {"direction": "inbound"},
    ),
    Example(
        {"of": [{"call": {"direction": "inbound"}}, {"hold": {}}]},
        ("坐席: 您好",),
        "no",
        {"direction": "inbound"},
    ),
)
