"""A few seconds of a call as text that a page holds in itself, for reports that are forwarded."""

from __future__ import annotations

import base64
import io
import wave

import numpy as np

from pipeline.audio.playback import HEADER_BYTES
from pipeline.domain import SAMPLE_RATE_HZ, Span
from pipeline.web.playback_service import PreparedSound

MARGIN, LONGEST = 2.0, 15.0
"""Seconds before and behind the place, and of the whole."""


def clip_uri(sound: PreparedSound, place: Span) -> str:
    """The place with what stands around it: one channel, WAV, as ``data:audio/wav;base64,...``.

    Raises:
        OSError: the sound was deleted to make room since it was found.
    """
    playback = sound.playback
    start = max(place.start - MARGIN, 0.0)
    end = min(place.end + MARGIN, start + LONGEST)
    first, last = (min(round(t * SAMPLE_RATE_HZ), playback.frames) for t in (start, end))
    inside = (HEADER_BYTES + at * playback.frame_bytes for at in (first, last))
    raw = b"".join(playback.pieces(*inside, swapped=sound.swapped))
    frames = np.frombuffer(raw, "<i2").reshape(-1, playback.channels)
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(frames.mean(axis=1).astype("<i2").tobytes())
    return "data:audio/wav;base64," + base64.b64encode(out.getvalue()).decode("ascii")
