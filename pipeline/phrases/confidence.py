"""How sure a hit is: the probability that these words were really said by this role.

The constants are fitted by scripts/calibrate_phrases.py, which prints the fit beside the values adopted here
and a table of stated confidence against what was right.
"""

from __future__ import annotations

import math

from pipeline.domain import How, Role, Utterance

UNKNOWN_ROLE = 0.6
"""Where nothing tells the parties apart, somebody said it, but perhaps not who must answer for it."""
WRITTEN = {How.EXACT: 0.97, How.PATTERN: 0.94}
"""Of hits by text. On the labelled night 60 of 60 were right, in 190 sentences spoken over a noisy line 45 of
48; patterns leave more room for other words."""
SOUND_SURE, SOUND_SLOPE = 5.0, 18.0
"""Logistic regression of right sound-alikes on their distance per syllable, over corrupted phrases and as
many near misses: 0.99 at 0, 0.97 at 0.08, 0.95 at 0.12, 0.89 at 0.16."""
SOUND_MOST = 0.96
"""A sound-alike is never surer than this: homophones without their tones are other words at times."""
SOUND_SHORT, SHORT = 0.9, 3
"""Factor for sound-alikes of so many syllables: spoken over a noisy line, other words came out as those more
often than any written test shows."""

DOUBT = (2, 0.5), (4, 0.35)
DOUBT_LONG = 0.25
"""What poor hearing takes at most, by syllables: short words come out of noise by chance (废物 for 服务), a
long wording does not. A written phrase of two syllables falls below the bar of a class A finding (0.7) where
the recogniser was less than half sure."""


def confidence(how: How, *, distance: float, length: int, utterance: Utterance) -> float:
    """Probability 0..1 of a hit.

    ``distance`` is the sound distance in syllables (0 for text matches), ``length`` the phrase's length in
    syllables.
    """
    said = WRITTEN.get(how, WRITTEN[How.EXACT])
    if how is How.SOUND:
        said = SOUND_MOST / (1 + math.exp(SOUND_SLOPE * distance / max(length, 1) - SOUND_SURE))
        said *= SOUND_SHORT if length <= SHORT else 1.0
    doubt = next((most for size, most in DOUBT if length <= size), DOUBT_LONG)
    heard = 1.0 - doubt * (1.0 - min(1.0, max(0.0, utterance.confidence)))
    role = (
        UNKNOWN_ROLE
        if utterance.role is Role.UNKNOWN
        else 0.5 + 0.5 * min(1.0, max(0.0, utterance.role_confidence))
    )
    return round(max(0.01, min(1.0, said * heard * role)), 3)
