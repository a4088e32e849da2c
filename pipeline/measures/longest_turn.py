"""The longest a party talks without an answer."""

from __future__ import annotations

from pipeline.domain import Role
from pipeline.measures.measured import UNMEASURED, Reading, measured_for
from pipeline.measures.scene import Scene
from pipeline.measures.turns import turns


@measured_for("longest_turn_{role}", unit="s", roles=(Role.AGENT,))
def longest_turn(scene: Scene, role: Role) -> Reading:
    """Seconds of the party's longest turn. A turn ends with a pause of more than 1.5 s, or when the other
    party speaks in a pause; words said over the party's speech do not end it. None for a party that never
    speaks.

    Source: turn as in `pipeline/measures/turns.py` (Jefferson 1989).
    """
    longest = max(turns(scene, role), key=lambda span: span.duration, default=None)
    return UNMEASURED if longest is None else Reading(longest.duration, (longest,))
