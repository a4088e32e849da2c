"""Decoding: files in, channels at 16 kHz out. Nothing else in the project reads sound."""

from pipeline.audio.decode import MAX_SECONDS, decode
from pipeline.audio.sound import REASON_CODES, Audio, Channel

__all__ = ["MAX_SECONDS", "REASON_CODES", "Audio", "Channel", "decode"]
