"""How fast a party speaks, over the whole call."""

from __future__ import annotations

from pipeline.domain import Role, intersect, merge, total
from pipeline.measures.measured import UNMEASURED, Reading, measured_for
from pipeline.measures.scene import Scene
from pipeline.measures.turns import PAUSE_S, turns

LEAST_SPEECH_S = 5.0
"""With less speech one long word moves the rate by tens of characters per minute."""


def characters(text: str) -> int:
    """Characters that are spoken: letters and digits (a digit is one character); punctuation is not heard."""
    return sum(c.isalnum() for c in text)


@measured_for("speaking_rate_{role}", unit="characters/min")
def speaking_rate(scene: Scene, role: Role) -> Reading:
    """Characters per minute of the party's speech: letters and digits of its transcript (a digit is one
    character, punctuation none) over the minutes of its turns. Only speech that has a transcript counts, so
    that a passage the recogniser lost does not make the party slow. None with less than 5 s of such speech.

    Source: characters per minute as Alibaba's dialogue analysis defines it, without the punctuation that some
    products count; 5 s is ours.
    """
    said = [utterance for utterance in scene.said(role) if characters(utterance.text)]
    # Times of utterances may hug the words; short pauses between two of them belong to the turn.
    spans = intersect(turns(scene, role), merge((u.span for u in said), gap=PAUSE_S))
    seconds = total(spans)
    if seconds < LEAST_SPEECH_S:
        return UNMEASURED
    return Reading(sum(characters(u.text) for u in said) / seconds * 60, spans)
