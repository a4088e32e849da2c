"""Where a party can hardly be understood although the line is good: unclear and swallowed words.

Nobody's ear judges here but the recogniser's, so each is measured against the other party of the same call.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.conversation import Timeline
from pipeline.domain import PARTIES, Role, Utterance, clip, merge, total
from pipeline.measures.catalogue import UNMEASURED, MeasuredValue, Sounds, measured_beside
from pipeline.measures.voice import channel_level

LEAST_CHARACTERS, LEAST_S = 6, 1.5
"""Of an utterance: the confidence of "好的" says nothing of how it was said."""
LEAST_ROLE_CONFIDENCE = 0.55
"""As the rubric's evidence bar of class D: less sure, the words may be the other party's."""
FAINT_DB = 10.0
"""So far below the party's usual level an utterance is too quiet to be told unclear from faint."""
LEAST_SPEECH_S, OTHERS_LEAST_S = 20.0, 8.0
FINE = 0.6
"""Least mean confidence of the other party. With the model base it is 0.63 to 0.78 in clean calls of a
labelled night and of people who read sentences."""
UNCLEAR = 0.65
"""Of the other party's mean confidence: of 113 utterances of agents in the 17 of those calls in which this is
measured, one lies at 0.50 and the next at 0.73."""
HURRIED, HURRIED_CHARACTERS = 500.0, 15
"""Characters per minute within an utterance, pauses left out, and least characters for that to be known: the
fastest of 101 there lies at 398, but for an agent who is labelled too fast and reaches 512."""
HURRIED_UNSURE = 0.8


@measured_beside("unclear_speech_{role}", unit="0..1", roles=(Role.AGENT,))
def unclear_speech(timeline: Timeline, role: Role, sounds: Sounds) -> MeasuredValue:
    """Share of the party's speech (seconds) that the recogniser could hardly read although it was loud
    enough: utterances whose confidence is at most 0.65 of the other party's mean confidence in the same call.
    The spans are those utterances. Only utterances of at least 6 characters and 1.5 s that are mostly
    Chinese, not talked over, surely the party's, and less than 10 dB below its usual level count. None in a
    mono recording, with less than 20 s of such speech, where the other party is not well understood itself
    (8 s of such speech, mean confidence 0.6), or where loud speech stands out of the noise of the channel by
    less than 15 dB. A dialect or an accent lowers the confidence as well.

    Source: word confidence as a measure of how well a speaker is understood, as automatic intelligibility
    rating does (A. Maier et al., "PEAKS - A system for the automatic evaluation of voice and speech
    disorders", Speech Communication 51, 2009); the limits are ours.
    """
    mine, level = _judged(timeline, role, sounds), _confidence(_judged(timeline, role.other, sounds))
    seconds = sum(u.span.duration for u in mine)
    if seconds < LEAST_SPEECH_S or level is None:
        return UNMEASURED
    unclear = [u for u in mine if u.confidence <= UNCLEAR * level]
    share = sum(u.span.duration for u in unclear) / seconds
    return MeasuredValue(share, merge(u.span for u in unclear))


@measured_beside("swallowed_speech_{role}", unit="s", roles=(Role.AGENT,))
def swallowed_speech(timeline: Timeline, role: Role, sounds: Sounds) -> MeasuredValue:
    """Seconds in which the party hurries over its words: utterances of at least 15 characters at 500
    characters per minute or more, pauses left out, whose confidence is at most 0.8 of the other party's mean
    confidence in the same call. The spans are those utterances. Which utterances count, and when nothing is
    measured, is as for unclear_speech_agent, with any 15 characters in place of 20 s. Where the recogniser
    lost so many characters that the rate is no longer high, the speech is unclear, and not found here.

    Source: Mandarin speakers merge syllables under time pressure (C. Cheng and Y. Xu, "Extreme reductions:
    contraction of disyllables into monosyllables in Taiwan Mandarin", Interspeech 2009); the limits are ours.
    """
    mine, level = _judged(timeline, role, sounds), _confidence(_judged(timeline, role.other, sounds))
    long_enough = [u for u in mine if u.characters >= HURRIED_CHARACTERS]
    if not long_enough or level is None:
        return UNMEASURED
    swallowed = merge(
        u.span
        for u in long_enough
        if u.confidence <= HURRIED_UNSURE * level and _rate(timeline, u) >= HURRIED
    )
    return MeasuredValue(total(swallowed), swallowed)


def _judged(timeline: Timeline, role: Role, sounds: Sounds) -> Sequence[Utterance]:
    """The party's utterances that say how clearly it speaks; none where the line does not let it be told."""
    if timeline.mono or not all(one in sounds for one in PARTIES):
        return ()
    level = channel_level(timeline, role, sounds[role])
    said = [
        u
        for u in timeline.said_by[role]
        if u.characters >= LEAST_CHARACTERS
        and u.span.duration >= LEAST_S
        and not (u.foreign or u.overlapped)
        and u.role_confidence >= LEAST_ROLE_CONFIDENCE
    ]
    if not said or not level.clear:
        return ()
    loud = [level.speech_db(u.span) for u in said]
    least = float(np.median(loud)) - FAINT_DB
    return [u for u, db in zip(said, loud, strict=True) if db > least]


def _confidence(said: Sequence[Utterance]) -> float | None:
    """Mean confidence of a party that is well understood; None where it is not, or too little is said."""
    seconds = sum(u.span.duration for u in said)
    if seconds < OTHERS_LEAST_S:
        return None
    mean = sum(u.confidence * u.span.duration for u in said) / seconds
    return mean if mean >= FINE else None


def _rate(timeline: Timeline, utterance: Utterance) -> float:
    """Characters per minute of an utterance, over where its party is heard in it."""
    heard = total(clip(timeline.spoken[utterance.role], utterance.span))
    return utterance.characters / heard * 60 if heard >= 1.0 else 0.0
