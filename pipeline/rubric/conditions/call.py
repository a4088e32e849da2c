"""Facts of the call: direction, queue, team, agent, duration, number of turns, end of the talk, rating."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import Field, model_validator

from pipeline.domain import Role, Satisfaction
from pipeline.messages import Message, ValueRefused, joined
from pipeline.rubric.answer import Answer, Truth
from pipeline.rubric.ending import Ending, ending
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.window import Options
from pipeline.rubric.wording import NOTHING, party

ID = "call"


class CallConditionOptions(Options):
    direction: Literal["inbound", "outbound"] | None = Field(None, description="as the call list says")
    queue: tuple[str, ...] = Field((), description="any of these stands in the queue's name")
    team: tuple[str, ...] = Field((), description="any of these stands in the team's name")
    agent: tuple[str, ...] = Field((), description="agent ids")
    min_seconds: float | None = Field(None, ge=0, description="recordings at least this long")
    max_seconds: float | None = Field(None, ge=0, description="recordings at most this long")
    min_utterances: int | None = Field(None, ge=0, description="at least so many utterances")
    ended_by: Literal["agent", "customer"] | None = Field(
        None, description="who broke off or closed the conversation"
    )
    # left out of the sheet's digest where nothing is said of it: sheets from before keep their revision
    satisfaction: tuple[Satisfaction, ...] = Field(
        (), exclude_if=lambda told: not told, description="any of these is the customer's rating"
    )

    @model_validator(mode="after")
    def _something(self) -> CallConditionOptions:
        if not self.model_fields_set:
            raise ValueRefused(Message("rubric.no-fact"))
        return self


OPTIONS = CallConditionOptions

_DENIED = re.compile(r"([非不无未]|(?<![a-z])non[- ]?)$", re.IGNORECASE)


def named(name: str, parts: Iterable[str]) -> bool:
    """Whether any of the parts stands in the name of a queue, a team or a purpose, and is not denied right
    before: 非催收 is no 催收."""
    return any(
        _DENIED.search(name[: found.start()]) is None
        for part in parts
        for found in re.finditer(re.escape(part), name)
    )


def holds(facts: Facts, options: CallConditionOptions) -> Answer:
    answers = _answers(facts, options)
    for truth in (Truth.NO, Truth.UNKNOWN):
        for answer in answers:
            if answer.truth is truth:
                return answer
    return Answer(Truth.YES, (), joined("join.comma", (a.reason for a in answers)))


def _answers(facts: Facts, options: CallConditionOptions) -> list[Answer]:
    call, answers = facts.call, []
    if options.direction is not None:
        known = {"inbound": Message("call.is-inbound"), "outbound": Message("call.is-outbound")}
        reason = known.get(call.direction or "")
        if reason is None:
            answers.append(Answer(Truth.UNKNOWN, (), Message("call.no-direction")))
        else:
            answers.append(Answer(_truth(call.direction == options.direction), (), reason))
    for value, wanted, unknown, found in (
        (call.queue, options.queue, "call.no-queue", "call.in-queue"),
        (call.team, options.team, "call.no-team", "call.in-team"),
    ):
        if wanted and value is None:
            answers.append(Answer(Truth.UNKNOWN, (), Message(unknown)))
        elif wanted and value is not None:
            answers.append(Answer(_truth(named(value, wanted)), (), Message(found, name=value)))
    if options.agent:
        answers.append(Answer(_truth(call.agent_id in options.agent), (), Message("call.other-agent")))
    lasts = Message("call.lasts", seconds=facts.duration)
    if options.min_seconds is not None:
        answers.append(Answer(_truth(facts.duration >= options.min_seconds), (), lasts))
    if options.max_seconds is not None:
        answers.append(Answer(_truth(facts.duration <= options.max_seconds), (), lasts))
    if options.min_utterances is not None:
        enough = _truth(len(facts.utterances) >= options.min_utterances)
        answers.append(Answer(enough, (), Message("call.utterances", count=len(facts.utterances))))
    if options.ended_by is not None:
        how = ending(facts)
        wanted_end = Ending.AGENT if options.ended_by == "agent" else Ending.CUSTOMER
        truth = Truth.UNKNOWN if how.ending is Ending.UNKNOWN else _truth(how.ending is wanted_end)
        answers.append(Answer(truth, how.evidence, how.reason))
    if options.satisfaction:
        rating = call.satisfaction
        if rating is None:
            answers.append(Answer(Truth.UNKNOWN, (), Message("call.no-rating")))
        else:
            rated = Message("call.rated", rating=Message(f"satisfaction.{rating}"))
            answers.append(Answer(_truth(rating in options.satisfaction), (), rated))
    return answers


def _truth(value: bool) -> Truth:
    return Truth.YES if value else Truth.NO


def describe(options: CallConditionOptions) -> Message:
    o = options
    direction = {"inbound": Message("call.is-inbound"), "outbound": Message("call.is-outbound")}
    parts = [
        direction[o.direction] if o.direction else None,
        _named("rule.queue", o.queue),
        _named("rule.team", o.team),
        _named("rule.agent", o.agent),
        None if o.min_seconds is None else Message("rule.min-seconds", seconds=o.min_seconds),
        None if o.max_seconds is None else Message("rule.max-seconds", seconds=o.max_seconds),
        None if o.min_utterances is None else Message("rule.min-utterances", utterances=o.min_utterances),
        Message("rule.ended-by", who=party(Role(o.ended_by))) if o.ended_by else None,
        _rated(o.satisfaction),
    ]
    return joined("join.comma", parts) or NOTHING


def _named(code: str, names: Sequence[str]) -> Message | None:
    return Message(code, names=Message("join.list", parts=tuple(names))) if names else None


def _rated(ratings: Sequence[Satisfaction]) -> Message | None:
    parts = tuple(Message(f"satisfaction.{rating}") for rating in ratings)
    return Message("rule.satisfaction", names=Message("join.list", parts=parts)) if parts else None


EXAMPLES = (
    Example({"direction": "inbound"}, ("坐席: 您好",), "yes", {"direction": "inbound"}),
    Example({"direction": "inbound"}, ("坐席: 您好",), "no", {"direction": "outbound"}),
    Example({"direction": "inbound"}, ("坐席: 您好",), "unknown"),
    Example({"queue": ["贷", "信用卡"]}, ("坐席: 您好",), "yes", {"queue": "贷后回访"}),
    Example({"queue": ["贷", "信用卡"]}, ("坐席: 您好",), "no", {"queue": "售后"}),
    Example({"queue": ["催收"]}, ("坐席: 您好",), "no", {"queue": "非催收"}),
    Example({"min_seconds": 600}, ("坐席: 您好",), "no"),
    Example(
        {"satisfaction": ["very-dissatisfied"]}, ("坐席: 您好",), "yes", {"satisfaction": "very-dissatisfied"}
    ),
    Example({"satisfaction": ["very-dissatisfied"]}, ("坐席: 您好",), "no", {"satisfaction": "not-rated"}),
    Example({"satisfaction": ["very-dissatisfied"]}, ("坐席: 您好",), "unknown"),
)
