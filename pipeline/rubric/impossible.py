"""Can an item ever be judged? Contradictions that can be seen without a call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pipeline.messages import Message
from pipeline.rubric.condition import Condition
from pipeline.rubric.sheet import Item, Rubric


def impossible(rubric: Rubric, item: Item, whens: Sequence[Condition]) -> Message | None:
    """Why no call can ever meet all conditions of an item; None where one may."""
    since = [d for d in (rubric.valid_from, item.valid_from) if d is not None]
    until = [d for d in (rubric.valid_until, item.valid_until) if d is not None]
    if since and until and max(since) > min(until):
        return _dates(max(since), min(until))
    facts = [c for when in whens for c in _required(when)]
    return _contradiction(facts) or _beyond_recording(rubric, facts, item)


def _dates(since: date, until: date) -> Message:
    return Message("lint.never.dates", since=str(since), until=str(until))


def _required(condition: Condition) -> list[Condition]:
    """The conditions that must all hold: those of ``all`` taken apart."""
    if condition.kind == "all":
        return [part for inner in condition.options.of for part in _required(inner)]
    return [condition]


def _contradiction(facts: Sequence[Condition]) -> Message | None:
    calls = [c.options for c in facts if c.kind == "call"]
    directions = {c.direction for c in calls if c.direction is not None}
    if len(directions) > 1:
        return Message("lint.never.both-directions")
    ends = {c.ended_by for c in calls if c.ended_by is not None}
    if len(ends) > 1:
        return Message("lint.never.both-hang-up")
    shortest = max((c.min_seconds for c in calls if c.min_seconds is not None), default=None)
    longest = min((c.max_seconds for c in calls if c.max_seconds is not None), default=None)
    if shortest is not None and longest is not None and shortest > longest:
        return Message("lint.never.length", shortest=shortest, longest=longest)
    for fact in facts:
        opposite = [c for c in facts if c.kind == "not" and c.options.that == fact]
        if opposite:
            return Message("lint.never.negation", what=fact.describe())
        if fact.kind == "any" and fact.options.at_least > len(fact.options.of):
            return Message("lint.never.too-many")
        if fact.kind == "measure":
            low, high = fact.options.at_least, fact.options.at_most
            if low is not None and high is not None and low > high:
                return Message("lint.never.empty-band", name=fact.options.name)
    return None


def _beyond_recording(rubric: Rubric, facts: Sequence[Condition], item: Item) -> Message | None:
    """A sheet that only applies to calls which this item excludes."""
    longest = min(
        (c.options.max_seconds for c in facts if c.kind == "call" and c.options.max_seconds is not None),
        default=None,
    )
    if longest is not None and longest < rubric.applies.min_seconds:
        return Message("lint.never.too-short")
    low, high = (
        getattr(item.check.options, "min_seconds", None),
        getattr(item.check.options, "below_seconds", None),
    )
    if low is not None and high is not None and low >= high:
        return Message("lint.never.silence", low=low, high=high)
    return None
