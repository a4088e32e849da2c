"""Scoring: a pure function of rubric and facts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from pipeline.domain import Finding, Outcome, PhraseKind, Role, Scorecard
from pipeline.messages import Message
from pipeline.rubric.answer import Truth
from pipeline.rubric.facts import Facts
from pipeline.rubric.flags import flag_reasons
from pipeline.rubric.gate import why_not_applicable
from pipeline.rubric.judge import Judged, judge
from pipeline.rubric.rarity import NO_WORDS, Rarities, Words
from pipeline.rubric.scaled import scaled
from pipeline.rubric.sheet import BONUS, Rubric
from pipeline.rubric.sums import Earned, Sum
from pipeline.rubric.trust import OPEN_GATE, TrustGate
from pipeline.rubric.whole import deducted


def score(rubric: Rubric, facts: Facts, gate: TrustGate = OPEN_GATE, words: Words = NO_WORDS) -> Scorecard:
    """Judge one call: findings with evidence, the score and its ledger, flags and alerts.

    The same rubric, facts, gate and words of people always give the same card; nothing else is read. The
    facts hold what the evidence tells; what is found is weighed against how rare it is here.
    """
    facts = Rarities(rubric.rarity, gate.learned, held(rubric, words)).weigh(facts)
    raised = alerts(rubric, facts)
    reason = why_not_applicable(rubric, facts)
    if reason is not None:
        return _nothing(reason, raised)
    every = tuple(judge(rubric, facts, gate.only_flag))
    judged = tuple(j for j in every if not j.item.hint)
    earned = tuple(_earned(rubric, facts))
    total = add_up(rubric, judged, (e for e in earned if e.evidence))
    if total is None:
        return _nothing(Message("gate.no-item"), raised)
    passed = not total.fatal and total.score >= rubric.pass_mark
    reasons = flag_reasons(rubric, facts, judged, passed=passed, raised=raised)
    return Scorecard(
        findings=(
            *(_finding(j, total) for j in judged),
            *(_bonus_finding(e, total) for e in earned),
            *(_hint(j) for j in every if j.item.hint and j.failed),
        ),
        score=total.score,
        passed=passed,
        fatal=total.fatal,
        ledger=total.ledger,
        sections=total.sections,
        flagged=bool(reasons),
        flag_reasons=reasons,
        alerts=raised,
    )


def held(rubric: Rubric, words: Words) -> dict[str, tuple[float, float]]:
    """By code of what a person settled: the factors between which learned rates may move it. What was learned
    over another rate of the sheet is none. Where two criteria speak of a code, what was confirmed goes first.
    """
    found = {}
    for code, items in rubric.accused.items() if words else ():
        stated = rubric.rarity.rate(code, PhraseKind.FORBIDDEN)
        least, most = 0.0, math.inf
        for word in (words[item.id] for item in items if item.id in words):
            then = (r.factor for r in word.learned if r.code == code and r.per_1000 == stated)
            if word.found:
                least = max([least, 1.0, *then])
            else:
                most = min([most, 1.0, *then])
        if (least, most) != (0.0, math.inf):
            found[code] = (least, most)
    return found


def _nothing(reason: Message, raised: tuple[str, ...]) -> Scorecard:
    return Scorecard((), None, None, False, (), alerts=raised, not_applicable=reason)


def _earned(rubric: Rubric, facts: Facts) -> list[Earned]:
    answers = [(bonus, bonus.earned.ask(facts)) for bonus in rubric.bonus]
    return [Earned(bonus, answer.evidence if answer.truth is Truth.YES else ()) for bonus, answer in answers]


def _finding(judged: Judged, total: Sum) -> Finding:
    item, result = judged.item, judged.result
    return Finding(
        criterion=item.id,
        title=item.title,
        section=judged.section.title,
        severity=item.severity,
        outcome=result.outcome,
        points=total.points.get(item.id, 0.0),
        evidence=result.evidence,
        reason=result.reason,
        fatal=judged.costs and item.fatal == "sheet",
        group=judged.criterion.id,
        group_title=judged.criterion.title,
        weight=result.weight,
        only_flags=judged.failed and judged.only_flags,
    )


def _hint(judged: Judged) -> Finding:
    """What could be done better. It has no class and comes after all else, so that what counts keeps its
    number; a hint that has nothing to say leaves no finding."""
    return Finding(
        criterion=judged.item.id,
        title=judged.item.title,
        section=judged.section.title,
        severity=None,
        outcome=Outcome.HINT,
        points=0.0,
        evidence=judged.result.evidence,
        reason=judged.result.reason,
        group=judged.criterion.id,
        group_title=judged.criterion.title,
    )


def _bonus_finding(earned: Earned, total: Sum) -> Finding:
    bonus = earned.bonus
    got = bool(earned.evidence)
    return Finding(
        criterion=bonus.id,
        title=bonus.title,
        section=BONUS,
        severity=None,
        outcome=Outcome.PASSED if got else Outcome.NOT_APPLICABLE,
        points=total.points.get(bonus.id, 0.0),
        evidence=earned.evidence,
        reason=Message("bonus.earned") if got else Message("bonus.none"),
        group="bonus",
        group_title=BONUS,
    )


def alerts(rubric: Rubric, facts: Facts) -> tuple[str, ...]:
    """Codes of the customer's escalations, in the order they came. What the agent quotes is none."""
    found = facts.found(rubric.alerts.codes)
    sure = (h for h in found if h.role is not Role.AGENT and h.confidence >= rubric.alerts.confidence)
    return tuple(dict.fromkeys(h.code for h in sure))


def add_up(
    rubric: Rubric,
    judged: Sequence[Judged],
    earned: Iterable[Earned],
    *,
    beyond: frozenset[str] = frozenset(),
) -> Sum | None:
    """The score on 0..100 with its ledger; None where no criterion applies.

    ``beyond``: criteria whose points can be lost, but do not count among what could be reached; it matters to
    sheets with ``scale: true`` alone. One violation more never raises a score, either way.
    """
    if rubric.scale:
        return scaled(rubric, judged, earned, beyond=beyond)
    return deducted(rubric, judged, earned)
