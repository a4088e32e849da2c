"""A few seconds of a recording as a WAV file, for people to hear."""

from __future__ import annotations

from typing import BinaryIO

import numpy as np
import soundfile

from pipeline.audio.sound import Audio
from pipeline.domain import SAMPLE_RATE_HZ, Span


def write_excerpt(audio: Audio, span: Span, to: BinaryIO) -> float:
    """Write ``span`` of all channels as 16-bit PCM at 16 kHz; the part beyond the recording is left out.

    Returns:
        Seconds written; 0 where the span lies outside the recording.
    """
    first = round(max(0.0, span.start) * SAMPLE_RATE_HZ)
    last = round(span.end * SAMPLE_RATE_HZ)
    samples = np.stack([channel[first:last].pcm for channel in audio.channels], axis=1)
    soundfile.write(to, samples, SAMPLE_RATE_HZ, format="WAV", subtype="PCM_16")
    return len(samples) / SAMPLE_RATE_HZ
