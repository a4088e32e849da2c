"""The score of a call with people's verdicts in it, by the arithmetic of its own rubric.

Overturned counts as passed, confirmed as failed, unsure and disputed as undetermined (which costs nobody
points), added as failed once for each place that was added. Points, caps, fatal items, sections and bonus
work as they do for the machine. A criterion that the machine held not applicable and in which a person found
a violation takes its points, but adds nothing to what could be reached: an addition never raises a score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.domain import (
    Addition,
    Evidence,
    Finding,
    FindingVerdict,
    LedgerEntry,
    Outcome,
    Scorecard,
    Section,
)
from pipeline.review.folding import outcome_with
from pipeline.rubric.arithmetic import Earned, Sum, add_up
from pipeline.rubric.judge import Judged
from pipeline.rubric.sheet import Rubric
from pipeline.rubric.verdict import Verdict as Checked

NO_RULES = "no-rules"
"""The text of the rubric that judged the call is not kept."""
NOT_REPRODUCED = "not-reproduced"
"""The kept findings do not give the machine's own score by that rubric."""
_CENT = 0.005


@dataclass(frozen=True, slots=True)
class Effective:
    """What the call scores with the verdicts in it."""

    score: float | None
    passed: bool | None
    fatal: bool = False
    ledger: tuple[LedgerEntry, ...] = ()
    sections: tuple[Section, ...] = ()
    reason: str | None = None
    """Why there is no score although the machine gave one: NO_RULES or NOT_REPRODUCED."""
    changed: bool = False
    """Whether people's verdicts change the machine's findings at all."""


def changes(card: Scorecard, verdicts: Mapping[str, FindingVerdict]) -> bool:
    """Whether the verdicts change any outcome, or add a place to one."""
    return any(
        (held := verdicts.get(f.criterion)) is not None
        and held.holds(f.outcome)
        and (outcome_with(f.outcome, held) is not f.outcome or bool(held.additions))
        for f in card.findings
    )


def effective(card: Scorecard, verdicts: Mapping[str, FindingVerdict], rubric: Rubric | None) -> Effective:
    """Score a card again with these verdicts.

    ``rubric`` is the one that made the card, None where it is lost.

    Without verdicts that change anything this is the machine's score exactly.
    """
    if card.score is None or not changes(card, verdicts):
        return Effective(card.score, card.passed, card.fatal, card.ledger, card.sections)
    if rubric is None:
        return Effective(None, None, reason=NO_RULES, changed=True)
    found = {f.criterion: f for f in card.findings}
    machine = _sum(rubric, found, {})
    if machine is None or abs(machine.score - card.score) > _CENT:
        return Effective(None, None, reason=NOT_REPRODUCED, changed=True)
    total = _sum(rubric, found, verdicts)
    if total is None:  # cannot be: a sheet that had a score keeps its criteria
        return Effective(None, None, reason=NOT_REPRODUCED, changed=True)
    passed = not total.fatal and total.score >= rubric.pass_mark
    return Effective(total.score, passed, total.fatal, total.ledger, total.sections, changed=True)


def _sum(rubric: Rubric, found: Mapping[str, Finding], verdicts: Mapping[str, FindingVerdict]) -> Sum | None:
    judged = [
        Judged(section, criterion, item, _checked(found[item.id], verdicts.get(item.id)))
        for section in rubric.sections
        for criterion in section.criteria
        for item in criterion.items
        if item.id in found
    ]
    earned = [
        Earned(bonus, found[bonus.id].evidence)
        for bonus in rubric.bonus
        if bonus.id in found and found[bonus.id].outcome is Outcome.PASSED
    ]
    return add_up(rubric, judged, (e for e in earned if e.evidence), beyond=_beyond(rubric, found))


def _beyond(rubric: Rubric, found: Mapping[str, Finding]) -> frozenset[str]:
    """Criteria that did not apply for the machine."""
    none = Outcome.NOT_APPLICABLE
    return frozenset(
        c.id for c in rubric.criteria if all(found[i.id].outcome is none for i in c.items if i.id in found)
    )


def _checked(finding: Finding, held: FindingVerdict | None) -> Checked:
    """What the item comes to, as a check would have said it."""
    if held is not None and not held.holds(finding.outcome):
        held = None
    outcome = outcome_with(finding.outcome, held) or finding.outcome
    if outcome is not Outcome.FAILED:
        return Checked(outcome, (), finding.reason)
    more = evidence(held.additions) if held is not None else ()
    if finding.outcome is Outcome.FAILED:
        weight = None if finding.weight is None else finding.weight + len(more)
        return Checked(outcome, finding.evidence + more, finding.reason, weight)
    # A person's word, not the machine's doubts, is what counts: once, or as often as places were named.
    return Checked(outcome, more or finding.evidence, finding.reason, max(1, len(more)))


def evidence(places: Sequence[Addition]) -> tuple[Evidence, ...]:
    """What people added, in the form the machine's evidence has."""
    return tuple(Evidence(place.span, place.role, place.quote) for place in places)
