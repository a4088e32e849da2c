"""A phrase was said, but too late. Where it was not said at all, this check does not apply."""

from __future__ import annotations

from pydantic import Field

from pipeline.domain import Role, clock
from pipeline.messages import Message
from pipeline.rubric.answer import Bar, CheckResult, failed, not_applicable, passed, undetermined
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.proof import cite_all, doubt, garbled, shortened
from pipeline.rubric.window import Options, Window
from pipeline.rubric.wording import party, phrases

ID = "late-phrase"


class LatePhraseCheckOptions(Options):
    codes: tuple[str, ...] = Field(min_length=1, description="phrase codes of the lexicons")
    after_seconds: float = Field(gt=0, description="seconds from the start of the recording")
    role: Role = Field(Role.AGENT, description="who must say it")
    usual_place: Window | None = Field(
        None, description="where it is normally said: badly recognised words there leave the answer open"
    )
    least_characters: int = Field(4, ge=1, description="shorter utterances cannot hide it")


OPTIONS = LatePhraseCheckOptions


def check(facts: Facts, options: LatePhraseCheckOptions, bar: Bar) -> CheckResult:
    said = facts.found(options.codes, options.role)
    if not said:
        return not_applicable(Message("check.never-said"))
    first = said[0]
    if first.span.start < options.after_seconds:
        return passed(Message("check.said-at-second", seconds=first.span.start), cite_all([first]))
    reason = doubt(facts, first, bar) or _may_be_earlier(facts, options, bar)
    if reason is not None:
        late = Message("check.said-only-at-second", seconds=first.span.start)
        return undetermined(Message("doubt.but", what=late, why=reason), cite_all([first]))
    return failed(
        Message("check.said-late", seconds=first.span.start, due=options.after_seconds), cite_all([first])
    )


def _may_be_earlier(facts: Facts, options: LatePhraseCheckOptions, bar: Bar) -> Message | None:
    """The words may have been said in time, where the recogniser heard but noise, or in other words."""
    if options.usual_place is None:
        return None
    place = options.usual_place.on(facts)
    hidden = garbled(facts, options.role, place, bar, least=options.least_characters)
    if hidden is not None:
        return Message("doubt.unclear-at", at=clock(hidden.span.start))
    trace = facts.traces(options.codes, options.role, place)
    if trace is None or trace.span.start >= options.after_seconds:
        return None
    return Message("doubt.sounds-alike", quote=shortened(trace.text), at=clock(trace.span.start))


def describe(options: LatePhraseCheckOptions) -> Message:
    what = phrases(options.codes)
    return Message("rule.late", who=party(options.role), seconds=options.after_seconds, what=what)


EXAMPLES = (
    Example(
        {"codes": ["greeting"], "after_seconds": 30}, ("坐席: [greeting|您好，请问有什么可以帮您]",), "passed"
    ),
    Example(
        {"codes": ["greeting"], "after_seconds": 30},
        ("客户: 喂", "静音: 35", "坐席: [greeting|您好，请问有什么可以帮您]"),
        "failed",
    ),
    Example({"codes": ["greeting"], "after_seconds": 30}, ("坐席: 喂",), "not-applicable"),
)
