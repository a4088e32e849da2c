"""Words that belong before or after each hold were not said. Each such hold is one occurrence."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipeline.conversation.announcement import LONG_HOLD_S
from pipeline.conversation.waiting import HoldKind
from pipeline.domain import Evidence, Role, Span, clock
from pipeline.messages import Message
from pipeline.rubric.answer import Bar, CheckResult, failed, not_applicable, passed, undetermined
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.proof import FAINT, poor_hearing
from pipeline.rubric.window import Options
from pipeline.rubric.wording import phrases

ID = "around-hold"


class AroundHoldCheckOptions(Options):
    codes: tuple[str, ...] = Field(min_length=1, description="phrase codes of the lexicons")
    side: Literal["before", "after"] = Field(description="where the words belong")
    say: str = Field(description="what should have been said")
    seconds: float = Field(20.0, gt=0, description="how far from the hold the words may stand")
    min_hold: float = Field(LONG_HOLD_S, gt=0, description="shorter waits are not holds")


OPTIONS = AroundHoldCheckOptions


def check(facts: Facts, options: AroundHoldCheckOptions, bar: Bar) -> CheckResult:
    waits = facts.holds(at_least=options.min_hold)
    if not waits:
        return not_applicable(Message("hold.none"))
    missing, unclear = [], []
    for wait in waits:
        window = _window(wait.span, options, facts.duration)
        said = [h for h in facts.found(options.codes) if h.confidence >= FAINT and h.span.overlap(window) > 0]
        if any(h.role is Role.AGENT for h in said):
            continue
        proof = Evidence(window, Role.AGENT, "", options.say)
        alike = facts.traces(options.codes, Role.AGENT, window) is not None
        if said or alike or poor_hearing(facts, Role.AGENT, _next_words(facts, window, options), bar):
            unclear.append(proof)
        else:
            missing.append((wait, proof))
    if missing:
        wait, _ = missing[0]
        what = "hold.silent-wait" if wait.kind is HoldKind.LOOKUP else "hold.lasted"
        lasted = Message(what, at=clock(wait.span.start), seconds=wait.span.duration)
        evidence = tuple(proof for _, proof in missing)
        code = "hold.not-said-before" if options.side == "before" else "hold.not-said-after"
        return failed(Message(code, hold=lasted, say=options.say), evidence)
    if unclear:
        code = "hold.unclear-before" if options.side == "before" else "hold.unclear-after"
        return undetermined(Message("doubt.listen", what=Message(code)), tuple(unclear))
    code = "hold.explained-before" if options.side == "before" else "hold.explained-after"
    return passed(Message(code))


def _window(wait: Span, options: AroundHoldCheckOptions, duration: float) -> Span:
    """Where the words are looked for; recognised times may be off by half a second."""
    if options.side == "before":
        return Span(max(0.0, wait.start - options.seconds), wait.start + 0.5)
    return Span(max(0.0, wait.end - 0.5), max(wait.end, min(duration, wait.end + options.seconds)))


def _next_words(facts: Facts, window: Span, options: AroundHoldCheckOptions) -> Span:
    """The agent's utterance next to the hold: where the words belong, so where hearing must be good."""
    mine = [u.span for u in facts.utterances if u.role is Role.AGENT and u.span.overlap(window) > 0]
    if not mine:
        return window
    return mine[-1] if options.side == "before" else mine[0]


def describe(options: AroundHoldCheckOptions) -> Message:
    sides = {"before": "rule.not-before-hold", "after": "rule.not-after-hold"}
    return Message(
        sides[options.side],
        what=phrases(options.codes),
        say=options.say,
        seconds=options.seconds,
        hold=options.min_hold,
    )


_ASK = {"codes": ["hold-ask"], "side": "before", "say": "请您稍等，可以吗"}
_THANKS = {"codes": ["hold-thanks"], "side": "after", "say": "让您久等了"}

EXAMPLES = (
    Example(_ASK, ("坐席: [hold-ask|请您稍等]", "客户: 好", "保持: 15", "坐席: 查到了"), "passed"),
    Example(_ASK, ("客户: 查一下", "保持: 15", "坐席: 查到了"), "failed"),
    Example(_ASK, ("坐席: 您好", "客户: 查一下"), "not-applicable"),
    Example(_THANKS, ("坐席: [hold-ask|请您稍等]", "保持: 15", "坐席: [hold-thanks|让您久等了]"), "passed"),
    Example(_THANKS, ("坐席: [hold-ask|请您稍等]", "保持: 15", "坐席: 查到了"), "failed"),
)
