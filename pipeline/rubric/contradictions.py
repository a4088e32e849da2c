"""Contradictions that can be seen in a sheet without a call: items that can never be judged, and two that
punish the same slip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from pipeline.messages import Message, verbatim
from pipeline.rubric.check import Check
from pipeline.rubric.condition import Condition
from pipeline.rubric.issue import Issue, Level, each_item, part_at, title_of
from pipeline.rubric.sheet import Item, Rubric
from pipeline.yaml_file import line_of


def never_applies(rubric: Rubric, document: Any) -> Iterator[Issue]:
    """Items that no call can ever be judged by."""
    for place, item in each_item(rubric):
        criterion = part_at(rubric, place[:-2])
        section = part_at(rubric, place[:-4])
        why = impossible(
            rubric, item, [w for w in (section.when, criterion.when, item.when) if w is not None]
        )
        if why is not None:
            yield Issue(
                Level.WARNING,
                "never-applies",
                line_of(document, place),
                item.id,
                Message("lint.never-applies", item=title_of(item), why=why),
            )


def punished_twice(rubric: Rubric, document: Any) -> Iterator[Issue]:
    """Pairs of items that take points for one slip."""
    items = [(place, item) for place, item in each_item(rubric) if not item.hint]
    for n, (_, first) in enumerate(items):
        for place, second in items[n + 1 :]:
            common = overlap(first.check, second.check) if first.check and second.check else None
            if common:
                yield Issue(
                    Level.WARNING,
                    "punished-twice",
                    line_of(document, place),
                    second.id,
                    Message(
                        "lint.punished-twice", first=title_of(first), second=title_of(second), common=common
                    ),
                )


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
    options = item.check.options if item.check else None
    low, high = (
        getattr(options, "min_seconds", None),
        getattr(options, "below_seconds", None),
    )
    if low is not None and high is not None and low >= high:
        return Message("lint.never.silence", low=low, high=high)
    return None


def overlap(first: Check, second: Check) -> Message | None:
    """What both checks look for, in words; None where they cannot meet in one place."""
    if first.kind != second.kind:
        return None
    a, b = first.options, second.options
    if a == b:
        return first.describe()
    match first.kind:
        case "phrase" | "required-phrase" | "late-phrase":
            common = sorted(set(a.codes) & set(b.codes))
            same = common and a.role is b.role and getattr(a, "within", None) == getattr(b, "within", None)
            return _codes(common) if same else None
        case "around-hold":
            common = sorted(set(a.codes) & set(b.codes))
            return _codes(common) if common and a.side == b.side else None
        case "silence":
            return Message("lint.silences") if _ranges_meet(a, b) else None
        case "measure":
            return verbatim(a.name) if a.name == b.name and _same_side(a, b) else None
        case "speaking-rate":
            return Message("lint.speaking-rate") if a.role is b.role and _same_side(a, b) else None
        case _:
            return None


def _codes(codes: Sequence[str]) -> Message:
    return Message("join.list", parts=tuple(codes))


def _ranges_meet(a: Any, b: Any) -> bool:
    infinite = float("inf")
    return bool(
        a.min_seconds < (b.below_seconds or infinite) and b.min_seconds < (a.below_seconds or infinite)
    )


def _same_side(a: Any, b: Any) -> bool:
    """Both punish high values, or both punish low ones."""
    high = a.at_least is not None and b.at_least is not None
    return high or (a.at_most is not None and b.at_most is not None)
