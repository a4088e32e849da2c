"""How lively or flat a voice is."""

from __future__ import annotations

import numpy as np

from pipeline.conversation import Timeline
from pipeline.domain import Role, Sound, merge
from pipeline.measures.catalogue import UNMEASURED, MeasuredValue, measured_in_sound
from pipeline.measures.samples import speech_spans
from pipeline.measures.voice import HOP_S, channel_level, sampled_pitch

LEAST_VOICED_FRAMES = 100
"""Two seconds of voice."""

LOW_PERCENTILE, HIGH_PERCENTILE = 10, 90

SPREAD_LEAST_S = 10.0
"""Seconds of voice (about twice as much speech) before a whole voice is called flat."""

CITED, JOINED_S = 3, 0.3
"""So many of the longest stretches prove it; shorter pauses do not part a stretch."""


@measured_in_sound("pitch_range_{role}_semitones", unit="semitones", roles=(Role.AGENT,))
def pitch_range(timeline: Timeline, role: Role, sound: Sound) -> MeasuredValue:
    """Distance between the 10th and the 90th percentile of the pitch (F0) of the party's voice, in semitones.
    Pitch by YIN between 65 and 350 Hz every 20 ms over at most 60 s of its speech, spread over the call;
    frames that are quiet, that do not repeat themselves, or that lie more than 10 semitones from the median
    (octave errors) are left out. In mono only where the other party is quiet. None with less than 2 s of
    voice.

    Source: A. de Cheveigné and H. Kawahara, "YIN, a fundamental frequency estimator for speech and music",
    JASA 2002, as in librosa; percentiles instead of extremes, as usual for pitch range; the limits are ours.
    """
    pitch = sampled_pitch(timeline, role, sound)
    if pitch.voiced < LEAST_VOICED_FRAMES:
        return UNMEASURED
    low, high = np.percentile(pitch.semitones, (LOW_PERCENTILE, HIGH_PERCENTILE))
    return MeasuredValue(float(high - low), pitch.spans)


@measured_in_sound("pitch_spread_{role}_semitones", unit="semitones", roles=(Role.AGENT,))
def pitch_spread(timeline: Timeline, role: Role, sound: Sound) -> MeasuredValue:
    """Standard deviation of the pitch of the party's voice, in semitones, over the frames of
    pitch_range_agent_semitones. The spans are its three longest stretches of speech. None with less than 10 s
    of voice, or where loud speech stands out of the noise of the line by less than 15 dB: hum is flat.

    Source: standard deviation of pitch in semitones is the usual measure of liveliness (H. Traunmüller and
    A. Eriksson, "The frequency range of the voice fundamental in the speech of male and female adults",
    1995; R. Hincks, "Measures and perceptions of liveliness in student oral presentation speech", System 33,
    2005); the limits are ours.
    """
    pitch = sampled_pitch(timeline, role, sound)
    if len(pitch.semitones) * HOP_S < SPREAD_LEAST_S or not channel_level(timeline, role, sound).clear:
        return UNMEASURED
    stretches = merge(speech_spans(timeline, role), gap=JOINED_S)
    longest = sorted(stretches, key=lambda span: -span.duration)[:CITED]
    return MeasuredValue(float(np.std(pitch.semitones)), tuple(sorted(longest)))
