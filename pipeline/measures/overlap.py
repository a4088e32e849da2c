"""Both parties at once, and one who cuts the other one off."""

from __future__ import annotations

from pipeline.conversation import Timeline
from pipeline.conversation.interruptions import interruptions
from pipeline.domain import Role, total
from pipeline.measures.catalogue import UNMEASURED, MeasuredValue, measured, measured_for


@measured("overlap_total", unit="s")
def overlap_total(timeline: Timeline) -> MeasuredValue:
    """Seconds in which both parties talk. None in a mono recording, whose speaker separation cannot hear two
    people at once.

    Source: talk-over time of Amazon Transcribe Call Analytics.
    """
    spans = timeline.overlaps
    return UNMEASURED if spans is None else MeasuredValue(total(spans), spans)


@measured_for("interruptions_by_{role}", unit="count")
def interruptions_by(timeline: Timeline, role: Role) -> MeasuredValue:
    """How often the party starts to talk while the other one has been talking for at least 1 s, overlaps with
    it for at least 0.5 s, goes on for at least 1 s, and either has the floor afterwards or talks over the
    other one for 2 s. Words of listening (嗯, 对, 好的) are no interruption. The spans are the overlaps. None
    in a mono recording, whose speaker separation cannot hear two people at once.

    Source: 抢话 with a grace time, as Alibaba's dialogue analysis (1 s) and MiiTel (overlap from 1 s) do; the
    shorter grace is ours, because labelled interruptions start at 0.8 s.
    """
    spans = interruptions(timeline, role)
    return UNMEASURED if spans is None else MeasuredValue(len(spans), spans)
