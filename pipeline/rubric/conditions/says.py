"""Words in the transcript match a pattern (RE2), except where another pattern excuses them."""

from __future__ import annotations

from pydantic import Field

from pipeline.conversation.pattern import compiled
from pipeline.domain import Evidence, Role
from pipeline.messages import Message
from pipeline.rubric.answer import Answer, Truth
from pipeline.rubric.cue import Pattern, may_match
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.proof import listed
from pipeline.rubric.window import WHOLE_CALL, Options, Window
from pipeline.rubric.wording import NOTHING, party, words_of

ID = "says"


class SaysConditionOptions(Options):
    pattern: Pattern = Field(description="what the text of an utterance must contain")
    meaning: str = Field("", exclude=True, description="what the pattern looks for, in words for people")
    meaning_en: str = Field("", exclude=True, description="the same in English")
    unless: Pattern | None = Field(None, description="utterances that contain this do not count")
    role: Role | None = Field(None, description="who says it; anyone where not given")
    times: int = Field(1, ge=1, description="in how many utterances")
    within: Window = Field(WHOLE_CALL, description="where in the call")


OPTIONS = SaysConditionOptions


def holds(facts: Facts, options: SaysConditionOptions) -> Answer:
    wanted, excused = compiled(options.pattern), compiled(options.unless) if options.unless else None
    if not may_match(options.pattern, facts.text(options.role)):
        return Answer(Truth.NO, (), Message("says.nothing"))
    window = options.within.on(facts)
    found = []
    for utterance in facts.utterances:
        if options.role is not None and utterance.role is not options.role:
            continue
        if utterance.span.overlap(window) <= 0:
            continue
        match = wanted.search(utterance.text)
        if match and not (excused and excused.search(utterance.text)):
            quote = match.group(0)
            found.append(Evidence(utterance.span, utterance.role, quote, confidence=utterance.confidence))
    if len(found) >= options.times:
        return Answer(Truth.YES, tuple(found), Message("check.said", places=listed(found)))
    return Answer(Truth.NO, (), Message("says.nothing"))


def describe(options: SaysConditionOptions) -> Message:
    what = words_of(options.meaning, options.meaning_en)
    who, where = party(options.role), options.within.describe() or NOTHING
    if options.times == 1:
        return Message("rule.says", who=who, what=what, where=where)
    return Message("rule.says-times", who=who, what=what, where=where, times=options.times)


EXAMPLES = (
    Example({"pattern": "余额.{0,6}(元|块)", "role": "agent"}, ("坐席: 您的余额是三百块",), "yes"),
    Example({"pattern": "余额", "role": "agent"}, ("客户: 我的余额呢",), "no"),
    Example({"pattern": "余额", "unless": "余额宝"}, ("坐席: 余额宝您用过吗",), "no"),
    Example({"pattern": "不知道", "times": 2}, ("客户: 不知道", "客户: 真不知道"), "yes"),
)
