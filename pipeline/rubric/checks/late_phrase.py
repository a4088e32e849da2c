"""A phrase was said, but too late. Where it was not said at all, this check does not apply."""

from __future__ import annotations

from pydantic import Field

from pipeline.domain import Role
from pipeline.messages import Lang
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.proof import cite_all, clock, doubt, garbled
from pipeline.rubric.verdict import Bar, Verdict, failed, not_applicable, passed, undetermined
from pipeline.rubric.window import Options as Base
from pipeline.rubric.window import Window
from pipeline.rubric.wording import phrases, pick, who

ID = "late-phrase"


class Options(Base):
    codes: tuple[str, ...] = Field(min_length=1, description="phrase codes of the lexicons")
    after_seconds: float = Field(gt=0, description="seconds from the start of the recording")
    role: Role = Field(Role.AGENT, description="who must say it")
    usual_place: Window | None = Field(
        None, description="where it is normally said: badly recognised words there leave the answer open"
    )
    least_characters: int = Field(4, ge=1, description="shorter utterances cannot hide it")


def check(facts: Facts, options: Options, bar: Bar) -> Verdict:
    said = facts.found(options.codes, options.role)
    if not said:
        return not_applicable("没有说到，不判是否及时")
    first = said[0]
    if first.span.start < options.after_seconds:
        return passed(f"在第{first.span.start:.0f}秒说到", cite_all([first]))
    reason = doubt(facts, first, bar) or _may_be_earlier(facts, options, bar)
    if reason is not None:
        return undetermined(f"到第{first.span.start:.0f}秒才说到，但{reason}，请人工复听", cite_all([first]))
    return failed(
        f"到第{first.span.start:.0f}秒才说到（应在{options.after_seconds:.0f}秒内）", cite_all([first])
    )


def _may_be_earlier(facts: Facts, options: Options, bar: Bar) -> str | None:
    """The words may have been said in time where the recogniser heard nothing but noise."""
    if options.usual_place is None:
        return None
    place = options.usual_place.on(facts)
    hidden = garbled(facts, options.role, place, bar, least=options.least_characters)
    return None if hidden is None else f"{clock(hidden.span.start)}的话识别不清"


def told(options: Options, lang: Lang = "zh") -> str:
    whose, what = who(options.role, lang), phrases(options.codes, lang)
    return pick(
        lang,
        f"{whose}到第{options.after_seconds:g}秒以后才说{what}",
        f"{whose} says {what} only after second {options.after_seconds:g}",
    )


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
