"""Agent and customer the other way round: what a call looks like once a person has said so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.conversation import Timeline
from pipeline.domain import (
    PARTIES,
    How,
    Inspection,
    Measurement,
    Measures,
    PhraseHit,
    Role,
    RoleEvidence,
    Transcript,
)
from pipeline.measures import measure

_SHARE = "talk_share_agent"


def swapped(inspection: Inspection) -> Inspection:
    """The call with its roles swapped, ready to be judged again; its old scorecard is left out.

    Measures of both parties change their names. Those that are taken of the agent alone are taken again from
    the turns; what only the sound can tell of (the pitch of a voice) is not known. Phrases that the sound
    confirmed keep their place and change their speaker; all others are to be looked for again.
    """
    transcript = Transcript(tuple(replace(u, role=_other(u.role)) for u in inspection.transcript.utterances))
    confirmed = (h for h in inspection.hits if h.how is How.CONFIRMED)
    revisions = replace(inspection.revisions.with_roles_swapped, lexicons="")  # so that phrases are matched
    return replace(
        inspection,
        transcript=transcript,
        measures=_measures(inspection, transcript),
        hits=tuple(replace(h, role=_other(h.role)) for h in confirmed),
        scorecard=None,
        revisions=revisions,
        role_evidence=RoleEvidence(),  # a person's word needs no witness
        agent_channel={"left": "right", "right": "left"}.get(inspection.agent_channel or ""),
    )


def parted(inspection: Inspection, roles: Sequence[Role]) -> Inspection:
    """The call with a role for each utterance, ready to be judged again, where two voices were taken for one.

    Measures are taken again from the utterances; what only the sound can tell of is not known.
    """
    said = zip(inspection.transcript.utterances, roles, strict=True)
    transcript = Transcript(tuple(replace(u, role=role) for u, role in said))
    heard = Timeline.of(inspection)
    speech = {role: tuple(u.span for u in transcript.by(role)) for role in PARTIES}
    again = measure(replace(heard, speech=speech, utterances=transcript.utterances))
    known = {m.name for m in inspection.measures}
    return replace(
        inspection,
        transcript=transcript,
        measures=Measures(tuple(m for m in again if m.name in known)),
        hits=(),
        scorecard=None,
        revisions=replace(inspection.revisions, lexicons=""),
    )


def agree(one: Transcript, other: Transcript) -> bool:
    """Whether two transcripts of a call say, most of the time, that the same party speaks.

    So a correction outlives a new engine: who spoke when does not change, whatever the engine calls them.
    """
    same = opposite = 0.0
    for mine in one.utterances:
        for theirs in other.utterances:
            seconds = mine.span.overlap(theirs.span)
            if mine.role is theirs.role:
                same += seconds
            elif theirs.role is _other(mine.role):
                opposite += seconds
    return same >= opposite


def _other(role: Role) -> Role:
    return role.other if role in PARTIES else role


def _measures(inspection: Inspection, transcript: Transcript) -> Measures:
    old = {m.name: m for m in inspection.measures}
    again = {m.name: m for m in _without_sound(inspection, transcript)}
    return Measures(tuple(_renamed(m, old, again) for m in inspection.measures))


def _renamed(mine: Measurement, old: dict[str, Measurement], again: dict[str, Measurement]) -> Measurement:
    """What now goes by this measure's name."""
    theirs = _of_other(mine.name)
    if theirs == mine.name:  # of the whole call
        return mine
    if theirs in old:
        return replace(old[theirs], name=mine.name)
    if mine.name == _SHARE:
        return replace(mine, value=None if mine.value is None else round(1 - mine.value, 3))
    taken = again.get(mine.name)
    return replace(mine, value=None, spans=()) if taken is None else taken


def _of_other(name: str) -> str:
    """The name of the same measure of the other party; the same name where it is of nobody."""
    parts = name.split("_")
    return "_".join({"agent": "customer", "customer": "agent"}.get(part, part) for part in parts)


def _without_sound(inspection: Inspection, transcript: Transcript) -> Measures:
    """The measures that turns and words are enough for."""
    timeline = Timeline.of(inspection)
    speech = {role: timeline.speech[role.other] for role in PARTIES}
    return measure(replace(timeline, speech=speech, utterances=transcript.utterances))


def of_speaker(
    hits: tuple[PhraseHit, ...], speakers: dict[tuple[str, str], Role | None]
) -> tuple[PhraseHit, ...]:
    """The hits whose phrase is looked for in this party's words. ``speakers``: (code, phrase) -> party."""
    return tuple(h for h in hits if speakers.get((h.code, h.phrase)) in (None, h.role))
