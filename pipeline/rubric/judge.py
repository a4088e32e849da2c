"""From rubric and facts to one result per item."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pipeline.domain import Outcome
from pipeline.domain.finding import ASKED, REQUIRED
from pipeline.messages import Message
from pipeline.rubric.answer import CheckResult, Truth, not_applicable, undetermined
from pipeline.rubric.condition import Condition
from pipeline.rubric.facts import Facts
from pipeline.rubric.gate import in_force
from pipeline.rubric.sheet import Criterion, Item, Rubric, SheetSection

SECOND_AGENT = Message("doubt.second-agent")
"""Another agent than the call's said it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An item of the sheet and what it came to on this call."""

    section: SheetSection
    criterion: Criterion
    item: Item
    result: CheckResult
    only_flags: bool = False
    """Found, shown and sent to a person, but it takes no points."""

    @property
    def failed(self) -> bool:
        return self.result.outcome is Outcome.FAILED

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
                result = _asked(item, facts, skip or judge_item(rubric, item, facts))
                sure = _as_far_as_roles_are_sure(result, facts)
                yield Judged(section, criterion, item, sure, item.id in only_flag)


def judge_item(rubric: Rubric, item: Item, facts: Facts) -> CheckResult:
    """One item, its own prerequisite and dates included."""
    day = facts.call.started_at.date() if facts.call.started_at else None
    if not in_force(day, item.valid_from, item.valid_until):
        return not_applicable(Message("check.not-in-force"))
    skip = excluded(item.when, facts)
    if item.check is None:
        return _asked(item, facts, skip or not_applicable(Message("check.asked")))
    return skip or item.check.run(facts, rubric.bars[item.severity])


def _asked(item: Item, facts: Facts, result: CheckResult) -> CheckResult:
    """What an item for people comes to before any of them has spoken: nothing, and that it is asked.

    Where it is in doubt whether it applies, a person can tell.
    """
    if item.person is None or item.check is not None:
        return result
    queue = facts.call.queue
    known = result.reason is not None and result.reason.code in (ASKED, REQUIRED)
    if result.outcome is Outcome.NOT_APPLICABLE and not known:
        return result
    if not item.person.asked(queue):
        return not_applicable(Message("check.not-asked"))
    return not_applicable(Message("check.required") if item.person.must(queue) else Message("check.asked"))


def _as_far_as_roles_are_sure(result: CheckResult, facts: Facts) -> CheckResult:
    """The result, or that nothing can be said because it is not known whose words these are.

    Where the witnesses of the roles disagree, nobody is accused and nobody acquitted. Where a second agent
    speaks, what was found there is not the first one's doing.
    """
    if result.outcome not in (Outcome.PASSED, Outcome.FAILED):
        return result
    if facts.roles.doubtful:
        return undetermined(_why_doubtful(facts), result.evidence)
    theirs = facts.roles.second_agent
    if result.outcome is Outcome.FAILED and any(e.span & s for e in result.evidence for s in theirs):
        return undetermined(SECOND_AGENT, result.evidence)
    return result


def _why_doubtful(facts: Facts) -> Message:
    if facts.roles.stranger:
        return Message("doubt.stranger")
    if facts.roles.third_voice:
        return Message("doubt.third-voice")
    if facts.roles.like_voices:
        return Message("doubt.like-voices")
    return Message("doubt.sides" if facts.roles.sides_doubtful else "doubt.roles")


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
