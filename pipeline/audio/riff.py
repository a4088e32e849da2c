"""What a WAV header claims, checked against the file: truncated WAV files decode without any error."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from pipeline.audio.source import RecordingFile
from pipeline.errors import AudioError
from pipeline.messages import Message

MIN_RATE_HZ, MAX_RATE_HZ = 4_000, 384_000
"""No recorder samples speech outside these; resampling from 1 Hz would make hours of a kilobyte."""
UNKNOWN_FROM = 0x7FFF_F000
"""Recorders that cannot go back to the header claim 0, or this and more: the sound runs to the file's end."""
_PLAIN_TAGS = frozenset({1, 3, 6, 7, 0xFFFE})
"""PCM, float, A-law, mu-law, and PCM in the extensible form."""
_EXTENSIBLE = 0xFFFE
_FORMAT_BYTES = 40
"""Of the extensible form, which names the real format at byte 24."""
_BYTES_PER_SAMPLE = {1: (1, 2, 3, 4, 8), 3: (4, 8)}
"""What can be decoded of PCM and of floating-point numbers."""
_MANY_CHUNKS = 1_000


@dataclass(frozen=True, slots=True)
class WavClaim:
    """Sizes in bytes as the header claims them."""

    channels: int
    rate_hz: int
    bytes_per_second: int
    """Of linear and logarithmic samples; 0 for other codecs, whose headers cannot be relied on."""
    data_claimed: int | None
    """None where the header leaves it open."""
    data_present: int
    tag: int = 1
    """Number of the codec."""

    @property
    def share_present(self) -> float:
        """How much (0..1) of the promised sound the file holds."""
        return min(1.0, self.data_present / self.data_claimed) if self.data_claimed else 1.0

    @property
    def seconds_present(self) -> float:
        """Seconds in the file as its header describes them; 0 where only decoding tells."""
        present = (
            self.data_present if self.data_claimed is None else min(self.data_claimed, self.data_present)
        )
        return present / self.bytes_per_second if self.bytes_per_second else 0.0


def wav_claim(source: RecordingFile) -> WavClaim:
    """Read the chunks of a RIFF, RIFX, RF64 or BW64 file up to its data.

    Raises:
        AudioError: the header is cut off, or it claims no channels or no sample rate.
    """
    order = ">" if source.head(4) == b"RIFX" else "<"
    position, fmt, long_data = 12, None, None
    for _ in range(_MANY_CHUNKS):
        header = source.at(position, 8)
        if len(header) < 8:
            break
        name, size = struct.unpack(f"{order}4sI", header)
        body = position + 8
        if name == b"ds64":
            ds64 = source.at(body, 24)
            long_data = struct.unpack("<Q", ds64[8:16])[0] if len(ds64) == 24 else None
        elif name == b"fmt ":
            fmt = source.at(body, max(16, min(size, _FORMAT_BYTES)))
        elif name == b"data":
            claimed: int = long_data if size == 0xFFFFFFFF and long_data else size
            present = max(0, source.size - body)
            open_end = present > 0 and (claimed == 0 or (claimed >= UNKNOWN_FROM and claimed > present))
            return _claim(fmt, order, None if open_end else claimed, present)
        position = body + size + (size & 1)
    raise AudioError(Message("audio.cut-in-header"), code="truncated")


def _claim(fmt: bytes | None, order: str, claimed: int | None, present: int) -> WavClaim:
    if fmt is None or len(fmt) < 16:
        raise AudioError(Message("audio.no-format"), code="corrupt")
    tag, channels, rate_hz, _, _, bits = struct.unpack(f"{order}HHIIHH", fmt[:16])
    if channels == 0:
        raise AudioError(Message("audio.zero-channels"), code="zero-channels")
    if not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
        raise AudioError(Message("audio.bad-rate", rate=rate_hz), code="corrupt")
    _check_bits(struct.unpack(f"{order}H", fmt[24:26])[0] if _extensible(tag, fmt) else tag, bits)
    bytes_per_second = rate_hz * channels * bits // 8 if tag in _PLAIN_TAGS else 0
    return WavClaim(channels, rate_hz, bytes_per_second, claimed, present, tag)


def _extensible(tag: int, fmt: bytes) -> bool:
    return tag == _EXTENSIBLE and len(fmt) >= _FORMAT_BYTES


def _check_bits(tag: int, bits: int) -> None:
    """Raises:
    AudioError: samples of a size that nobody decodes; it would look like a file cut short.
    """
    known = _BYTES_PER_SAMPLE.get(tag)
    if known is not None and -(-bits // 8) not in known:
        code = "audio.bits-pcm" if tag == 1 else "audio.bits-float"
        raise AudioError(Message(code, bits=bits), code="unsupported-codec")
