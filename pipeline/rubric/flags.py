"""What goes to a person: flags for review, alerts for the same day."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.domain import Role
from pipeline.messages import Message, title
from pipeline.rubric.answer import Truth
from pipeline.rubric.facts import Facts
from pipeline.rubric.judge import SECOND_AGENT, Judged
from pipeline.rubric.proof import cite_all, clock, listed
from pipeline.rubric.sheet import FlagRule, Rubric


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
