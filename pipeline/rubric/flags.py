"""Why a call goes to a person: as the machine judged it, and as it stands with what people decided."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from pipeline.domain import Outcome, Span, clock
from pipeline.messages import VERBATIM, Message, title
from pipeline.messages.message import TITLE, Param
from pipeline.rubric.answer import Truth
from pipeline.rubric.facts import Facts
from pipeline.rubric.judge import Judged
from pipeline.rubric.proof import INCOMPLETE, cite_all, listed, rests_on
from pipeline.rubric.sheet import FlagRule, Item, Rubric

_NAMED, _ONLY_FLAGS = "flag.named", "flag.only-flags"
_OF_FINDINGS = frozenset({_NAMED, _ONLY_FLAGS, TITLE, VERBATIM})
"""Codes of what follows from findings and score (VERBATIM: sentences of old versions). The other reasons are
about what was heard: no verdict changes them."""


def flag_reasons(
    rubric: Rubric, facts: Facts, judged: Sequence[Judged], *, passed: bool, raised: tuple[str, ...]
) -> tuple[Message, ...]:
    """One sentence for each rule that fires. What is undetermined alone never flags a call, but that it is
    not known who is the agent does, and that what was looked for may stand in the part of the recording
    that could not be read: a person can tell."""
    failed = [j.item for j in judged if j.failed]
    withheld = [j.item for j in judged if j.failed and j.only_flags]

    def holds(rule: FlagRule) -> bool:
        return rule.when is None or rule.when.ask(facts).truth is Truth.YES

    reasons = _of_findings(rubric, failed, withheld, passed=passed, holds=holds)
    unread = tuple(
        title(j.item.title, j.item.title_en)
        for j in judged
        if j.result.outcome is Outcome.UNDETERMINED and rests_on(j.result.reason, INCOMPLETE)
    )
    if unread:
        reasons.append(Message("flag.incomplete", items=Message("join.list", parts=unread)))
    if raised and rubric.alerts.flag:
        reasons.append(Message("flag.escalation"))
    if facts.meant:
        reasons.append(Message("flag.meaning", places=listed(cite_all(facts.meant))))
    if facts.roles.doubtful:
        reasons.append(_why_doubtful(facts))
    elif facts.roles.second_agent:  # whose call this is, a person has to say, whatever was found
        reasons.append(_second_agent(facts.roles.second_agent, facts.duration))
    if facts.roles.sides_turn is not None and not facts.roles.doubtful:
        reasons.append(Message("flag.sides-turned", at=clock(facts.roles.sides_turn)))
    return tuple(dict.fromkeys(reasons))


def reasons_now(
    rubric: Rubric,
    machine: Sequence[Message],
    *,
    failed: Collection[str],
    withheld: Collection[str],
    score: float,
) -> tuple[Message, ...]:
    """The reasons as they stand with people's verdicts; without any they are the machine's.

    A rule with a condition on the call (``when``) is known to hold where the machine's own reasons have it:
    the call itself is not asked again.

    Args:
        machine: the reasons that it gave.
        failed: the items that fail with the verdicts in them. withheld: those of them that take no points.
        score: with the verdicts in it.
    """
    items = [item for section in rubric.sections for c in section.criteria for item in c.items]
    failing = [item for item in items if item.id in failed]
    fatal = any(item.fatal == "sheet" and item.id not in withheld for item in failing)
    given = {_reason_of(message) for message in machine}

    def holds(rule: FlagRule) -> bool:
        return rule.when is None or rule.reason in given

    reasons = _of_findings(
        rubric,
        failing,
        [item for item in failing if item.id in withheld],
        passed=not fatal and score >= rubric.pass_mark,
        holds=holds,
    )
    heard = [message for message in machine if message.code not in _OF_FINDINGS]
    return tuple(dict.fromkeys([*reasons, *heard]))


def _of_findings(
    rubric: Rubric,
    failed: Sequence[Item],
    withheld: Sequence[Item],
    *,
    passed: bool,
    holds: Callable[[FlagRule], bool],
) -> list[Message]:
    found = [_fires(rule, failed, passed=passed, holds=holds) for rule in rubric.flag]
    reasons = [reason for reason in found if reason is not None]
    if withheld:  # it costs nothing: without a person's look nothing would come of it
        items = tuple(title(item.title, item.title_en) for item in withheld)
        reasons.append(Message(_ONLY_FLAGS, items=Message("join.list", parts=items)))
    return reasons


def _fires(
    rule: FlagRule, failed: Sequence[Item], *, passed: bool, holds: Callable[[FlagRule], bool]
) -> Message | None:
    if rule.below_pass_mark and passed:
        return None
    about_items = bool(rule.severity or rule.items or rule.fatal)
    if about_items:
        failed = [
            item
            for item in failed
            if (not rule.severity or item.severity in rule.severity)
            and (not rule.items or item.id in rule.items)
            and (not rule.fatal or item.fatal == "sheet")
        ]
        if not failed:
            return None
    if not holds(rule):
        return None
    reason = title(rule.reason, rule.reason_en)
    if not about_items:
        return reason
    named = tuple(dict.fromkeys(title(item.title, item.title_en) for item in failed))
    return Message(_NAMED, reason=reason, items=Message("join.list", parts=named))


def _reason_of(message: Message) -> Param | None:
    """What the rules call the reason that a message names, in Chinese."""
    reason = dict(message.params).get("reason") if message.code == _NAMED else message
    return dict(reason.params).get("zh") if isinstance(reason, Message) else None


def _why_doubtful(facts: Facts) -> Message:
    if facts.roles.stranger:
        return Message("flag.stranger")
    if facts.roles.third_voice:
        return Message("flag.third-voice")
    if facts.roles.like_voices:
        return Message("flag.like-voices")
    if facts.roles.sides_doubtful:
        return Message("flag.sides", at=clock(facts.roles.sides_turn or 0.0))
    return Message("flag.roles")


def _second_agent(theirs: Sequence[Span], duration: float) -> Message:
    first = theirs[0]
    if len(theirs) > 1:
        return Message("flag.second-agent-times", at=clock(first.start), times=len(theirs))
    if first.start == 0:
        return Message("flag.second-agent-until", at=clock(first.end))
    if first.end < duration:
        return Message("flag.second-agent-between", at=clock(first.start), until=clock(first.end))
    return Message("flag.second-agent", at=clock(first.start))
