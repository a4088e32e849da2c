"""A phrase that must not be said was said. Each place is one occurrence."""

from __future__ import annotations

from pydantic import Field

from pipeline.domain import Role
from pipeline.messages import Message
from pipeline.rubric.answer import Bar, CheckResult, failed, passed, undetermined
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.proof import FAINT, PARTIES, cite_all, doubt, listed
from pipeline.rubric.window import WHOLE_CALL, Options, Window
from pipeline.rubric.wording import NOTHING, party, phrases

ID = "phrase"


class PhraseCheckOptions(Options):
    codes: tuple[str, ...] = Field(min_length=1, description="phrase codes of the lexicons")
    role: Role = Field(Role.AGENT, description="who must not say it")
    at_least: int = Field(1, ge=1, description="how often it takes to be a fault")
    within: Window = Field(WHOLE_CALL, description="where in the call")


OPTIONS = PhraseCheckOptions


def check(facts: Facts, options: PhraseCheckOptions, bar: Bar) -> CheckResult:
    window = options.within.on(facts)
    said = [
        h
        for h in facts.found(options.codes)
        if h.role in (options.role, Role.UNKNOWN) and h.confidence >= FAINT and h.span.overlap(window) > 0
    ]
    sure, weak = [], []
    for hit in said:
        why = doubt(facts, hit, bar)
        if why is None:
            sure.append(hit)
        else:
            weak.append((hit, why))
    who = PARTIES[options.role]
    if len(sure) >= options.at_least:
        found = cite_all(sure)
        return failed(Message("check.said-by", who=who, places=listed(found)), found)
    if len(said) >= options.at_least:
        found = cite_all(hit for hit, _ in weak)
        reason = Message("check.may-have-said", who=who, places=listed(found), why=weak[0][1])
        return undetermined(reason, found)
    return passed(Message("check.said-nothing-of-it", who=who))


def describe(options: PhraseCheckOptions) -> Message:
    who, what = party(options.role), phrases(options.codes)
    where = options.within.describe() or NOTHING
    if options.at_least == 1:
        return Message("rule.phrase", who=who, what=what, where=where)
    return Message("rule.phrase-times", who=who, what=what, where=where, times=options.at_least)


EXAMPLES = (
    Example({"codes": ["shirk"]}, ("客户: 能修吗", "坐席: [shirk|这不归我管]"), "failed"),
    Example({"codes": ["shirk"]}, ("客户: [shirk|这不归我管]，是吧", "坐席: 我来处理"), "passed"),
    Example({"codes": ["shirk"]}, ("坐席: [shirk|这不归我管]",), "undetermined", {"hit_confidence": 0.3}),
    Example({"codes": ["shirk"]}, ("某人: [shirk|这不归我管]",), "undetermined"),
    Example({"codes": ["not-know"], "at_least": 2}, ("坐席: [not-know|不知道]",), "passed"),
)
