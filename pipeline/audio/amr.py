"""Frames of adaptive multi-rate speech (3GPP TS 26.101 and 26.201, storage format of RFC 4867).

In pauses AMR stores a comfort-noise descriptor or an empty frame. libavcodec answers both with an error and
no sound, which would cut every pause out of a call; so frames are told apart here and pauses become silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto

FRAME_SECONDS = 0.02
CODECS = {"amrnb": False, "amr_nb": False, "libopencore_amrnb": False, "amrwb": True, "amr_wb": True}
"""Names of the codecs, and whether they are wide-band."""

_NARROW = (13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1)
_WIDE = (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1)
"""Bytes of a frame with its header, by frame type."""


class AmrFrameType(Enum):
    """What a frame holds."""

    SPEECH = auto()
    PAUSE = auto()
    JUNK = auto()
    """No frame at all: damage."""


def frames(payload: bytes, *, wide: bool) -> Iterator[tuple[AmrFrameType, bytes]]:
    """Split a packet into its frames."""
    sizes, descriptor = (_WIDE, 9) if wide else (_NARROW, 8)
    position = 0
    while position < len(payload):
        header = payload[position]
        kind, size = (header >> 3) & 0xF, sizes[(header >> 3) & 0xF]
        frame = payload[position : position + size]
        position += size
        if header & 0x83 or len(frame) < size:  # bits that are always 0
            yield AmrFrameType.JUNK, frame
        elif kind < descriptor and header & 4:  # "good quality"; a damaged frame has it cleared
            yield AmrFrameType.SPEECH, frame
        elif kind == descriptor or kind == 15 or (wide and kind == 14):  # 14: lost on the way
            yield AmrFrameType.PAUSE, frame
        else:
            yield AmrFrameType.JUNK, frame
