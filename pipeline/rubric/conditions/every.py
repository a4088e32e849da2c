"""Every utterance of one party, in one part of the call, contains something."""

from __future__ import annotations

from pydantic import Field

from pipeline.domain import Evidence, Role
from pipeline.messages import Message
from pipeline.rubric.answer import Answer, Truth
from pipeline.rubric.cue import Cue
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.proof import listed
from pipeline.rubric.window import WHOLE_CALL, Options, Window
from pipeline.rubric.wording import party

ID = "every"


class EveryConditionOptions(Options):
    role: Role = Field(Role.AGENT, description="whose utterances")
    contains: Cue = Field(description="what each must contain")
    min_characters: int = Field(4, ge=1, description="shorter utterances are not looked at")
    within: Window = Field(WHOLE_CALL, description="where in the call")


OPTIONS = EveryConditionOptions


def holds(facts: Facts, options: EveryConditionOptions) -> Answer:
    window = options.within.on(facts)
    spans = [place.span for place in options.contains.places(facts)]
    lacking = tuple(
        Evidence(u.span, u.role, u.text, confidence=u.confidence)
        for u in facts.utterances
        if u.role is options.role
        and u.span.overlap(window) > 0
        and u.characters >= options.min_characters
        and not any(u.span.overlap(span) > 0 for span in spans)
    )
    if lacking:
        return Answer(Truth.NO, lacking, Message("every.lacking", places=listed(lacking)))
    return Answer(Truth.YES, (), Message("every.done"))


def describe(options: EveryConditionOptions) -> Message:
    what, shortest = options.contains.describe(), options.min_characters
    return Message("rule.every", who=party(options.role), characters=shortest, what=what)


EXAMPLES = (
    Example({"contains": {"pattern": "您"}}, ("坐席: 请问您贵姓", "客户: 你猜猜看", "坐席: 您好"), "yes"),
    Example({"contains": {"pattern": "您"}}, ("坐席: 请问您贵姓", "坐席: 你叫什么名字"), "no"),
)
