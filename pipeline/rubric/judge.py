"""From rubric and facts to one result per item."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.domain import Outcome
from pipeline.messages import Message
from pipeline.rubric.answer import CheckResult, Truth, not_applicable, undetermined
from pipeline.rubric.condition import Condition
from pipeline.rubric.facts import Facts
from pipeline.rubric.gate import in_force
from pipeline.rubric.sheet import Criterion, Item, Rubric, SheetSection


@dataclass(frozen=True, slots=True)
class Judged:
    """An item of the sheet and what it came to on this call."""

    section: SheetSection
    criterion: Criterion
    item: Item
    result: CheckResult

    @property
    def failed(self) -> bool:
        return self.result.outcome is Outcome.FAILED


def judge(rubric: Rubric, facts: Facts) -> Iterator[Judged]:
    """Every item of the sheet in order."""
    for section in rubric.sections:
        skip_section = excluded(section.when, facts)
        for criterion in section.criteria:
            skip = skip_section or excluded(criterion.when, facts)
            for item in criterion.items:
                yield Judged(section, criterion, item, skip or judge_item(rubric, item, facts))


def judge_item(rubric: Rubric, item: Item, facts: Facts) -> CheckResult:
    """One item, its own prerequisite and dates included."""
    day = facts.call.started_at.date() if facts.call.started_at else None
    if not in_force(day, item.valid_from, item.valid_until):
        return not_applicable(Message("check.not-in-force"))
    return excluded(item.when, facts) or item.check.run(facts, rubric.bars[item.severity])


def excluded(when: Condition | None, facts: Facts) -> CheckResult | None:
    """The result where a prerequisite does not hold or is not known; None where it holds."""
    if when is None:
        return None
    answer = when.ask(facts)
    if answer.truth is Truth.YES:
        return None
    if answer.truth is Truth.NO:
        return not_applicable(answer.reason or Message("check.condition-fails"))
    return undetermined(
        Message("doubt.applies", why=answer.reason or Message("doubt.evidence")), answer.evidence
    )
