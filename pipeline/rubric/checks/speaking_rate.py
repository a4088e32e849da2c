"""One party speaks too fast or too slowly, over turns long enough to measure."""

from __future__ import annotations

from pydantic import Field, model_validator

from pipeline.domain import Evidence, Role, Utterance
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.proof import ROLES, clock
from pipeline.rubric.turns import turns
from pipeline.rubric.verdict import Bar, Verdict, failed, passed, undetermined
from pipeline.rubric.window import Options as Base

ID = "speaking-rate"


class Options(Base):
    at_least: float | None = Field(None, gt=0, description="too fast from here on, characters per minute")
    at_most: float | None = Field(None, gt=0, description="too slow up to here, characters per minute")
    min_characters: int = Field(10, ge=1, description="shorter turns are not measured")
    role: Role = Field(Role.AGENT)

    @model_validator(mode="after")
    def _one_limit(self) -> Options:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("give either at_least (too fast) or at_most (too slow)")
        return self


def check(facts: Facts, options: Options, bar: Bar) -> Verdict:
    long_enough = [u for u in turns(facts, options.role) if characters(u) >= options.min_characters]
    seconds = sum(u.span.duration for u in long_enough)
    if not long_enough or seconds <= 0:
        return undetermined("没有足够长的话可以测语速")
    rate = sum(characters(u) for u in long_enough) * 60 / seconds
    beyond = [u for u in long_enough if _beyond(characters(u) * 60 / max(u.span.duration, 0.1), options)]
    reason = f"{ROLES[options.role]}平均语速每分钟{rate:.0f}字"
    if not (_beyond(rate, options) and beyond):
        return passed(reason)
    evidence = tuple(Evidence(u.span, u.role, u.text, confidence=u.confidence) for u in beyond)
    reason += f"，{len(beyond)}段{'过快' if options.at_least else '过慢'}（如{clock(beyond[0].span.start)}）"
    if sum(u.role_confidence * u.span.duration for u in beyond) < bar.role * sum(
        u.span.duration for u in beyond
    ):
        return undetermined(f"{reason}，但分不清是谁说的", evidence)
    heard = sum(u.confidence * u.span.duration for u in long_enough) / seconds
    if options.at_most is not None and heard < bar.hearing:
        return undetermined(f"{reason}，但识别不清、可能漏字", evidence)
    return failed(reason, evidence)


def characters(utterance: Utterance) -> int:
    """Letters and digits; punctuation is not spoken."""
    return sum(c.isalnum() for c in utterance.text)


def _beyond(rate: float, options: Options) -> bool:
    if options.at_least is not None:
        return rate >= options.at_least
    return options.at_most is not None and rate <= options.at_most


_LINE = "我们很多老客户都买了三份五份的，您看怎么样"

EXAMPLES = (
    Example({"at_least": 430}, (f"坐席(500): {_LINE}",), "failed"),
    Example({"at_least": 430}, (f"坐席(400): {_LINE}",), "passed"),
    Example({"at_least": 430}, (f"客户(500): {_LINE}", f"坐席: {_LINE}"), "passed"),
    Example({"at_most": 215}, (f"坐席(190): {_LINE}",), "failed"),
    Example({"at_most": 215}, (f"坐席(190): {_LINE}",), "undetermined", {"confidence": 0.2}),
    Example({"at_least": 430}, ("坐席(600): 好的",), "undetermined"),
)
