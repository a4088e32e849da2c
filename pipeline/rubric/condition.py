"""The model of a condition in a rubric file, built from the files in ``conditions/``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.messages import Message
from pipeline.rubric import conditions
from pipeline.rubric.answer import Answer
from pipeline.rubric.facts import Facts
from pipeline.rubric.kinds import Choice, choice_model, discover

CONDITION_KINDS = discover(conditions)


class ConditionChoice(Choice):
    """A condition: one kind and its options."""

    def ask(self, facts: Facts) -> Answer:
        answer: Answer = CONDITION_KINDS[self.kind].holds(facts, self.options)
        return answer

    def describe(self) -> Message:
        """For people."""
        found: Message = CONDITION_KINDS[self.kind].describe(self.options)
        return found


if TYPE_CHECKING:
    Condition = ConditionChoice
else:
    Condition = choice_model(
        "Condition", CONDITION_KINDS, base=ConditionChoice, doc="A condition on the call."
    )
    for _module in CONDITION_KINDS.values():
        _module.OPTIONS.model_rebuild(force=True, _types_namespace={"Condition": Condition})
    Condition.model_rebuild(force=True, _types_namespace={"Condition": Condition})
