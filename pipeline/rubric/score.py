"""Scoring: a pure function of rubric and facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.domain import Finding, Outcome, Role, Scorecard
from pipeline.messages import Message, title
from pipeline.rubric.answer import Truth
from pipeline.rubric.facts import Facts
from pipeline.rubric.gate import why_not_applicable
from pipeline.rubric.judge import SECOND_AGENT, Judged, judge
from pipeline.rubric.proof import cite_all, clock, listed
from pipeline.rubric.scaled import scaled
from pipeline.rubric.sheet import BONUS, FlagRule, Rubric
from pipeline.rubric.sums import Earned, Sum
from pipeline.rubric.trust import OPEN_GATE, TrustGate
from pipeline.rubric.whole import deducted


def score(rubric: Rubric, facts: Facts, gate: TrustGate = OPEN_GATE) -> Scorecard:
    """Judge one call: findings with evidence, the score and its ledger, flags and alerts.

    The same rubric, facts and gate always give the same card; nothing else is read.
    """
    raised = alerts(rubric, facts)
    reason = why_not_applicable(rubric, facts)
    if reason is not None:
        return _nothing(reason, raised)
    judged = tuple(judge(rubric, facts, gate.only_flag))
    earned = tuple(_earned(rubric, facts))
    total = add_up(rubric, judged, (e for e in earned if e.evidence))
    if total is None:
        return _nothing(Message("gate.no-item"), raised)
    passed = not total.fatal and total.score >= rubric.pass_mark
    reasons = flag_reasons(rubric, facts, judged, passed=passed, raised=raised)
    return Scorecard(
        findings=tuple(_finding(j, total) for j in judged) + tuple(_bonus_finding(e, total) for e in earned),
        score=total.score,
        passed=passed,
        fatal=total.fatal,
        ledger=total.ledger,
        sections=total.sections,
        flagged=bool(reasons),
        flag_reasons=reasons,
        alerts=raised,
    )


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


def flag_reasons(
    rubric: Rubric, facts: Facts, judged: Sequence[Judged], *, passed: bool, raised: tuple[str, ...]
) -> tuple[Message, ...]:
    """One sentence for each rule that fires. What is undetermined alone never flags a call,
    but that it is not known who is the agent does: a person can tell."""
    reasons = [r for rule in rubric.flag if (r := _fires(rule, facts, judged, passed=passed)) is not None]
    withheld = tuple(title(j.item.title, j.item.title_en) for j in judged if j.failed and j.only_flags)
    if withheld:  # it costs nothing: without a person's look nothing would come of it
        reasons.append(Message("flag.only-flags", items=Message("join.list", parts=withheld)))
    if raised and rubric.alerts.flag:
        reasons.append(Message("flag.escalation"))
    if facts.meant:
        reasons.append(Message("flag.meaning", places=listed(cite_all(facts.meant))))
    if facts.roles.doubtful:
        reasons.append(Message("flag.stranger" if facts.roles.stranger else "flag.roles"))
    elif any(j.result.reason == SECOND_AGENT for j in judged):
        reasons.append(Message("flag.second-agent", at=clock(facts.roles.second_agent[0].start)))
    return tuple(dict.fromkeys(reasons))


def _fires(rule: FlagRule, facts: Facts, judged: Sequence[Judged], *, passed: bool) -> Message | None:
    if rule.below_pass_mark and passed:
        return None
    failures = [j for j in judged if j.failed]
    if rule.severity or rule.items or rule.fatal:
        failures = [
            j
            for j in failures
            if (not rule.severity or j.item.severity in rule.severity)
            and (not rule.items or j.item.id in rule.items)
            and (not rule.fatal or j.item.fatal == "sheet")
        ]
        if not failures:
            return None
    if rule.when is not None and rule.when.ask(facts).truth is not Truth.YES:
        return None
    reason = title(rule.reason, rule.reason_en)
    if not (rule.severity or rule.items or rule.fatal):
        return reason
    named = tuple(dict.fromkeys(title(j.item.title, j.item.title_en) for j in failures))
    return Message("flag.named", reason=reason, items=Message("join.list", parts=named))


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
