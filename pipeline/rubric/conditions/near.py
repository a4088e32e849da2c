"""Something is said near something else: before, after or around it, at any, at each or at the Nth place."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipeline.domain import Evidence, Span
from pipeline.messages import Message
from pipeline.rubric.answer import Answer, Truth
from pipeline.rubric.cue import Cue
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.proof import listed
from pipeline.rubric.window import Options

ID = "near"


class NearConditionOptions(Options):
    what: Cue = Field(description="what is looked for")
    anchor: Cue = Field(description="what it must be near")
    side: Literal["before", "after", "around"] = Field("after", description="on which side of the anchor")
    seconds: float = Field(10.0, gt=0, description="how far away it may be")
    at: Literal["any", "each"] | int = Field(
        "any", description="any anchor, each of them, or the Nth (from 1)"
    )


OPTIONS = NearConditionOptions


def holds(facts: Facts, options: NearConditionOptions) -> Answer:
    anchors, said = options.anchor.places(facts), options.what.places(facts)
    if isinstance(options.at, int):
        anchors = anchors[options.at - 1 : options.at]
    pairs = [(anchor, _nearest(anchor, said, options)) for anchor in anchors]
    found = tuple(e for anchor, near in pairs if near is not None for e in (anchor, near))
    alone = tuple(anchor for anchor, near in pairs if near is None)
    if options.at == "each":
        if alone:
            return Answer(Truth.NO, alone, Message("near.not-said", places=listed(alone)))
        return Answer(Truth.YES, found, Message("near.every-place") if pairs else Message("near.no-place"))
    if found:
        return Answer(Truth.YES, found, Message("check.said", places=listed(found)))
    return Answer(
        Truth.NO, alone, Message("near.not-said", places=listed(alone)) if alone else Message("says.nothing")
    )


def _nearest(anchor: Evidence, said: tuple[Evidence, ...], options: NearConditionOptions) -> Evidence | None:
    before = Span(max(0.0, anchor.span.start - options.seconds), anchor.span.start)
    after = Span(anchor.span.end, anchor.span.end + options.seconds)
    windows = {"before": [before], "after": [after], "around": [before, after]}[options.side]
    near = [e for e in said if e is not anchor and any(e.span.overlap(w) > 0 for w in windows)]
    return min(near, key=lambda e: e.span.gap(anchor.span), default=None)


def describe(options: NearConditionOptions) -> Message:
    match options.at:
        case "any":
            place = Message("rule.near.any")
        case "each":
            place = Message("rule.near.each")
        case number:
            place = Message("rule.near.numbered", number=number)
    sides = {
        "before": Message("rule.near.before"),
        "after": Message("rule.near.after"),
        "around": Message("rule.near.around"),
    }
    return Message(
        "rule.near",
        what=options.what.describe(),
        seconds=options.seconds,
        side=sides[options.side],
        place=place,
        anchor=options.anchor.describe(),
    )


_OFFER = {"anchor": {"pattern": "套餐", "role": "agent"}, "what": {"pattern": "每月.*元", "role": "agent"}}

EXAMPLES = (
    Example({**_OFFER, "seconds": 10}, ("坐席: 给您推荐一个套餐", "客户: 多少钱", "坐席: 每月三十元"), "yes"),
    Example({**_OFFER, "seconds": 10}, ("坐席: 给您推荐一个套餐", "静音: 12", "坐席: 每月三十元"), "no"),
    Example({**_OFFER, "side": "before"}, ("坐席: 给您推荐一个套餐", "坐席: 每月三十元"), "no"),
    Example(
        {**_OFFER, "at": "each"},
        ("坐席: 有一个套餐", "坐席: 每月三十元", "静音: 20", "坐席: 还有一个套餐"),
        "no",
    ),
    Example({**_OFFER, "at": "each"}, ("坐席: 您好",), "yes"),
    Example(
        {**_OFFER, "at": 2}, ("坐席: 有一个套餐", "静音: 20", "坐席: 还有一个套餐", "坐席: 每月三十元"), "yes"
    ),
)
