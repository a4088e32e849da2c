"""Several things are said in order: first this, then that."""

from __future__ import annotations

from pydantic import Field

from pipeline.domain import Evidence
from pipeline.messages import Message
from pipeline.rubric.answer import Answer, Truth
from pipeline.rubric.cue import Cue
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.proof import listed
from pipeline.rubric.window import Options

ID = "flow"

NOT_BEGUN = Message("flow.not-begun")


class FlowConditionOptions(Options):
    steps: tuple[Cue, ...] = Field(min_length=2, description="what is said, in this order")
    within_seconds: float | None = Field(None, gt=0, description="at most so long from one step to the next")


OPTIONS = FlowConditionOptions


def holds(facts: Facts, options: FlowConditionOptions) -> Answer:
    # Every way to reach a step is kept: with a time limit, a later start may be the one that fits.
    ways: list[tuple[Evidence, ...]] = [(place,) for place in options.steps[0].places(facts)]
    for number, step in enumerate(options.steps[1:], start=2):
        longer = [
            (*way, place) for place in step.places(facts) if (way := _fits(ways, place, options)) is not None
        ]
        if not longer:
            return Answer(Truth.NO, (), Message("flow.broke-off", step=number) if ways else NOT_BEGUN)
        ways = longer
    if not ways:
        return Answer(Truth.NO, (), NOT_BEGUN)
    return Answer(Truth.YES, ways[0], Message("flow.said", places=listed(ways[0])))


def _fits(
    ways: list[tuple[Evidence, ...]], place: Evidence, options: FlowConditionOptions
) -> tuple[Evidence, ...] | None:
    """A way that ``place`` can continue: the latest one, which leaves the most time."""
    limit = options.within_seconds
    before = [w for w in ways if w[-1].span.end <= place.span.start + 1e-6]
    best = max(before, key=lambda w: w[-1].span.end, default=None)
    if best is None or (limit is not None and place.span.start - best[-1].span.end > limit):
        return None
    return best


def describe(options: FlowConditionOptions) -> Message:
    steps = Message("join.then", parts=tuple(step.describe() for step in options.steps))
    if options.within_seconds is None:
        return Message("rule.flow", steps=steps)
    return Message("rule.flow-within", steps=steps, seconds=options.within_seconds)


_STEPS = {"steps": [{"codes": ["identity"], "role": "agent"}, {"pattern": "余额", "role": "agent"}]}

EXAMPLES = (
    Example(_STEPS, ("坐席: [identity|核实一下身份]", "客户: 好", "坐席: 余额三百块"), "yes"),
    Example(_STEPS, ("坐席: 余额三百块", "坐席: [identity|核实一下身份]"), "no"),
    Example(_STEPS, ("坐席: 您好",), "no"),
    Example(
        {**_STEPS, "within_seconds": 5}, ("坐席: [identity|核实身份]", "静音: 20", "坐席: 余额三百块"), "no"
    ),
    Example(
        {**_STEPS, "within_seconds": 5},
        ("坐席: [identity|核实身份]", "静音: 20", "坐席: [identity|核实身份]", "坐席: 余额三百块"),
        "yes",
    ),
)
