"""A phrase that must be said was not said. The evidence is the window that was searched."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipeline.domain import Evidence, PhraseHit, Role, Span, clock
from pipeline.messages import Message
from pipeline.rubric.answer import Bar, CheckResult, failed, passed, undetermined
from pipeline.rubric.cue import Cue
from pipeline.rubric.example import Example
from pipeline.rubric.facts import Facts
from pipeline.rubric.proof import (
    FAINT,
    INCOMPLETE,
    PARTIES,
    WHOSE,
    cite_all,
    garbled,
    listed,
    poor_hearing,
    shortened,
)
from pipeline.rubric.window import WHOLE_CALL, Options, Window
from pipeline.rubric.wording import party, phrases, words_of

ID = "required-phrase"


class RequiredPhraseCheckOptions(Options):
    codes: tuple[str, ...] = Field(min_length=1, description="phrase codes of the lexicons")
    say: str = Field(description="what should have been said: shown to people as the better wording")
    match: Literal["any", "all"] | int = Field("any", description="how many different codes must be said")
    role: Role = Field(Role.AGENT, description="who must say it")
    within: Window = Field(WHOLE_CALL, description="where in the call")
    usual_place: Window | None = Field(
        None, description="where it is normally said: badly recognised words there leave the answer open"
    )
    least_characters: int = Field(4, ge=1, description="shorter utterances cannot hide it")
    heard_at: float = Field(0.4, ge=0, le=1, description="a hit of this confidence counts as said")
    # left out of the sheet's digest where nothing is said of it: sheets from before keep their revision
    perhaps: Cue | None = Field(
        None,
        exclude_if=lambda told: told is None,
        description="what may have been it in other words: where it is said, the answer is left open",
    )


OPTIONS = RequiredPhraseCheckOptions


def check(facts: Facts, options: RequiredPhraseCheckOptions, bar: Bar) -> CheckResult:
    window = options.within.on(facts)
    needed = {"any": 1, "all": len(options.codes)}.get(str(options.match)) or int(options.match)
    near = [h for h in facts.found(options.codes) if h.confidence >= FAINT and h.span.overlap(window) > 0]
    said = [h for h in near if h.role is options.role and h.confidence >= options.heard_at]
    if len({h.code for h in said}) >= needed:
        return passed(Message("check.said", places=listed(cite_all(said))), cite_all(said))
    who = PARTIES[options.role]
    searched = (Evidence(window, options.role, "", options.say),)
    where = Message("place.window", start=clock(window.start), end=clock(window.end))
    if options.within.everything:
        where = Message("place.whole-call")
    weak = [h for h in near if h not in said and _unsure(facts, h, options, bar)]
    if len({h.code for h in (*said, *weak)}) >= needed:
        why = Message("doubt.faint") if weak[0].role is options.role else WHOSE
        seems = Message("check.seems-said", places=listed(cite_all(weak)), why=why)
        return undetermined(seems, cite_all(weak))
    reason = INCOMPLETE if facts.incomplete else None
    reason = reason or poor_hearing(facts, options.role, window, bar)
    place = window if options.usual_place is None else options.usual_place.on(facts)
    if reason is None and options.usual_place is not None:
        hidden = garbled(facts, options.role, place, bar, least=options.least_characters)
        reason = None if hidden is None else Message("doubt.unclear-at", at=clock(hidden.span.start))
    if reason is None and _played_or_said(facts, place, bar):
        reason = Message("doubt.announcement")
    if reason is None and (trace := facts.traces(options.codes, options.role, place)) is not None:
        quote = shortened(trace.text)
        reason = Message("doubt.sounds-alike", quote=quote, at=clock(trace.span.start))
    if reason is None and (like := _otherwise(facts, options, bar)) is not None:
        reason = Message("doubt.said-otherwise", quote=shortened(like.quote or ""), at=clock(like.span.start))
    if reason is not None:
        unfound = Message("check.required-unfound", where=where, say=options.say, why=reason)
        return undetermined(unfound, searched)
    return failed(Message("check.required-not-heard", where=where, who=who, say=options.say), searched)


def _played_or_said(facts: Facts, place: Span, bar: Bar) -> bool:
    """Whether words stand there that the line seems to play, and agents say as well."""
    return any(
        u.role is Role.ANNOUNCEMENT and u.role_confidence < bar.role and u.span.overlap(place) > 0
        for u in facts.timeline.utterances
    )


def _otherwise(facts: Facts, options: RequiredPhraseCheckOptions, bar: Bar) -> Evidence | None:
    """What may have been it in other words, by the party or by somebody who may be the party."""
    for like in options.perhaps.places(facts, options.within) if options.perhaps is not None else ():
        near = [u for u in facts.utterances if u.role is like.role and u.span.overlap(like.span) > 0]
        if like.role in (options.role, Role.UNKNOWN) or any(u.role_confidence < bar.role for u in near):
            return like
    return None


def _unsure(facts: Facts, hit: PhraseHit, options: RequiredPhraseCheckOptions, bar: Bar) -> bool:
    """A hit that may be what was asked for: faint, or by someone who may be the right one."""
    if hit.role in (options.role, Role.UNKNOWN):
        return True
    utterance = facts.utterance_of(hit)
    return utterance is not None and utterance.role_confidence < bar.role


def describe(options: RequiredPhraseCheckOptions) -> Message:
    what = phrases(options.codes)
    match options.match:
        case "any":
            pass
        case "all":
            what = Message("rule.all-of", what=what)
        case number:
            what = Message("rule.number-of", number=number, what=what)
    where = options.within.describe() or Message("window.whole-call")
    told = Message("rule.not-heard", who=party(options.role), what=what, say=options.say, where=where)
    if options.perhaps is None:
        return told
    like = words_of(options.perhaps.meaning, options.perhaps.meaning_en)
    return Message("rule.unless-perhaps", told=told, perhaps=like)


_GREETING = {"codes": ["greeting"], "say": "您好，很高兴为您服务"}

EXAMPLES = (
    Example(_GREETING, ("坐席: [greeting|您好，很高兴为您服务]", "客户: 你好"), "passed"),
    Example(_GREETING, ("坐席: 喂，说吧", "客户: 暖气不热"), "failed"),
    Example(_GREETING, ("坐席: 喂，你讲", "客户: [greeting|您好，很高兴为您服务]，该你说"), "failed"),
    Example(_GREETING, ("坐席: 喂，说吧", "客户: 暖气不热"), "undetermined", {"confidence": 0.2}),
    Example(
        _GREETING,
        ("坐席: Of course, may I have your last name please", "客户: Sure, my last name is Smith"),
        "undetermined",
    ),
    Example(_GREETING, ("坐席: 我哋嘅系统而家唔得", "客户: 点解啊"), "undetermined"),
    Example(_GREETING, ("坐席: 喂，你的 WIFI 和 APP 又怎么了", "客户: 断了"), "failed"),
    Example(_GREETING, ("某人: [greeting|您好，很高兴为您服务]",), "undetermined"),
    Example(_GREETING, ("坐席: [greeting|您好，很高兴为您服务]",), "undetermined", {"hit_confidence": 0.3}),
    Example(
        {**_GREETING, "usual_place": {"first_utterances": 2, "of": "agent"}},
        ("坐席: 昌女事务实安台报检的库务", "客户: 什么产品"),
        "undetermined",
        {"confidence": 0.45},
    ),
    Example(
        {**_GREETING, "usual_place": {"first_utterances": 2, "of": "agent"}},
        ("坐席: 微说吧", "客户: 暖气不热", "静音: 1", "客户: 快点"),
        "failed",
        {"confidence": 0.45},
    ),
    Example(
        {"codes": ["name", "number", "reason"], "say": "姓名、工号、来意", "match": 2},
        ("坐席: 我是[name|小王]", "客户: 哦"),
        "failed",
    ),
    Example(
        {
            "codes": ["price"],
            "say": "每月三十元",
            "perhaps": {"pattern": "[0-9]块", "meaning": "钱数"},
        },
        ("坐席: 就收您9块", "客户: 哦"),
        "undetermined",
    ),
    Example(
        {**_GREETING, "within": {"first_seconds": 10}},
        ("客户: 喂", "静音: 20", "坐席: [greeting|您好，很高兴为您服务]"),
        "failed",
    ),
)
