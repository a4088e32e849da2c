"""From rubric and facts to one verdict per item."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pipeline.domain import Outcome
from pipeline.messages import Message
from pipeline.rubric.condition import Condition
from pipeline.rubric.facts import Facts
from pipeline.rubric.gate import in_force
from pipeline.rubric.sheet import Criterion, Item, Rubric, SheetSection
from pipeline.rubric.verdict import Truth, Verdict, not_applicable, undetermined


@dataclass(frozen=True, slots=True)
class Judged:
    """An item of the sheet and what it came to on this call."""

    section: SheetSection
    criterion: Criterion
    item: Item
    verdict: Verdict
    only_flags: bool = False
    """Found, shown and sent to a person, but it takes no points."""

    @property
    def failed(self) -> bool:
        return self.verdict.outcome is Outcome.FAILED

    @property
    def costs(self) -> bool:
        """Failed, and takes points for it."""
        return self.failed and not self.only_flags


def judge(rubric: Rubric, facts: Facts, only_flag: Collection[str] = ()) -> Iterator[Judged]:
    """Every item of the sheet in order; those of ``only_flag`` take no points."""
    for section in rubric.sections:
        skip_section = excluded(section.when, facts)
        for criterion in section.criteria:
            skip = skip_section or excluded(criterion.when, facts)
            for item in criterion.items:
                verdict = skip or judge_item(rubric, item, facts)
                yield Judged(section, criterion, item, verdict, item.id in only_flag)


def judge_item(rubric: Rubric, item: Item, facts: Facts) -> Verdict:
    """One item, its own prerequisite and dates included."""
    day = facts.call.started_at.date() if facts.call.started_at else None
    if not in_force(day, item.valid_from, item.valid_until):
        return not_applicable(Message("check.not-in-force"))
    return excluded(item.when, facts) or item.check.run(facts, rubric.bars[item.severity])


def excluded(when: Condition | None, facts: Facts) -> Verdict | None:
    """The verdict where a prerequisite does not hold or is not known; None where it holds."""
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
