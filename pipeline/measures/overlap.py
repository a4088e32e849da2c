"""Both parties at once, and one who cuts the other one off."""

from __future__ import annotations

from bisect import bisect

from pipeline.conversation import Timeline
from pipeline.domain import Role, Span, characters, merge, total
from pipeline.measures.catalogue import UNMEASURED, MeasuredValue, measured, measured_for

UNDER_WAY_S = 1.0
"""The other party had been talking for at least this long: before that, both simply started at once."""

GRACE_S = 0.5
"""Shorter overlaps happen at every smooth change of speakers, and speech detection is no finer."""

FLOOR_S = 1.0
"""The interrupter talks at least this long: less is a word of listening."""

TALKED_OVER_S = 2.0
"""Overlap that counts although the other party does not give way."""

BREATH_S = 0.5
"""Pauses up to here do not break a stretch of talk."""


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


def interruptions(timeline: Timeline, role: Role) -> tuple[Span, ...] | None:
    """The overlaps in which ``role`` cuts the other party off; None where overlaps cannot be measured."""
    if timeline.overlaps is None:
        return None
    cut_off = merge(timeline.spoken[role.other], gap=BREATH_S)
    starts = [span.start for span in cut_off]
    found: list[Span] = []
    for burst in merge(timeline.spoken[role], gap=BREATH_S):
        first = max(bisect(starts, burst.start) - 1, 0)
        near = cut_off[first : bisect(starts, burst.end)]
        if not any(burst.overlap(other) >= GRACE_S for other in near):
            continue
        talk = _after_listening(timeline, role, burst)
        other = None if talk is None else next((span for span in near if talk.start in span), None)
        if talk is not None and other is not None and _interrupts(talk, other):
            found.append(Span(talk.start, min(talk.end, other.end)))
    return tuple(found)


def _interrupts(talk: Span, other: Span) -> bool:
    if talk.start - other.start < UNDER_WAY_S or talk.duration < FLOOR_S:
        return False
    overlap = talk.overlap(other)
    return overlap >= GRACE_S and (talk.end > other.end or overlap >= TALKED_OVER_S)


def _after_listening(timeline: Timeline, role: Role, burst: Span) -> Span | None:
    """``burst`` without the words of listening it opens with; None where it holds nothing else."""
    listening = timeline.words.listening
    said = [u for u in timeline.said_by[role] if u.span.overlap(burst)]
    words = [word for u in said for word in u.words if word.span.middle in burst and characters(word.text)]
    if not words:
        within = [u for u in said if u.span.overlap(burst) >= 0.5 * u.span.duration]
        return None if within and all(listening.make_up(u.text) for u in within) else burst
    first = next((number for number, word in enumerate(words) if not listening.make_up(word.text)), None)
    if first is None:
        return None
    return burst if first == 0 else Span(max(burst.start, words[first].span.start), burst.end)
