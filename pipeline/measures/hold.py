"""When the customer is put on hold."""

from __future__ import annotations

from pipeline.domain import Role, Span, clip, merge, total
from pipeline.measures.announced import announced_holds
from pipeline.measures.measured import Reading, measured
from pipeline.measures.scene import Scene

BEEP_PAUSE_S = 6.0
"""Hold beeps and ringback repeat every 1 to 5 s; tones so close, with no talk between, are one hold."""


def holds(scene: Scene) -> tuple[Span, ...]:
    """The holds of a call, sorted and disjoint: music, tones, and announced silences."""
    whole = Span(0.0, scene.duration)
    speech = merge((*scene.spoken(Role.AGENT), *scene.spoken(Role.CUSTOMER)))
    out: list[Span] = []
    for span in merge(clip((*scene.hold, *announced_holds(scene)), whole)):
        pause = None if not out else Span(out[-1].end, max(out[-1].end, span.start))
        if pause is not None and pause.duration <= BEEP_PAUSE_S and not clip(speech, pause):
            out[-1] = out[-1] | span
        else:
            out.append(span)
    return tuple(out)


@measured("hold_total", unit="s")
def hold_total(scene: Scene) -> Reading:
    """Seconds on hold: music, ringback and beeps (the pauses between beeps included), and silences of at
    least 8 s that the agent announced ("请您稍等") or thanked for ("让您久等了").

    Source: hold time of Amazon Connect evaluations; switches without hold music make silent holds.
    """
    spans = holds(scene)
    return Reading(total(spans), spans)


@measured("hold_count", unit="count")
def hold_count(scene: Scene) -> Reading:
    """Number of holds (as in hold_total).

    Source: holds of Amazon Connect evaluations.
    """
    spans = holds(scene)
    return Reading(len(spans), spans)
