"""What the customer was asked to agree to was done, and the customer did not agree. Silence is no consent.

The answer is looked for between the question and the words that say that it was done. A plain yes there
passes. It fails where the customer refused, or where nothing that could be a yes was said or heard; where the
answer may only have been lost (words that were not recognised, a mere “嗯”, a yes that came late), it is
undetermined.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from pipeline.conversation.pattern import compiled
from pipeline.domain import Evidence, Role, Span, Utterance, clip, clock, intersect, total
from pipeline.messages import Message
from pipeline.rubric.answer import Bar, CheckResult, failed, not_applicable, passed, undetermined
from pipeline.rubric.cue import Cue, Pattern
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.proof import INCOMPLETE, WHOSE, poor_hearing, shortened, weakness
from pipeline.rubric.window import Options

ID = "consent"

_END = r"(的|吧|啊|呀|嘛|嘞|了|哦|噢|，|。|！|,|!|\s|$)"
YES = "|".join(
    (
        "同意|愿意|可以|没问题|没意见|没异议|需要|确认",
        f"(好|行|成|中|对|是|要|办|开|买){_END}",
        "[对好行是]{2}|(?i:ok)",
    )
)
"""What agrees, however shortly. Wide on purpose: who is taken to have agreed is not accused."""
NO = "|".join(
    (
        "不(要|用|需要|办|买|开|同意|可以|行|好|想|考虑|感兴趣|愿意|必|了)",
        "别(给我|办|开|弄|买|扣)|算了|再说|(再|先)?(考虑|想想|商量)|下次|拒绝",
        "没(有)?(兴趣|同意|答应|说要|想好|考虑好|决定|确认)|(想|考虑|商量)好",
    )
)
"""What refuses or puts off."""
_ASKS = "吗|么|呢|[？?]|怎么|什么|多少|(.)不$"
"""A question of the customer's own is no answer."""
_LISTENS = r"^[嗯啊哦噢喔呃唉哎额喂哈，。！？、,.!?\s]*$|知道了|明白|清楚|听到|了解"
"""Shows that somebody listens or understands, and not that they agree."""
MISSED_S = 0.25
"""Seconds: as long a sound of the customer's without words may have been a yes."""


class ConsentCheckOptions(Options):
    asked: Cue = Field(description="the question that asks for consent")
    done: Cue = Field(description="what says that it was done: without it after the question nothing was")
    yes: Pattern = Field(YES, description="what agrees (RE2)")
    no: Pattern = Field(NO, description="what refuses or puts off (RE2)")


OPTIONS = ConsentCheckOptions


def check(facts: Facts, options: ConsentCheckOptions, bar: Bar) -> CheckResult:
    asked, done = options.asked.places(facts), options.done.places(facts)
    ends = [d for d in done if any(a.span.end <= d.span.start for a in asked)]
    if not ends:
        return not_applicable(Message("consent.not-asked" if not asked else "consent.not-done"))
    end = ends[-1]
    question = next(a for a in reversed(asked) if a.span.end <= end.span.start)
    first = next(a for a in asked if a.span.end <= end.span.start)
    answers = _answers(facts, Span(first.span.end, end.span.start))
    if (given := _agreeing(answers, options)) is not None:
        return passed(Message("consent.given", **_quoted(given)), (question, _cite(given)))
    refusal = _refusing(answers, options)
    place = Span(question.span.end, end.span.start)
    doubt = _doubt(facts, options, bar, (question, end), answers, refusal)
    evidence = (question, *(() if refusal is None else (_cite(refusal),)), end)
    if doubt is not None:
        return undetermined(Message("consent.unsure", at=clock(place.start), why=doubt), evidence)
    if refusal is not None:
        return failed(Message("consent.refused", **_quoted(refusal)), evidence, weight=1)
    return failed(Message("consent.silent", at=clock(place.start), then=clock(place.end)), evidence, weight=1)


def _answers(facts: Facts, place: Span) -> list[Utterance]:
    """What was not said by the agent in a stretch of the call: what nobody can tell may be the customer's."""
    others = (Role.CUSTOMER, Role.UNKNOWN)
    return [u for u in facts.utterances if u.role in others and u.span.overlap(place) > 0]


def _agreeing(said: Sequence[Utterance], options: ConsentCheckOptions) -> Utterance | None:
    """The first plain yes of the customer's: no refusal, and no question of their own."""
    for utterance in said:
        plain = not any(compiled(other).search(utterance.text) for other in (options.no, _ASKS))
        if utterance.role is Role.CUSTOMER and plain and compiled(options.yes).search(utterance.text):
            return utterance
    return None


def _refusing(said: Sequence[Utterance], options: ConsentCheckOptions) -> Utterance | None:
    """The first plain refusal of the customer's: nothing besides it could be a yes."""
    for utterance in said:
        refuses = utterance.role is Role.CUSTOMER and compiled(options.no).search(utterance.text)
        if refuses and not compiled(options.yes).search(_besides(utterance.text, options.no)):
            return utterance
    return None


def _besides(text: str, pattern: str) -> str:
    """What is left of an utterance without the words of a pattern: 没想好 holds no 好."""
    return str(compiled(pattern).sub("", text))


def _doubt(
    facts: Facts,
    options: ConsentCheckOptions,
    bar: Bar,
    ends: tuple[Evidence, Evidence],
    answers: Sequence[Utterance],
    refusal: Utterance | None,
) -> Message | None:
    """Why it cannot be told that the customer did not agree; None where it can."""
    question, end = ends
    place = Span(question.span.end, end.span.start)
    if (weak := weakness(facts, ends, bar)) is not None:
        return weak
    if facts.incomplete:
        return INCOMPLETE
    if any(u.role is Role.UNKNOWN or u.role_confidence < bar.role for u in answers):
        return WHOSE
    unclear = next((u for u in answers if u.confidence < bar.hearing or u.overlapped), None)
    if unclear is not None:
        return Message("doubt.unclear-at", at=clock(unclear.span.start))
    if refusal is not None:
        return None
    faint = next((u for u in answers if compiled(options.yes).search(_besides(u.text, options.no))), None)
    faint = faint or next((u for u in answers if compiled(_LISTENS).search(u.text)), None)
    if faint is not None:
        return Message("consent.faint", **_quoted(faint))
    if _unheard(facts, place) >= MISSED_S or poor_hearing(facts, Role.CUSTOMER, place, bar) is not None:
        return Message("doubt.unrecognised")
    rest = _answers(facts, Span(end.span.start, max(end.span.end, facts.timeline.whole.end)))
    before = _answers(facts, Span(0.0, question.span.start))
    wide = options.model_copy(update={"yes": f"{options.yes}|{_LISTENS}"})
    asked_for = options.model_copy(update={"yes": _WANTS})
    if (said := _agreeing(rest, wide) or _agreeing(before, asked_for)) is not None:
        return Message("consent.elsewhere", **_quoted(said))
    return None


_WANTS = "(我|我们)(想|要|就)?(要|办|开|买|订|投)|(给|帮)我(办|开|买|订|投|弄)"
"""The customer asked for it."""


def _unheard(facts: Facts, place: Span) -> float:
    """Seconds for which the customer was heard there and nothing was recognised."""
    spoken = clip(facts.timeline.turns[Role.CUSTOMER], place)
    return total(spoken) - total(intersect(spoken, (u.span.widened(0.3) for u in facts.utterances)))


def _cite(utterance: Utterance) -> Evidence:
    return Evidence(utterance.span, utterance.role, utterance.text, confidence=utterance.confidence)


def _quoted(utterance: Utterance) -> dict[str, str]:
    return {"quote": shortened(utterance.text), "at": clock(utterance.span.start)}


def describe(options: ConsentCheckOptions) -> Message:
    return Message("rule.consent", asked=options.asked.describe(), done=options.done.describe())


_SALE = {"asked": {"pattern": "同意办理吗", "role": "agent"}, "done": {"pattern": "办好了", "role": "agent"}}
_Q, _D = "坐席: 每月三十元，您同意办理吗", "坐席: 给您办好了"

EXAMPLES = (
    Example(_SALE, (_Q, "客户: 同意，办吧", _D), "passed"),
    Example(_SALE, (_Q, "客户: 好的", _D), "passed"),
    Example(_SALE, (_Q, "客户: 我再考虑一下", _D), "failed"),
    Example(_SALE, (_Q, "静音: 2", _D, "客户: 你办什么了"), "failed"),
    Example(_SALE, (_Q, "客户: 嗯", _D), "undetermined"),
    Example(_SALE, (_Q, _D, "客户: 好的，谢谢"), "undetermined"),
    Example(_SALE, (_Q, "客户: 我再考虑一下", _D), "undetermined", {"confidence": 0.2}),
    Example(_SALE, (_Q, "某人: 不要", _D), "undetermined"),
    Example(_SALE, (_Q, "客户: 不要"), "not-applicable"),
    Example(_SALE, (_D,), "not-applicable"),
)
