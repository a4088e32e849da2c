"""Can an item ever be judged? Contradictions that can be seen without a call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pipeline.rubric.condition import Condition
from pipeline.rubric.sheet import Item, Rubric

Why = tuple[str, str]
"""The contradiction in Chinese and in English."""


def impossible(rubric: Rubric, item: Item, whens: Sequence[Condition]) -> Why | None:
    """Why no call can ever meet all conditions of an item; None where one may."""
    since = [d for d in (rubric.valid_from, item.valid_from) if d is not None]
    until = [d for d in (rubric.valid_until, item.valid_until) if d is not None]
    if since and until and max(since) > min(until):
        return _dates(max(since), min(until))
    facts = [c for when in whens for c in _required(when)]
    return _contradiction(facts) or _beyond_recording(rubric, facts, item)


def _dates(since: date, until: date) -> Why:
    return f"有效期从{since}开始，却在{until}结束", f"it is in force from {since} until {until}"


def _required(condition: Condition) -> list[Condition]:
    """The conditions that must all hold: those of ``all`` taken apart."""
    if condition.kind == "all":
        return [part for inner in condition.options.of for part in _required(inner)]
    return [condition]


def _contradiction(facts: Sequence[Condition]) -> Why | None:
    calls = [c.options for c in facts if c.kind == "call"]
    directions = {c.direction for c in calls if c.direction is not None}
    if len(directions) > 1:
        return "既要呼入又要外呼", "it wants inbound and outbound calls at once"
    ends = {c.ended_by for c in calls if c.ended_by is not None}
    if len(ends) > 1:
        return "既要坐席先挂断又要客户先挂断", "it wants both parties to hang up first"
    shortest = max((c.min_seconds for c in calls if c.min_seconds is not None), default=None)
    longest = min((c.max_seconds for c in calls if c.max_seconds is not None), default=None)
    if shortest is not None and longest is not None and shortest > longest:
        return (
            f"录音要长于{shortest:g}秒又短于{longest:g}秒",
            f"longer than {shortest:g} s and shorter than {longest:g} s",
        )
    for fact in facts:
        opposite = [c for c in facts if c.kind == "not" and c.options.that == fact]
        if opposite:
            return f"条件与自身的否定并列（{fact.told()}）", "a condition stands beside its own negation"
        if fact.kind == "any" and fact.options.at_least > len(fact.options.of):
            return "要求成立的条件比列出的还多", "more conditions must hold than are listed"
        if fact.kind == "measure":
            low, high = fact.options.at_least, fact.options.at_most
            if low is not None and high is not None and low > high:
                return f"{fact.options.name}的下限高于上限", f"the band of {fact.options.name} is empty"
    return None


def _beyond_recording(rubric: Rubric, facts: Sequence[Condition], item: Item) -> Why | None:
    """A sheet that only applies to calls which this item excludes."""
    longest = min(
        (c.options.max_seconds for c in facts if c.kind == "call" and c.options.max_seconds is not None),
        default=None,
    )
    if longest is not None and longest < rubric.applies.min_seconds:
        return "整张表不评这么短的通话", "the sheet does not apply to calls this short"
    low, high = (
        getattr(item.check.options, "min_seconds", None),
        getattr(item.check.options, "below_seconds", None),
    )
    if low is not None and high is not None and low >= high:
        return f"静音要长于{low:g}秒又短于{high:g}秒", f"silences of at least {low:g} s and below {high:g} s"
    return None
