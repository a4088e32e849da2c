"""The score of a call with people's verdicts in it, by the arithmetic of its own rubric.

Only what is settled counts: overturned as passed, confirmed as failed, added as failed once for each place
that was added. What only flags (``Finding.only_flags``) takes its points once people confirmed it, not
before. What nobody has reviewed, and what is open, stands as the machine says, and makes the score
provisional: ``low`` is the score if all of it counts, ``high`` if none does, and the call has neither passed
nor failed. Points, caps, fatal items, sections and bonus work as they do for the machine. A criterion that
the machine held not applicable and in which a person found a violation takes its points, but adds nothing to
what could be reached: an addition never raises a score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipeline.domain import (
    Addition,
    Evidence,
    Finding,
    FindingVerdict,
    LedgerEntry,
    Outcome,
    ReviewState,
    Scorecard,
    Section,
)
from pipeline.messages import Message
from pipeline.review.blind import betrays, hides
from pipeline.review.folding import Scenario, outcome_with

if TYPE_CHECKING:  # what scores is loaded where a score is worked out: many a command only reads one
    from pipeline.rubric.answer import CheckResult
    from pipeline.rubric.judge import Judged
    from pipeline.rubric.sheet import Criterion, Item, Rubric, SheetSection
    from pipeline.rubric.sums import Sum

NO_RULES = "no-rules"
"""The text of the rubric that judged the call is not kept."""
NOT_REPRODUCED = "not-reproduced"
"""The kept findings do not give the machine's own score by that rubric."""
MOST = 100.0
"""No call scores more; one on which nothing counts scores just this."""
_CENT = 0.005


@dataclass(frozen=True, slots=True)
class Effective:
    """What the call scores with the verdicts in it."""

    score: float | None
    """Provisional unless ``final``; between ``low`` and ``high``."""
    passed: bool | None
    """None unless ``final``."""
    fatal: bool = False
    ledger: tuple[LedgerEntry, ...] = ()
    sections: tuple[Section, ...] = ()
    reason: str | None = None
    """Why there is no score although the machine gave one: NO_RULES or NOT_REPRODUCED."""
    changed: bool = False
    """Whether people's verdicts change what counts at all."""
    low: float | None = None
    high: float | None = None
    final: bool = True
    """False while anything that costs points is not reviewed or open, and where no score can be said."""
    passes_low: bool | None = None
    """Whether the call passes even if everything counts."""
    passes_high: bool | None = None
    """Whether it passes if nothing more counts."""
    pending: tuple[str, ...] = ()
    """The criteria between low and high: not reviewed or open. Every item of a sheet is worth points."""
    points: Mapping[str, float] = field(default_factory=dict)
    """What each finding moves ``score`` by, limits taken into account; what is left out moves nothing. Empty
    where there is no score."""
    flag_reasons: tuple[Message, ...] = ()
    """Why the call should be looked at; the machine's reasons where no sums can be done."""


def changes(card: Scorecard, verdicts: Mapping[str, FindingVerdict]) -> bool:
    """Whether the verdicts change any outcome, add a place to one, or let what only flagged take points."""
    return any(
        (held := _held(f, verdicts)) is not None
        and held.settled
        and (outcome_with(f.outcome, held) is not f.outcome or bool(held.additions) or f.only_flags)
        for f in card.findings
    )


def effective(card: Scorecard, verdicts: Mapping[str, FindingVerdict], rubric: Rubric | None) -> Effective:
    """Score a card again with these verdicts.

    ``rubric`` is the one that made the card, None where it is lost.

    Without verdicts that change anything the score is the machine's exactly.
    """
    if card.score is None:
        return Effective(None, None, card.fatal, card.ledger, card.sections, flag_reasons=card.flag_reasons)
    if all(_held(f, verdicts) is None and not f.only_flags for f in card.findings):
        return _by_the_machine(card, [f for f in card.findings if _open(f, None)])
    found = {f.criterion: f for f in card.findings}
    machine = None if rubric is None else _sum(rubric, found, {})
    if rubric is None or machine is None or abs(machine.score - card.score) > _CENT:
        return _without_rules(card, verdicts, NO_RULES if rubric is None else NOT_REPRODUCED)
    sums = [_sum(rubric, found, verdicts, reading) for reading in Scenario]
    standing, low, high = sums
    if standing is None or low is None or high is None:  # cannot be: a sheet with a score keeps its criteria
        return _unknown(card, NOT_REPRODUCED)
    pending = tuple(f.criterion for f in card.findings if _open(f, _held(f, verdicts)))
    changed = changes(card, verdicts)
    final = not pending
    return Effective(
        score=standing.score if changed else card.score,
        passed=_passes(standing, rubric) if final else None,
        fatal=standing.fatal,
        ledger=standing.ledger if changed else card.ledger,
        sections=standing.sections if changed else card.sections,
        changed=changed,
        low=min(low.score, standing.score),
        high=max(high.score, standing.score),
        final=final,
        passes_low=_passes(low, rubric),
        passes_high=_passes(high, rubric),
        pending=pending,
        points=standing.points if changed else _points(card),
        flag_reasons=_reasons(card, verdicts, rubric, standing.score) if changed else card.flag_reasons,
    )


def of_the_machine(score: float | None, passed: bool | None, *, pending: bool) -> Effective:
    """The machine's own score, where nothing that people settled changes it: it is the low end, and at the
    high end nothing counts.

    Args:
        pending: some violation is not reviewed, or open.
    """
    open_ended = pending and score is not None
    return Effective(
        score=score,
        passed=None if open_ended else passed,
        low=score,
        high=MOST if open_ended else score,
        final=not open_ended,
        passes_low=passed,
        passes_high=True if open_ended else passed,
    )


def _by_the_machine(card: Scorecard, unsettled: Sequence[Finding]) -> Effective:
    return replace(
        of_the_machine(card.score, card.passed, pending=bool(unsettled)),
        fatal=card.fatal,
        ledger=card.ledger,
        sections=card.sections,
        pending=tuple(f.criterion for f in unsettled),
        points=_points(card),
        flag_reasons=card.flag_reasons,
    )


def _points(card: Scorecard) -> dict[str, float]:
    return {f.criterion: f.points for f in card.findings if f.points}


def _reasons(
    card: Scorecard, verdicts: Mapping[str, FindingVerdict], rubric: Rubric, score: float
) -> tuple[Message, ...]:
    from pipeline.rubric.flags import reasons_now

    held = {f.criterion: _held(f, verdicts) for f in card.findings}
    failed = [f for f in card.findings if outcome_with(f.outcome, held[f.criterion]) is Outcome.FAILED]
    settled = {criterion for criterion, one in held.items() if one is not None and one.settled}
    return reasons_now(
        rubric,
        card.flag_reasons,
        failed={f.criterion for f in failed},
        withheld={f.criterion for f in failed if f.only_flags and f.criterion not in settled},
        score=score,
    )


def _without_rules(card: Scorecard, verdicts: Mapping[str, FindingVerdict], reason: str) -> Effective:
    """What can be said without doing sums: the machine's score, where no verdict changes it."""
    open_ = [f for f in card.findings if _open(f, _held(f, verdicts))]
    if changes(card, verdicts) or any(f.outcome is not Outcome.FAILED or f.only_flags for f in open_):
        return _unknown(card, reason)
    return _by_the_machine(card, open_)


def _unknown(card: Scorecard, reason: str) -> Effective:
    return Effective(None, None, reason=reason, changed=True, final=False, flag_reasons=card.flag_reasons)


def _held(finding: Finding, verdicts: Mapping[str, FindingVerdict]) -> FindingVerdict | None:
    held = verdicts.get(finding.criterion)
    return held if held is not None and held.holds(finding.outcome) else None


def _open(finding: Finding, held: FindingVerdict | None) -> bool:
    """Not reviewed, or open."""
    if held is None:
        return finding.outcome is Outcome.FAILED
    return held.state is ReviewState.OPEN


def _passes(total: Sum, rubric: Rubric) -> bool:
    return not total.fatal and total.score >= rubric.pass_mark


def _sum(
    rubric: Rubric,
    found: Mapping[str, Finding],
    verdicts: Mapping[str, FindingVerdict],
    reading: Scenario = Scenario.STANDING,
) -> Sum | None:
    from pipeline.rubric.score import add_up
    from pipeline.rubric.sums import Earned

    judged = [
        _judged(section, criterion, item, found[item.id], verdicts.get(item.id), reading)
        for section in rubric.sections
        for criterion in section.criteria
        for item in criterion.items
        if item.id in found and not item.hint
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
        c.id
        for c in rubric.criteria
        if all(found[i.id].outcome is none for i in c.items if i.id in found and not i.hint)
    )


def _judged(
    section: SheetSection,
    criterion: Criterion,
    item: Item,
    finding: Finding,
    held: FindingVerdict | None,
    reading: Scenario,
) -> Judged:
    from pipeline.rubric.judge import Judged

    if held is not None and not held.holds(finding.outcome):
        held = None
    settled = held is not None and held.settled
    only_flags = finding.only_flags and not settled and reading is not Scenario.LOW
    return Judged(section, criterion, item, _checked(finding, held, reading), only_flags)


def _checked(finding: Finding, held: FindingVerdict | None, reading: Scenario) -> CheckResult:
    """What the item comes to, as a check would have said it."""
    from pipeline.rubric.answer import CheckResult

    outcome = outcome_with(finding.outcome, held, reading)
    if outcome is not Outcome.FAILED:
        return CheckResult(outcome, (), finding.reason)
    # Places that people added count once they are settled, and at the low end: but for those that the second
    # who listens must not know of, or the range would tell.
    told = held is not None and not (hides(held) and betrays(finding.outcome))
    counted = held is not None and (held.settled or (reading is Scenario.LOW and told))
    more = evidence(held.additions) if held is not None and counted else ()
    if finding.outcome is Outcome.FAILED:
        weight = None if finding.weight is None else finding.weight + len(more)
        return CheckResult(outcome, finding.evidence + more, finding.reason, weight)
    # A person's word, not the machine's doubts, is what counts: once, or as often as places were named.
    return CheckResult(outcome, more or finding.evidence, finding.reason, max(1, len(more)))


def evidence(places: Sequence[Addition]) -> tuple[Evidence, ...]:
    """What people added, in the form the machine's evidence has."""
    return tuple(Evidence(place.span, place.role, place.quote) for place in places)
