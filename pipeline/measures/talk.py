"""How long each party talks."""

from __future__ import annotations

from pipeline.domain import Role, total
from pipeline.measures.measured import UNMEASURED, Reading, measured_for
from pipeline.measures.scene import Scene
from pipeline.measures.turns import turns


@measured_for("speech_{role}", unit="s")
def speech(scene: Scene, role: Role) -> Reading:
    """Seconds of the party's turns, pauses for breath (up to 1.5 s) included. 0 for a party that never
    speaks.

    Source: turn as in `pipeline/measures/turns.py` (Jefferson 1989); Amazon Transcribe Call Analytics and
    MiiTel report the talk time per party.
    """
    spans = turns(scene, role)
    return Reading(total(spans), spans)


@measured_for("talk_share_{role}", unit="0..1", roles=(Role.AGENT,))
def talk_share(scene: Scene, role: Role) -> Reading:
    """The party's share of all talk: its speech / (its speech + the other party's speech), overlaps counted
    for both. None where nobody speaks.

    Source: talk share per role of Amazon Contact Lens and MiiTel.
    """
    own, other = total(turns(scene, role)), total(turns(scene, role.other))
    return Reading(own / (own + other)) if own + other else UNMEASURED
