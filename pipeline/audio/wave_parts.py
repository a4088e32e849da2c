"""WAV files as their recorders left them: joined with ``cat``, grown past their header, never finished.

The header is believed where it can be true. Where it cannot, the sound is presented behind a header that says
how much there is (Microsoft, Multimedia Programming Interface and Data Specifications 1.0; EBU Tech 3306).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.audio.riff import UNKNOWN_FROM
from pipeline.audio.source import FilePart, RecordingFile
from pipeline.messages import Message

_WAVES = {b"RIFF": "<", b"RIFX": ">", b"RF64": "<", b"BW64": "<"}
_INSIDE = b"WAVEfmt "
_MANY_CHUNKS = 1_000
_MOST_SEARCHED = 1 << 30
"""Larger files are not searched for a second header: they are too long to be read anyway, or next to that."""
_MANY_PARTS = 1_000
_LEAST_REST_SECONDS = 0.05
"""Less behind the sound is padding, whatever it is."""
_EXAMINED = 64_000
"""Bytes of a rest that are looked at."""
_PCM = 1
_LOGARITHMIC = (6, 7)
_G722 = 0x028F
_G722_BYTES_PER_SECOND = 8_000
_SAME_CODEC = {0x65: _G722, 0x133: 0x83, 0x134: 0x83}
"""Other numbers of G.722 (APICOM; libavformat takes it for G.726) and G.729 (Sipro Lab), from mmreg.h."""
_ROUGHEST = 1.25
"""Mean step between neighbouring samples over their mean size: 1.33 and more in bytes that are no samples;
speech, music and hiss of a telephone line lie below 1.1."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One recording in the file."""

    order: str
    fmt: bytes
    start: int
    end: int
    """Where its sound lies."""
    claimed: int
    """Bytes of sound that it should have."""
    odd: bool = False
    """A chunk in its header lacks the byte that evens it out: nobody else finds the sound."""
    more: tuple[range, ...] = ()
    """Where further sound lies, of recorders that write a chunk after each pause."""

    @property
    def block(self) -> int:
        return max(1, int(struct.unpack(f"{self.order}H", self.fmt[12:14])[0]))

    @property
    def bytes_per_second(self) -> int:
        return max(1, int(struct.unpack(f"{self.order}I", self.fmt[8:12])[0]))

    @property
    def tag(self) -> int:
        return int(struct.unpack(f"{self.order}H", self.fmt[:2])[0])


def mend_wave(source: RecordingFile) -> list[Message]:
    """Present all sound of a WAV file behind one header that is right; one that is right stays as it is.

    Returns:
        Why this may not be all of the call: what follows the sound and is neither sound nor a known part.
    """
    parts: list[_Part] = []
    notes: list[Message] = []
    at, mended = 0, False
    while at < source.size and len(parts) < _MANY_PARTS:
        part = _read(source, at)
        if part is None:
            break
        fmt = _right_format(part)
        mended = mended or part.odd or fmt != part.fmt
        part = replace(part, fmt=fmt)
        known_end = part.start + part.claimed
        open_end = part.claimed == 0 or (part.claimed >= UNKNOWN_FROM and known_end > source.size)
        following = _next(source, part.start) if open_end else None
        if open_end:
            end = following if following is not None else source.size
            part = _Part(part.order, part.fmt, part.start, end, end - part.start)
            mended = mended or source.at(at, 4) in (b"RF64", b"BW64")  # libavformat believes its zeros
        elif known_end < source.size:
            following = next((e for e in (known_end, known_end + 1) if _is_wave(source, e)), None)
            if following is None and _chunks(source, known_end + (part.claimed & 1)):
                part = replace(part, more=tuple(_more_sound(source, known_end + (part.claimed & 1))))
                mended = mended or bool(part.more)
            elif following is None:
                grown, note = _grown(source, part)
                following = _next(source, part.start) if grown is not part else None
                if following is not None:
                    grown = _Part(part.order, part.fmt, part.start, following, following - part.start)
                mended = mended or grown is not part
                part = grown
                notes += note
        parts.append(part)
        if following is None:
            break
        at = following
    if len(parts) > 1 or (mended and parts):
        notes += _present(source, parts)
    return notes


def _right_format(part: _Part) -> bytes:
    """The format of a part as libavformat knows it. G.722 has 16,000 samples per second; many headers give
    the 8,000 by which RTP counts them (RFC 3551, 4.5.2), and speech would be half as fast."""
    tag = _SAME_CODEC.get(part.tag, part.tag)
    if tag == _G722 and part.bytes_per_second != _G722_BYTES_PER_SECOND:
        tag = part.tag  # of another rate: G.726 perhaps
    if tag == part.tag != _G722:
        return part.fmt
    rate = int(struct.unpack(f"{part.order}I", part.fmt[4:8])[0])
    if tag == _G722 and rate * 2 == 16_000 and part.bytes_per_second == _G722_BYTES_PER_SECOND:
        rate = 16_000
    return (
        struct.pack(f"{part.order}H", tag)
        + part.fmt[2:4]
        + struct.pack(f"{part.order}I", rate)
        + part.fmt[8:]
    )


def _is_wave(source: RecordingFile, at: int) -> bool:
    head = source.at(at, 12)
    return head[:4] in _WAVES and head[8:] == b"WAVE"


def _next(source: RecordingFile, start: int) -> int | None:
    """Where another WAV file begins within the sound."""
    found = source.find(_INSIDE, start) if source.size <= _MOST_SEARCHED else -1
    while found >= 0:
        if found - 8 >= start and _is_wave(source, found - 8):
            return found - 8
        found = source.find(_INSIDE, found + 1)
    return None


def _read(source: RecordingFile, at: int) -> _Part | None:
    """The header that begins there; None where its format or its sound is missing."""
    if not _is_wave(source, at):
        return None
    order = _WAVES[source.at(at, 4)]
    position, fmt, long_data, odd = at + 12, b"", 0, False
    for _ in range(_MANY_CHUNKS):
        header = source.at(position, 8)
        if len(header) < 8:
            return None
        name, size = struct.unpack(f"{order}4sI", header)
        body = position + 8
        if position > at + 12 and not odd and not _is_name(name) and _is_name(source.at(position - 1, 4)):
            odd, position = True, position - 1
            continue
        if name == b"ds64":
            long_data = int.from_bytes(source.at(body + 8, 8), "little")
        elif name == b"fmt " and 16 <= size <= 4_096:
            fmt = source.at(body, size)
        elif name == b"data":
            if len(fmt) < 16:
                return None
            claimed = long_data if size == 0xFFFFFFFF and long_data else size
            return _Part(order, fmt, body, min(source.size, body + claimed), claimed, odd)
        position = body + size + (size & 1)
    return None


def _is_name(name: bytes) -> bool:
    return len(name) == 4 and all(32 <= byte < 127 for byte in name)


def _more_sound(source: RecordingFile, at: int) -> Iterator[range]:
    """Where among the chunks that follow the sound there is more of it; none where the format changes."""
    found: list[range] = []
    while source.size - at >= 8:
        name, size = struct.unpack("<4sI", source.at(at, 8))
        if name == b"fmt ":
            return
        if name == b"data" and size:
            found.append(range(at + 8, min(source.size, at + 8 + size)))
        at += 8 + size + (size & 1)
    yield from found


def _chunks(source: RecordingFile, at: int) -> bool:
    """True if what stands there to the end are chunks, as programs write notes behind the sound."""
    while source.size - at >= 8:
        name, size = struct.unpack("<4sI", source.at(at, 8))
        if not _is_name(name) or at + 8 + size > source.size + 1:
            return False
        at += 8 + size + (size & 1)
    return True


def _grown(source: RecordingFile, part: _Part) -> tuple[_Part, list[Message]]:
    """A part together with what follows it, if that goes on sounding; else the part, and a word about it."""
    rest = source.size - part.start - part.claimed
    if rest < _LEAST_REST_SECONDS * part.bytes_per_second:
        return part, []
    beginning = source.at(part.start + part.claimed, _EXAMINED)
    if not any(beginning):
        return part, []
    if not _sounds(beginning, part):
        return part, [Message("audio.bytes-follow", bytes=rest)]
    return _Part(part.order, part.fmt, part.start, source.size, source.size - part.start), []


def _sounds(raw: bytes, part: _Part) -> bool:
    """Whether bytes are samples like those before them: neighbours are alike, and their mean is near zero."""
    bits = int(struct.unpack(f"{part.order}H", part.fmt[14:16])[0])
    channels = max(1, int(struct.unpack(f"{part.order}H", part.fmt[2:4])[0]))
    if (
        part.tag in _LOGARITHMIC
    ):  # sign and magnitude, all bits inverted or not: silence is 0xFF, 0x7F or 0xD5
        codes = np.frombuffer(raw, np.uint8) ^ (0xFF if part.tag == 7 else 0x55)
        values = (codes & 0x7F).astype(np.float64) * np.where(codes & 0x80, -1.0, 1.0)
    elif part.tag == _PCM and bits == 16:
        values = np.frombuffer(raw[: len(raw) // 2 * 2], f"{part.order}i2").astype(np.float64)
    elif part.tag == _PCM and bits == 8:
        values = np.frombuffer(raw, np.uint8).astype(np.float64) - 128
    else:
        return True  # nothing cheap tells
    table = values[: len(values) // channels * channels].reshape(-1, channels)
    if len(table) < 2:
        return False
    size = float(np.abs(table).mean())
    even = abs(float(table.mean())) < 0.5 * size
    if part.tag in _LOGARITHMIC:  # their steps are rough even where the sound is not
        return even
    return even and float(np.abs(np.diff(table, axis=0)).mean()) < _ROUGHEST * size


def _present(source: RecordingFile, parts: Sequence[_Part]) -> list[Message]:
    first = parts[0]
    alike = [p for p in parts if (p.order, p.fmt[:16]) == (first.order, first.fmt[:16])]
    sound: list[FilePart] = []
    for part in alike:
        whole = (part.end - part.start) // part.block * part.block if part is not parts[-1] else None
        sound += source.places(part.start, part.end if whole is None else part.start + whole)
        for place in part.more:
            sound += source.places(place.start, place.stop)
    present = sum(map(len, sound))
    claimed = present + max(0, parts[-1].start + parts[-1].claimed - parts[-1].end)
    magic = b"RIFX" if first.order == ">" else b"RIFF"
    size = min(claimed, 0xFFFFFFFF)
    header = magic + struct.pack(f"{first.order}I", min(0xFFFFFFFF, claimed + 28 + len(first.fmt))) + b"WAVE"
    header += (
        b"fmt " + struct.pack(f"{first.order}I", len(first.fmt)) + first.fmt + b"\0" * (len(first.fmt) & 1)
    )
    header += b"data" + struct.pack(f"{first.order}I", size)
    source.present([header, *sound])
    if len(alike) == len(parts):
        return []
    return [Message("audio.other-part", others=len(parts) - len(alike))]
