"""What goes to a person: flags for review, alerts for the same day."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.domain import Role
from pipeline.messages import Message, title
from pipeline.rubric.answer import Truth
from pipeline.rubric.facts import Facts
from pipeline.rubric.judge import Judged
from pipeline.rubric.proof import cite_all, listed
from pipeline.rubric.sheet import FlagRule, Rubric


def alerts(rubric: Rubric, facts: Facts) -> tuple[str, ...]:
    """Codes of the customer's escalations, in the order they came. What the agent quotes is none."""
    found = facts.found(rubric.alerts.codes)
    sure = (h for h in found if h.role is not Role.AGENT and h.confidence >= rubric.alerts.confidence)
    return tuple(dict.fromkeys(h.code for h in sure))


def flag_reasons(
    rubric: Rubric, facts: Facts, judged: Sequence[Judged], *, passed: bool, raised: tuple[str, ...]
) -> tuple[Message, ...]:
    """One sentence for each rule that fires. What is undetermined alone never flags a call."""
    reasons = [r for rule in rubric.flag if (r := _fires(rule, facts, judged, passed=passed)) is not None]
    if raised and rubric.alerts.flag:
        reasons.append(Message("flag.escalation"))
    if facts.meant:
        reasons.append(Message("flag.meaning", places=listed(cite_all(facts.meant))))
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
