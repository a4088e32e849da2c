"""One party says nearly the same sentence again and again."""

from __future__ import annotations

from pydantic import Field
from rapidfuzz import fuzz

from pipeline.domain import Evidence, Role, Utterance
from pipeline.messages import Message
from pipeline.rubric.answer import Answer, Truth
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.proof import listed
from pipeline.rubric.window import Options
from pipeline.rubric.wording import party

ID = "repeated"


class RepeatedConditionOptions(Options):
    role: Role = Field(Role.AGENT, description="who repeats")
    times: int = Field(2, ge=2, description="how often the sentence is said, the first time included")
    similarity: float = Field(
        0.8, gt=0, le=1, description="share of characters that two sentences have in common, in order"
    )
    min_characters: int = Field(6, ge=1, description="shorter utterances (好的, 请稍等) may be repeated")


OPTIONS = RepeatedConditionOptions


def holds(facts: Facts, options: RepeatedConditionOptions) -> Answer:
    said = [(u, "".join(filter(str.isalnum, u.text))) for u in facts.utterances if u.role is options.role]
    long_enough = [(u, text) for u, text in said if len(text) >= options.min_characters]
    for number, (first, text) in enumerate(long_enough):
        same = [u for u, other in long_enough[number + 1 :] if _alike(text, other, options.similarity)]
        if len(same) + 1 >= options.times:
            found = tuple(_cite(u) for u in (first, *same))
            return Answer(
                Truth.YES, found, Message("repeated.times", places=listed(found[:1]), count=len(found))
            )
    return Answer(Truth.NO, (), Message("repeated.none"))


def _alike(one: str, other: str, similarity: float) -> bool:
    """Indel similarity of the characters, as rapidfuzz defines it."""
    return fuzz.ratio(one, other, score_cutoff=similarity * 100) > 0


def _cite(utterance: Utterance) -> Evidence:
    return Evidence(utterance.span, utterance.role, utterance.text, confidence=utterance.confidence)


def describe(options: RepeatedConditionOptions) -> Message:
    return Message(
        "rule.repeated", who=party(options.role), similarity=options.similarity, times=options.times
    )


EXAMPLES = (
    Example({}, ("坐席: 系统显示已经放到驿站了", "客户: 没有啊", "坐席: 系统显示已经放到驿站了呀"), "yes"),
    Example({}, ("坐席: 系统显示已经放到驿站了", "客户: 系统显示已经放到驿站了？"), "no"),
    Example({"times": 3}, ("坐席: 系统显示已经放到驿站了", "坐席: 系统显示已经放到驿站了"), "no"),
    Example({}, ("坐席: 好的好的", "坐席: 好的好的"), "no"),
)
