"""Where a party raises its voice."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.conversation import Timeline
from pipeline.domain import PARTIES, Role, Sound, Span, merge, subtract, total
from pipeline.measures.catalogue import UNMEASURED, MeasuredValue, Sounds, measured_beside
from pipeline.measures.samples import speech_samples
from pipeline.measures.voice import HOP_S, ChannelLevel, channel_level, sampled_pitch, voiced_pitch_hz

LOUDER_DB, HIGHER_SEMITONES = 8.0, 4.0
LEAST_SPEECH_S, LEAST_VOICED_S = 20.0, 5.0
PIECE_S, LEAST_PIECE_S = 2.0, 0.6
"""Speech is looked at in pieces: a few words of a sentence, and never a single syllable."""
JOINED_S = 0.3
MOST_HEARD_S = 30.0
"""Pitch is taken from at most so much loud speech: the loudest."""


@measured_beside("raised_voice_{role}", unit="s", roles=(Role.AGENT,))
def raised_voice(timeline: Timeline, role: Role, sounds: Sounds) -> MeasuredValue:
    """Seconds in which the party is at least 8 dB louder and 4 semitones higher than it mostly is in this
    call, and at least as loud as the other party mostly is: pieces of up to 2 s of speech, by the median over
    all of them and by the pitch of pitch_range_agent_semitones. Where both talk at once nothing is looked at.
    Levels of a telephone line mean nothing by themselves, and a party that shouts from beginning to end is
    not found. The spans are those pieces, joined. None in a mono recording, with less than 20 s of such
    speech or 5 s of voice, or where loud speech stands out of the noise of the line by less than 15 dB.

    Source: vocal effort rises by steps of 6 dB from normal over raised and loud to very loud (ISO 9921:2003,
    annex A), and pitch rises with it (H. Traunmüller and A. Eriksson, "Acoustic effects of variation in vocal
    effort by men, women, and children", JASA 107, 2000); which of these is a shout on a telephone is ours.
    """
    if timeline.mono or not all(one in sounds for one in PARTIES):
        return UNMEASURED
    level = channel_level(timeline, role, sounds[role])
    usual_pitch = sampled_pitch(timeline, role, sounds[role]).semitones
    pieces = _pieces(timeline, role)
    if not level.clear or len(usual_pitch) * HOP_S < LEAST_VOICED_S or total(pieces) < LEAST_SPEECH_S:
        return UNMEASURED
    levels = _levels(level, pieces)
    beside = channel_level(timeline, role.other, sounds[role.other])
    others = _levels(beside, _pieces(timeline, role.other))
    least = max(np.median(levels) + LOUDER_DB, np.median(others) if others.size else -np.inf)
    loudest = sorted(zip(levels, pieces, strict=True), reverse=True)[: int(MOST_HEARD_S / PIECE_S)]
    high = float(np.median(usual_pitch)) + HIGHER_SEMITONES
    raised = merge(
        (piece for loud, piece in loudest if loud >= least and _pitch(sounds[role], piece) >= high),
        gap=JOINED_S,
    )
    return MeasuredValue(total(raised), raised)


def _pieces(timeline: Timeline, role: Role) -> tuple[Span, ...]:
    """The party's speech over which nobody else talks, cut into pieces."""
    alone = merge(subtract(timeline.spoken[role], timeline.spoken[role.other]), gap=JOINED_S)
    return tuple(piece for span in alone for piece in _parts(span) if piece.duration >= LEAST_PIECE_S)


def _parts(span: Span) -> Iterator[Span]:
    count = max(1, round(span.duration / PIECE_S))
    edges = [span.start + span.duration * number / count for number in range(count)] + [span.end]
    return (Span(start, end) for start, end in pairwise(edges))


def _levels(level: ChannelLevel, pieces: tuple[Span, ...]) -> NDArray[np.float64]:
    return np.array([level.speech_db(piece) for piece in pieces], np.float64)


def _pitch(sound: Sound, piece: Span) -> float:
    """Median pitch of a piece in semitones; minus infinity where no voice sounds in it."""
    pitch = voiced_pitch_hz(speech_samples(sound, (piece,)))
    return float(12 * np.log2(np.median(pitch))) if len(pitch) else -np.inf
