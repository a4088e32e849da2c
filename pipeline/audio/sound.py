"""The decoded sound of one call."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.audio.channel import Channel

REASON_CODES = frozenset(
    {
        "empty",
        "not-audio",
        "truncated",
        "zero-channels",
        "too-many-channels",
        "no-audio-stream",
        "vanished",
        "no-permission",
        "unsupported-codec",
        "corrupt",
        "too-long",
        "not-a-file",
    }
)
"""What ``AudioError.code`` may be."""


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """A call's sound, decoded once: all later stages read these arrays and never the file."""

    channels: tuple[Channel, ...]
    """One channel (mono) or two (left and right; of two files agent's and customer's), equally long."""
    duration: float
    """Seconds."""
    source_rate_hz: int
    """Sample rate in the file: 8,000 means telephone quality, nothing above 4 kHz."""
    codec: str
    """Name of the codec as libavcodec spells it; two names joined by ``+`` if two files differ."""
    warning: str | None = None
    """Why this is not all of the call (cut short, damaged); None if it is complete."""
