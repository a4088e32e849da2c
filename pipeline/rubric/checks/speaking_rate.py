"""One party speaks too fast or too slowly, over turns long enough to measure.

The rate is the measure ``speaking_rate_{role}_turns`` where it was taken (from the sound), otherwise that of
the transcript's turns. It fails only where the middle turn (median) agrees. Turns in another language are not
measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from pydantic import Field, model_validator

from pipeline.conversation.timeline import TURN_RATE_MEASURE
from pipeline.domain import Evidence, Role, Utterance, clock
from pipeline.messages import Message, ValueRefused
from pipeline.rubric.answer import Bar, CheckResult, failed, passed, undetermined
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.proof import PARTIES
from pipeline.rubric.window import Options
from pipeline.rubric.wording import party

ID = "speaking-rate"


LOST = 0.3
"""Below this mean confidence so many characters are missing that slow speech may be lost words."""


class SpeakingRateCheckOptions(Options):
    at_least: float | None = Field(None, gt=0, description="too fast from here on, characters per minute")
    at_most: float | None = Field(None, gt=0, description="too slow up to here, characters per minute")
    min_characters: int = Field(10, ge=1, description="shorter turns are not measured")
    role: Role = Field(Role.AGENT, description="whose rate")

    @model_validator(mode="after")
    def _one_limit(self) -> SpeakingRateCheckOptions:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueRefused(Message("rubric.one-bound"))
        return self


OPTIONS = SpeakingRateCheckOptions


def check(facts: Facts, options: SpeakingRateCheckOptions, bar: Bar) -> CheckResult:
    passages = facts.timeline.passages[options.role]
    long_enough = [u for u in passages if u.characters >= options.min_characters and not u.foreign]
    measured = facts.measurement(TURN_RATE_MEASURE.format(role=options.role))
    rate = _rate(long_enough) if measured is None else measured.value
    if rate is None:
        return undetermined(Message("rate.no-long-turn"))
    who = PARTIES[options.role]
    reason = Message("rate.mean", who=who, rate=rate)
    if not _beyond(rate, options):
        return passed(reason)
    beyond = [u for u in long_enough if _beyond(_rate([u]), options)]
    middle = median([_rate([u]) or 0.0 for u in long_enough]) if long_enough else None
    evidence = tuple(Evidence(u.span, u.role, u.text, confidence=u.confidence) for u in beyond)
    if not _beyond(middle, options):
        # A turn of which half was lost by the recogniser drags the mean down; the median shrugs it off.
        return undetermined(Message("doubt.but", what=reason, why=Message("rate.mostly-normal")), evidence)
    code = "rate.too-fast" if options.at_least else "rate.too-slow"
    reason = Message(code, who=who, rate=rate, count=len(beyond), at=clock(beyond[0].span.start))
    seconds = sum(u.span.duration for u in beyond)
    if sum(u.role_confidence * u.span.duration for u in beyond) < bar.role * seconds:
        return undetermined(Message("rate.whose", what=reason), evidence)
    if options.at_most is not None and sum(u.confidence * u.span.duration for u in beyond) < LOST * seconds:
        return undetermined(Message("rate.lost-words", what=reason), evidence)
    return failed(reason, evidence)


def _rate(utterances: Sequence[Utterance]) -> float | None:
    """Characters per minute; None without any speech."""
    seconds = sum(u.span.duration for u in utterances)
    return sum(u.characters for u in utterances) * 60 / seconds if seconds else None


def _beyond(rate: float | None, options: SpeakingRateCheckOptions) -> bool:
    if rate is None:
        return False
    if options.at_least is not None:
        return rate >= options.at_least
    return options.at_most is not None and rate <= options.at_most


def describe(options: SpeakingRateCheckOptions) -> Message:
    who, shortest = party(options.role), options.min_characters
    if options.at_least is not None:
        return Message("rule.fast", who=who, rate=options.at_least, characters=shortest)
    return Message("rule.slow", who=who, rate=options.at_most or 0.0, characters=shortest)


_LINE = "我们很多老客户都买了三份五份的，您看怎么样"

EXAMPLES = (
    Example({"at_least": 430}, (f"坐席(500): {_LINE}",), "failed"),
    Example({"at_least": 430}, (f"坐席(400): {_LINE}",), "passed"),
    Example({"at_least": 430}, (f"客户(500): {_LINE}", f"坐席: {_LINE}"), "passed"),
    Example({"at_most": 215}, (f"坐席(190): {_LINE}",), "failed"),
    Example({"at_most": 215}, (f"坐席(190): {_LINE}",), "undetermined", {"confidence": 0.2}),
    Example({"at_least": 430}, ("坐席(600): 好的",), "undetermined"),
    Example(
        {"at_least": 430},
        ("坐席(600): Okay so we would love to get that taken care of for you",),
        "undetermined",
    ),
    Example(
        {"at_least": 430},
        (f"坐席(410): {_LINE}",),
        "undetermined",
        {"measures": {"speaking_rate_agent_turns": 450}},
    ),
    Example(
        {"at_least": 430},
        (f"坐席(440): {_LINE}",),
        "passed",
        {"measures": {"speaking_rate_agent_turns": 400}},
    ),
)
