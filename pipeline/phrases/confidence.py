"""How sure a hit is: the probability that these words were really said by this role."""

from __future__ import annotations

from pipeline.domain import How, Role, Utterance

UNKNOWN_ROLE = 0.6
"""Where nothing tells the parties apart, somebody said it, but perhaps not who must answer for it."""


def confidence(how: How, *, distance: float, length: int, utterance: Utterance) -> float:
    """Probability 0..1 of a hit.

    ``distance`` is the sound distance in syllables (0 for text matches), ``length`` the phrase's length in
    syllables.
    """
    per_syllable = distance / max(length, 1)
    base = {How.EXACT: 0.97, How.PATTERN: 0.94, How.SOUND: 0.93}.get(how, 0.97)
    said = base - 1.2 * per_syllable - (0.05 if how is How.SOUND and length <= 3 else 0.0)
    heard = 0.75 + 0.25 * min(1.0, max(0.0, utterance.confidence))
    role = (
        UNKNOWN_ROLE
        if utterance.role is Role.UNKNOWN
        else 0.5 + 0.5 * min(1.0, max(0.0, utterance.role_confidence))
    )
    return round(max(0.01, min(1.0, said * heard * role)), 3)
