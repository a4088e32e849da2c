"""Is there a service dialogue to judge at all?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pipeline.domain import PhraseKind, Role, total
from pipeline.messages import Message
from pipeline.rubric.answer import Truth
from pipeline.rubric.facts import Facts
from pipeline.rubric.sheet import Rubric

WORDS_OF_A_PARTY = 2
"""Fewer characters than this are not taking part in a dialogue."""


def why_not_applicable(rubric: Rubric, facts: Facts) -> Message | None:
    """One sentence why the whole sheet does not apply; None where it does."""
    gate = rubric.applies
    day = facts.call.started_at.date() if facts.call.started_at else None
    if not in_force(day, rubric.valid_from, rubric.valid_until):
        return Message("gate.not-in-force")
    if not facts.utterances and facts.timeline.announced:
        return Message("gate.only-announcement")
    if not facts.utterances or total(facts.timeline.talk) < 0.3:
        return Message("gate.no-speech")
    words = facts.timeline.characters
    one_voice = facts.roles.like_voices  # a dialogue, whoever is named for it: a person has to listen
    if gate.both_parties and not one_voice:
        alone = _only_party(words)
        if alone is not None:
            return alone
    if facts.duration < gate.min_seconds:
        return Message("gate.too-short", seconds=round(facts.duration))
    if sum(words.values()) < gate.min_characters or len(facts.utterances) < gate.min_utterances:
        return Message("gate.too-few-words", count=sum(words.values()))
    if not one_voice and _nobody_is_the_agent(facts, gate.min_role_confidence):
        return Message("gate.no-agent")
    if gate.unless is not None:
        answer = gate.unless.ask(facts)
        if answer.truth is Truth.YES:
            return answer.reason or Message("gate.other-kind")
    return None


def _only_party(words: Mapping[Role, int]) -> Message | None:
    """Why this is a monologue; None where both talk, or where nobody can tell the parties apart."""
    if words[Role.UNKNOWN] >= WORDS_OF_A_PARTY:
        return None
    if words[Role.AGENT] < WORDS_OF_A_PARTY:
        return Message("gate.only-customer")
    if words[Role.CUSTOMER] < WORDS_OF_A_PARTY:
        return Message("gate.only-agent")
    return None


def _nobody_is_the_agent(facts: Facts, bar: float) -> bool:
    """Nothing agents must say was heard, and the roles are a guess: one voice taken for two (voicemail)."""
    if any(hit.kind is PhraseKind.REQUIRED and hit.role is Role.AGENT for hit in facts.hits):
        return False
    seconds = sum(u.span.duration for u in facts.utterances)
    return sum(u.role_confidence * u.span.duration for u in facts.utterances) < bar * seconds


def in_force(day: date | None, first: date | None, last: date | None) -> bool:
    """Whether a rule holds on a day; a call without a date is judged by every rule."""
    return day is None or ((first is None or day >= first) and (last is None or day <= last))
