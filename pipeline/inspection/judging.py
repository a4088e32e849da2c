"""From what was heard to the judgement, for a call that was just heard and for one that is stored alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.conversation import Timeline
from pipeline.domain import NO_EVIDENCE, Inspection, PhraseHit, RoleEvidence, Status
from pipeline.inspection.hits import surviving
from pipeline.inspection.rules import Rules
from pipeline.rubric import Facts, score
from pipeline.rubric.rarity import NO_WORDS, Words
from pipeline.speech.roles import CLAIM_WEIGHT

PARTIAL = "incomplete"
"""Reason code of a call of which only a part could be read."""


def judge(heard: Inspection, timeline: Timeline, rules: Rules, words: Words = NO_WORDS) -> Inspection:
    """Score a call by its facts, measures and hits; the scorecard decides whether the sheet applies at all.

    Args:
        heard: the inspection without its judgement. Status ``partial`` and its reason say that only a part of
            the sound could be read, and stay.
        words: what people settled in this call, which no learned rate undoes.
    """
    facts = Facts(
        heard.recording.call,
        timeline,
        heard.measures,
        heard.hits,
        heard.role_evidence,
        trace=rules.traces,
        incomplete=heard.status is Status.PARTIAL,
    )
    scorecard = score(rules.rubric, facts, rules.gate, words)
    lexicons, rubric = rules.revisions
    judged = replace(
        heard, scorecard=scorecard, revisions=replace(heard.revisions, lexicons=lexicons, rubric=rubric)
    )
    if heard.status is Status.PARTIAL:
        return replace(judged, reason_code=PARTIAL)
    if scorecard.not_applicable:
        return replace(
            judged, status=Status.NOT_APPLICABLE, reason=scorecard.not_applicable, reason_code=None
        )
    return replace(judged, status=Status.INSPECTED, reason=None, reason_code=None)


def judge_again(
    stored: Inspection,
    rules: Rules,
    *,
    earlier: Sequence[PhraseHit],
    written: Sequence[PhraseHit] | None = None,
    words: Words = NO_WORDS,
) -> Inspection:
    """Judge a stored inspection by the present lexicons and rubric, without its sound.

    Needs of it the recording, status, duration, transcript, measures and the hits by sound and meaning; the
    rest is made anew.

    Args:
        earlier: what the sound confirmed for earlier revisions of this hearing, the newest first: a hit that
            other lexicons hid behind a written one comes back with them. The store knows it
            (``store.judgements.confirmed_earlier``).
        written: what the present lexicons find in the text, from callers that know a shorter way to it.
        words: what people settled in this call, which no learned rate undoes. The store knows it
            (``store.judgements.words_of``).
    """
    if stored.duration is None or stored.status is Status.UNREADABLE:
        return stored
    hits = hits_again(stored, rules, earlier=earlier, written=written)
    timeline = Timeline.of(stored, rules.matcher.lexicons.words)
    evidence = role_evidence_now(stored)
    return judge(replace(stored, hits=hits, role_evidence=evidence), timeline, rules, words)


def hits_again(
    stored: Inspection,
    rules: Rules,
    *,
    earlier: Sequence[PhraseHit],
    written: Sequence[PhraseHit] | None = None,
) -> tuple[PhraseHit, ...]:
    """The hits of a stored inspection by the present lexicons; arguments as for `judge_again`."""
    if stored.revisions.lexicons == rules.revisions.lexicons:
        return stored.hits  # nothing else would be found
    if written is None:
        written = rules.matcher.match(stored.transcript.utterances)
    return surviving(written, (*stored.hits, *earlier), rules.matcher.lexicons)


def role_evidence_now(stored: Inspection) -> RoleEvidence:
    """What the roles rest on: the call list may claim another channel than when the call was heard."""
    evidence, taken = stored.role_evidence, stored.agent_channel
    if taken is None or evidence == NO_EVIDENCE:
        return evidence
    claimed = stored.recording.call.agent_channel
    if claimed not in ("left", "right"):
        return replace(evidence, claim=None)
    return replace(evidence, claim=CLAIM_WEIGHT if claimed == taken else -CLAIM_WEIGHT)
