"""Whose voice is on which channel: the agent is always drawn above and heard on the left."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.peaks import Peaks
from pipeline.conversation import Timeline
from pipeline.domain import PARTIES, Inspection, Role, Span

MONO_LAYOUTS = ("mono", "fake-stereo")


def swapped(inspection: Inspection, peaks: Peaks) -> bool:
    """True where the agent is on the second channel.

    The transcript says when each party speaks; the channel on which that is loud is theirs. Where neither
    speaks alone, or both channels carry the same, what the switch claims counts.
    """
    if len(peaks.lanes) == 1:
        return False
    claimed = inspection.recording.call.agent_channel == "right"
    if inspection.layout in MONO_LAYOUTS:
        return claimed
    levels = {
        role: [
            sum(peaks.level(lane, u.span.start, u.span.end) * u.span.duration for u in spoken)
            for lane in (0, 1)
        ]
        for role in (Role.AGENT, Role.CUSTOMER)
        if (spoken := [u for u in inspection.transcript.by(role) if not u.overlapped])
    }
    votes = 0.0
    for role, (left, right) in levels.items():
        if left + right > 0:
            votes += (right - left) / (right + left) * (1 if role is Role.AGENT else -1)
    return votes > 0 if votes else claimed


def party_lanes(inspection: Inspection, peaks: Peaks) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Peaks of agent and customer. Where both are on one channel, each gets what is heard while they speak,
    and what is nobody's speech stands in both."""
    if len(peaks.lanes) == 2 and inspection.layout not in MONO_LAYOUTS:
        first, second = peaks.lanes
        return (second, first) if swapped(inspection, peaks) else (first, second)
    # Where one of two channels is empty, both parties are on the other.
    both = peaks.lanes[int(np.argmax(peaks.scales))] if peaks.scales else peaks.lanes[0]
    spoken = {role: _covered(spans, peaks) for role, spans in speech_of(inspection).items()}
    agent = np.where(spoken[Role.AGENT] | ~spoken[Role.CUSTOMER], both, 0).astype(np.int8)
    customer = np.where(spoken[Role.CUSTOMER] | ~spoken[Role.AGENT], both, 0).astype(np.int8)
    return agent, customer


def speech_of(inspection: Inspection) -> Mapping[Role, tuple[Span, ...]]:
    """Each party's turns; its utterances where no turns are stored."""
    turns = Timeline.of(inspection).speech
    return {role: turns[role] or tuple(u.span for u in inspection.transcript.by(role)) for role in PARTIES}


def _covered(spans: tuple[Span, ...], peaks: Peaks) -> NDArray[np.bool_]:
    out = np.zeros(len(peaks.lanes[0]), dtype=np.bool_)
    for span in spans:
        out[max(0, int(span.start * peaks.per_second)) : int(span.end * peaks.per_second) + 1] = True
    return out
