"""From hits and windows to evidence, and whether that evidence is good enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.conversation.text import other_language
from pipeline.domain import Evidence, How, PhraseHit, Role, Span, Utterance, clip, clock, intersect, total
from pipeline.messages import Message
from pipeline.rubric.answer import Bar
from pipeline.rubric.facts import Facts

FAINT = 0.2
"""Hits below this are noise: they neither accuse nor cast doubt."""

MEAN_SHARE = 0.8
"""A mean over a whole call hides single bad utterances, so it needs to be this share of the bar only."""

MISHEARD = (How.SOUND, How.CONFIRMED)
"""Ways of finding a phrase in which the recogniser may have written something else."""

PARTIES = {
    Role.AGENT: Message("party.agent"),
    Role.CUSTOMER: Message("party.customer"),
    Role.UNKNOWN: Message("party.unknown"),
    Role.ANNOUNCEMENT: Message("party.announcement"),
}
WHOSE = Message("doubt.whose")
"""Nobody can tell who said it."""
INCOMPLETE = Message("doubt.incomplete")
"""It may stand in the part of the recording that nobody could read."""


def rests_on(reason: Message | None, why: Message) -> bool:
    """Whether a reason is ``why``, or names it among its own."""
    if reason is None or reason == why:
        return reason is not None
    return any(isinstance(part, Message) and rests_on(part, why) for _, part in reason.params)


def cite(hit: PhraseHit) -> Evidence:
    """The evidence a phrase hit gives."""
    sure = hit.confidence
    return Evidence(hit.span, hit.role, hit.quote, hit.phrase, hit.how, sure, hit.wording, hit.per_1000)


def cite_all(hits: Iterable[PhraseHit]) -> tuple[Evidence, ...]:
    return tuple(cite(hit) for hit in hits)


def doubt(facts: Facts, hit: PhraseHit, bar: Bar) -> Message | None:
    """Why a hit is too weak to accuse anyone; None where it is strong enough."""
    if hit.role is Role.UNKNOWN:
        return WHOSE
    if hit.confidence < bar.accuse:
        return Message("doubt.confidence", confidence=hit.confidence)
    utterance = facts.utterance_of(hit)
    if utterance is not None:
        if utterance.role_confidence < bar.role:
            return WHOSE
        if utterance.overlapped and hit.how is not How.CONFIRMED and hit.confidence < (1 + bar.accuse) / 2:
            return Message("doubt.overlap")
    return None


def poor_hearing(facts: Facts, role: Role, window: Span, bar: Bar) -> Message | None:
    """Why the absence of words by ``role`` in ``window`` proves nothing; None where hearing was good."""
    transcribed, confidence = facts.once(("hearing", role, window), lambda: _hearing(facts, role, window))
    if transcribed < bar.coverage:
        return Message("doubt.unrecognised")
    if facts.once(("other language", role, window), lambda: _other_language(facts, role, window)):
        return Message("doubt.other-language")
    if confidence < bar.hearing * MEAN_SHARE:
        return Message("doubt.unclear")
    return None


def _other_language(facts: Facts, role: Role, window: Span) -> bool:
    said = (u.text for u in facts.timeline.said_by[role] if u.span.overlap(window) > 0)
    return other_language("\n".join(said))


def _hearing(facts: Facts, role: Role, window: Span) -> tuple[float, float]:
    """The share of the party's speech that was transcribed, and the mean confidence of its words."""
    transcribed = confidence = 1.0
    spoken = clip(facts.timeline.turns[role], window)
    if total(spoken) > 1.0:
        seen = intersect(spoken, (u.span.widened(0.3) for u in facts.utterances))
        transcribed = total(seen) / total(spoken)
    mine = [u for u in facts.timeline.said_by[role] if u.span.overlap(window) > 0]
    weight = sum(u.span.duration for u in mine)
    if weight:
        confidence = sum(u.confidence * u.span.duration for u in mine) / weight
    return transcribed, confidence


def garbled(facts: Facts, role: Role, place: Span, bar: Bar, *, least: int) -> Utterance | None:
    """A badly recognised utterance of ``role`` in ``place`` that could hide ``least`` characters; or None.

    A short garbled "喂" cannot be a greeting; a long one may well be.
    """
    for utterance in facts.timeline.said_by[role]:
        long_enough = utterance.characters >= least
        if long_enough and utterance.confidence < bar.hearing and utterance.span.overlap(place) > 0:
            return utterance
    return None


def shortened(text: str, *, limit: int = 24) -> str:
    """A quote for a sentence, cut where it runs long."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def listed(evidence: Sequence[Evidence], *, limit: int = 3) -> Message:
    """What some evidence says, for a sentence: ``“你明白吗”（0:26）、…``.

    Where only the sound told, the wording that it matched: what the recogniser wrote there is what it
    misheard. Never the phrase that the lexicon lists it under, which may be put in quite other words.
    """
    said = [e.wording or e.quote or e.phrase for e in evidence[:limit]]
    parts = tuple(
        Message("place.quoted", quote=shortened(words or ""), at=clock(e.span.start))
        for e, words in zip(evidence, said, strict=False)
    )
    found = Message("join.list", parts=parts)
    return Message("place.more", places=found, count=len(evidence)) if len(evidence) > limit else found


def weakness(facts: Facts, evidence: Sequence[Evidence], bar: Bar) -> Message | None:
    """Why the evidence of a condition is too weak to accuse anyone; None where it is strong enough."""
    for piece in evidence:
        if piece.role is None:
            continue
        if piece.role is Role.UNKNOWN:
            return WHOSE
        if piece.confidence < (bar.accuse if piece.how is not None else bar.hearing):
            return Message("doubt.confidence", confidence=piece.confidence)
        near = [u for u in facts.utterances if u.role is piece.role and u.span.overlap(piece.span) > 0]
        if near and min(u.role_confidence for u in near) < bar.role:
            return WHOSE
    return None


def excused(facts: Facts, place: Span, codes: Sequence[str], seconds: float) -> bool:
    """Whether the agent said one of ``codes`` at most ``seconds`` before ``place``."""
    before = Span(max(0.0, place.start - seconds), place.start + 0.5)
    said = facts.found(tuple(codes), Role.AGENT) if codes else ()
    return any(h.confidence >= FAINT and h.span.overlap(before) > 0 for h in said)
