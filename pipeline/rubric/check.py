"""The model of a check in a rubric file, built from the files in ``checks/``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.messages import Message
from pipeline.rubric import checks
from pipeline.rubric.answer import Bar, CheckResult
from pipeline.rubric.condition import Condition
from pipeline.rubric.facts import Facts
from pipeline.rubric.kinds import Choice, choice_model, discover

CHECK_KINDS = discover(checks)


class CheckChoice(Choice):
    """A check: one kind and its options."""

    def run(self, facts: Facts, bar: Bar) -> CheckResult:
        result: CheckResult = CHECK_KINDS[self.kind].check(facts, self.options, bar)
        return result

    def describe(self) -> Message:
        """When it fails, for people."""
        found: Message = CHECK_KINDS[self.kind].describe(self.options)
        return found


if TYPE_CHECKING:
    Check = CheckChoice
else:
    for _module in CHECK_KINDS.values():
        _module.OPTIONS.model_rebuild(force=True, _types_namespace={"Condition": Condition})
    Check = choice_model("Check", CHECK_KINDS, base=CheckChoice, doc="What is looked for.")
