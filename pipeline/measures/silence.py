"""Stretches in which nobody talks and nothing plays, and those in which the customer is on hold."""

from __future__ import annotations

from pipeline.conversation import Timeline
from pipeline.conversation.timeline import HOLD_MEASURE
from pipeline.domain import total
from pipeline.measures.catalogue import UNMEASURED, MeasuredValue, measured

COUNTED_S = 3.0
"""From here on a silence is an event of its own."""


@measured("silence_total", unit="s")
def silence_total(timeline: Timeline) -> MeasuredValue:
    """Seconds in silences: stretches of at least 2 s, between the first and the last words of the call, in
    which neither party talks and no music or tone plays. A silent hold is silence, hold music is not. None
    where nobody speaks in the whole recording.

    Source: non-talk time of Amazon Contact Lens, at 2 s and without holds that play something.
    """
    if not timeline.talk:
        return UNMEASURED
    return MeasuredValue(sum(span.duration for span in timeline.silences), timeline.silences)


@measured("silence_longest", unit="s")
def silence_longest(timeline: Timeline) -> MeasuredValue:
    """Seconds of the longest silence (as in silence_total); 0 where no pause reaches 2 s.

    Source: as silence_total.
    """
    if not timeline.talk:
        return UNMEASURED
    longest = max(timeline.silences, key=lambda span: span.duration, default=None)
    return MeasuredValue(0.0) if longest is None else MeasuredValue(longest.duration, (longest,))


@measured("silence_count", unit="count")
def silence_count(timeline: Timeline) -> MeasuredValue:
    """Number of silences (as in silence_total) of at least 3 s.

    Source: MiiTel counts silences from 3 s, Amazon Contact Lens counts those over 3 s.
    """
    if not timeline.talk:
        return UNMEASURED
    spans = tuple(span for span in timeline.silences if span.duration >= COUNTED_S)
    return MeasuredValue(len(spans), spans)


@measured(HOLD_MEASURE, unit="s")
def hold_total(timeline: Timeline) -> MeasuredValue:
    """Seconds on hold: music, ringback and beeps (the pauses between beeps included), and silences of at
    least 8 s that the agent announced ("请您稍等") or thanked for ("让您久等了").

    Source: hold time of Amazon Connect evaluations; switches without hold music make silent holds.
    """
    return MeasuredValue(total(timeline.holds), timeline.holds)


@measured("hold_count", unit="count")
def hold_count(timeline: Timeline) -> MeasuredValue:
    """Number of holds (as in hold_total).

    Source: holds of Amazon Connect evaluations.
    """
    return MeasuredValue(len(timeline.holds), timeline.holds)
