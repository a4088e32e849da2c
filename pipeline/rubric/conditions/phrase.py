"""A known phrase was said: any, all, N or none of several codes, so often, by one role, in one part."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipeline.domain import Role
from pipeline.messages import Message
from pipeline.rubric.answer import Answer, Truth
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.proof import cite_all, listed
from pipeline.rubric.window import WHOLE_CALL, Options, Window
from pipeline.rubric.wording import NOTHING, party, phrases

ID = "phrase"


class PhraseConditionOptions(Options):
    codes: tuple[str, ...] = Field(min_length=1, description="phrase codes of the lexicons")
    role: Role | None = Field(None, description="who said it; anyone where not given")
    match: Literal["any", "all", "none"] | int = Field(
        "any", description="how many different codes: any, all, none, N"
    )
    times: int = Field(1, ge=1, description="how often in total")
    within: Window = Field(WHOLE_CALL, description="where in the call")
    confidence: float = Field(0.5, ge=0, le=1, description="hits below this leave the answer open")


OPTIONS = PhraseConditionOptions


def holds(facts: Facts, options: PhraseConditionOptions) -> Answer:
    window = options.within.on(facts)
    near = [h for h in facts.found(options.codes, options.role) if h.span.overlap(window) > 0]
    sure = [h for h in near if h.confidence >= options.confidence]
    if options.match == "none":
        if sure:
            return Answer(Truth.NO, cite_all(sure), Message("check.said", places=listed(cite_all(sure))))
        return Answer(Truth.UNKNOWN if near else Truth.YES, cite_all(near))
    codes = {"any": 1, "all": len(options.codes)}.get(str(options.match)) or int(options.match)
    if len({h.code for h in sure}) >= codes and len(sure) >= options.times:
        return Answer(Truth.YES, cite_all(sure), Message("check.said", places=listed(cite_all(sure))))
    if len({h.code for h in near}) >= codes and len(near) >= options.times:
        return Answer(Truth.UNKNOWN, cite_all(near), Message("doubt.not-sure"))
    return Answer(Truth.NO, (), Message("says.no-phrase"))


def describe(options: PhraseConditionOptions) -> Message:
    match options.match:
        case "any":
            kinds = Message("rule.kinds.any")
        case "all":
            kinds = Message("rule.kinds.all")
        case "none":
            kinds = Message("rule.kinds.none")
        case number:
            kinds = Message("rule.kinds.number", number=number)
    if options.times > 1:
        kinds = Message("rule.kinds.times", kinds=kinds, times=options.times)
    who, where = party(options.role), options.within.describe() or NOTHING
    return Message("rule.says-kinds", who=who, what=phrases(options.codes), kinds=kinds, where=where)


EXAMPLES = (
    Example({"codes": ["esc-complaint"]}, ("客户: [esc-complaint|我要投诉]你",), "yes"),
    Example({"codes": ["esc-complaint"], "role": "agent"}, ("客户: [esc-complaint|我要投诉]你",), "no"),
    Example({"codes": ["a", "b"], "match": "all"}, ("坐席: [a|甲]", "坐席: [a|甲]"), "no"),
    Example({"codes": ["a"], "times": 2}, ("坐席: [a|甲]", "坐席: [a|甲]"), "yes"),
    Example({"codes": ["a"], "match": "none"}, ("坐席: 乙",), "yes"),
    Example({"codes": ["a"], "within": {"last_utterances": 1}}, ("坐席: [a|甲]", "坐席: 乙"), "no"),
    Example({"codes": ["a"]}, ("坐席: [a|甲]",), "unknown", {"hit_confidence": 0.3}),
)
