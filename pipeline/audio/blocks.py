"""Turning a container's packets into blocks of float samples whose timeline has no holes.

What cannot be decoded becomes silence of its length: everything after it keeps its time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray

from pipeline.audio import amr
from pipeline.audio.demuxing import plain
from pipeline.audio.riff import MAX_RATE_HZ, MIN_RATE_HZ
from pipeline.audio.source import RecordingFile
from pipeline.domain.container import adts_frame_bytes, mpeg_frame_bytes
from pipeline.errors import AudioError
from pipeline.messages import Message

Block = tuple[NDArray[np.float32], int]
"""Samples of shape (n, channels in the file) in [-1, 1], and their rate in Hz."""

_MIN_GAP_SECONDS = 0.1
"""Smaller jumps of the time stamps are rounding."""
_MAX_GAP_SECONDS = 600.0
"""A longer hole is a lie of the time stamps, or garbage that was no sound: it does not become silence."""
_MAX_PACKET_SECONDS = 60.0
"""A longer packet exists only in damaged headers."""
_FRAMED = {"mp3": mpeg_frame_bytes, "aac": adts_frame_bytes}
"""Containers that are nothing but frames in a row: other bytes in them are damage."""
_FULL_SCALE = {"u8": 2.0**7, "s16": 2.0**15, "s32": 2.0**31, "s64": 2.0**63, "flt": 1.0, "dbl": 1.0}
"""Kinds of samples, interleaved or (with a ``p`` behind) in planes."""
_NUMBERS_SHARE = 0.9
_PADDED = "pcm_f24le"
"""How libavcodec calls words of 32 bits of which a WAV header claims 24."""


@dataclass
class Damage:
    """What was lost on the way."""

    silenced: float = 0.0
    """Seconds that could not be decoded and are silent in the result."""
    leading_bytes: int = 0
    """Bytes before the first frame that are no tag."""
    notes: list[Message] = field(default_factory=list)


class Blocks:
    """Iterates over the blocks of one audio track of a container."""

    def __init__(self, container: InputContainer, source: RecordingFile, *, track: int = 0) -> None:
        self._container, self._source = container, source
        self._stream = container.streams.audio[track]
        self._name = container.format.name
        self.damage = Damage()
        self._position = 0.0  # seconds handed out
        self._first_time: float | None = None
        self._rate_hz = self._stream.codec_context.sample_rate or 0
        self._channels = self._stream.codec_context.channels
        self._lead: int | None = 0
        self._frame_bytes = 0  # of the last whole frame
        self._junk_bytes = 0
        self._padded = self._stream.codec_context.name == _PADDED

    def __iter__(self) -> Iterator[Block]:
        wide = amr.CODECS.get(self._stream.codec_context.name)
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except (av.FFmpegError, OSError) as error:
                at = round(self._position, 1)
                self.damage.notes.append(Message("audio.stopped", at=at, detail=plain(error)))
                return
            if packet is None:
                break
            if wide is not None and packet.size:
                yield from self._adaptive(packet, wide=wide)
            else:
                yield from self._garbage(packet)
                yield from self._decoded(packet)
        if self._junk_bytes and self._frame_bytes:
            yield from self._silence(self._junk_bytes / self._frame_bytes * amr.FRAME_SECONDS, damage=True)

    def _decoded(self, packet: av.Packet[Any]) -> Iterator[Block]:
        """The frames of a packet, or as much silence as it lasts if it is damaged."""
        if self._padded and packet.size and (integers := padded_integers(bytes(packet))) is not None:
            block = integers[: len(integers) // self._channels * self._channels].reshape(-1, self._channels)
            yield block, self._rate_hz
            self._position += len(block) / self._rate_hz
            self._source.note_decoded(self._position)
            return
        try:
            frames = self._stream.codec_context.decode(packet if packet.size else None)
        except (av.FFmpegError, ValueError, MemoryError):
            if packet.size:
                yield from self._silence(_seconds(packet) or amr.FRAME_SECONDS, damage=True)
            return
        for frame in frames:
            self._rate_hz = frame.sample_rate
            if not MIN_RATE_HZ <= self._rate_hz <= MAX_RATE_HZ:
                raise AudioError(Message("audio.bad-rate", rate=self._rate_hz), code="corrupt")
            block = samples(frame)
            self._channels = block.shape[1]
            yield from self._hole_before(frame)
            yield block, self._rate_hz
            self._position += len(block) / self._rate_hz
            self._source.note_decoded(self._position)

    def _adaptive(self, packet: av.Packet[av.AudioStream], *, wide: bool) -> Iterator[Block]:
        """AMR: pauses are silence, and garbage lasts as long as the speech frames it stands in for."""
        for kind, frame in amr.frames(bytes(packet), wide=wide):
            if kind is amr.AmrFrameType.JUNK:
                self._junk_bytes += len(frame)
                continue
            if kind is amr.AmrFrameType.PAUSE:
                yield from self._silence(amr.FRAME_SECONDS, damage=False)
                continue
            self._frame_bytes = len(frame)
            lost, self._junk_bytes = self._junk_bytes / len(frame) * amr.FRAME_SECONDS, 0
            yield from self._silence(lost, damage=True)
            yield from self._decoded(av.Packet(frame))

    def _garbage(self, packet: av.Packet[av.AudioStream]) -> Iterator[Block]:
        """Silence for garbage between bare frames; libavformat packs it together with the frame after it."""
        frame_bytes = _FRAMED.get(self._name)
        if frame_bytes is None or not packet.size:
            return
        if self._lead is not None and packet.pos is not None:
            self.damage.leading_bytes, self._lead = max(0, packet.pos - self._lead), None
        size = frame_bytes(bytes(packet)[:7])
        if size and packet.size <= size:
            self._frame_bytes = packet.size
        elif self._frame_bytes:
            frames = (packet.size - self._frame_bytes) / self._frame_bytes
            yield from self._silence(max(0.0, frames) * _seconds(packet), damage=True)

    def _hole_before(self, frame: av.AudioFrame) -> Iterator[Block]:
        """Silence where the time stamps jump: a lost page of Ogg, or a pause that a recorder left out."""
        if frame.time is None or self._name in _FRAMED or self._stream.codec_context.name in amr.CODECS:
            return
        if self._first_time is None:
            self._first_time = frame.time
        gap = frame.time - self._first_time - self._position
        if gap > _MAX_GAP_SECONDS:
            self._first_time += gap
        if gap > _MIN_GAP_SECONDS:
            yield from self._silence(gap, damage=self._name == "ogg")

    def _silence(self, seconds: float, *, damage: bool) -> Iterator[Block]:
        """Silence in blocks of at most a minute, so that a lying time stamp costs no memory at once."""
        if seconds > _MAX_GAP_SECONDS:
            self.damage.notes.append(
                Message("audio.left-out", seconds=round(seconds), at=round(self._position, 1))
            )
            return
        if not self._rate_hz or not self._channels:
            return
        left = round(seconds * self._rate_hz)
        self.damage.silenced += seconds if damage else 0
        while left > 0:
            size = min(left, 60 * self._rate_hz)
            yield np.zeros((size, self._channels), np.float32), self._rate_hz
            self._position += size / self._rate_hz
            left -= size
        if not damage:
            self._source.note_decoded(self._position)


def _seconds(packet: av.Packet[Any]) -> float:
    seconds = float((packet.duration or 0) * (packet.time_base or 0))
    return seconds if 0 < seconds < _MAX_PACKET_SECONDS else 0.0


def samples(frame: av.AudioFrame) -> NDArray[np.float32]:
    """The samples of a frame as float32 of shape (n, channels), full scale at 1.

    Raises:
        AudioError: samples of a kind that is not known here.
    """
    kind, count = frame.format.name.removesuffix("p"), frame.layout.nb_channels
    table: NDArray[Any]
    if kind == "s64":  # which PyAV does not make arrays of; a plane may be longer than the frame
        planes = [np.frombuffer(bytes(plane), np.int64) for plane in frame.planes]
        width = 1 if frame.format.is_planar else count
        table = np.stack([plane[: frame.samples * width] for plane in planes], axis=-1).reshape(-1, count)
    elif kind in _FULL_SCALE:
        raw = frame.to_ndarray()
        table = raw.T if frame.format.is_planar else raw.reshape(-1, count)
    else:
        raise AudioError(Message("audio.samples", kind=frame.format.name), code="unsupported-codec")
    out = np.array(table, np.float32, order="C")
    if kind == "u8":
        out -= 128
    if _FULL_SCALE[kind] != 1.0:
        out *= np.float32(1 / _FULL_SCALE[kind])
    return out


def padded_integers(raw: bytes) -> NDArray[np.float32] | None:
    """Samples of 24 bits in words of 32, full scale at 1; None where the words are floating-point numbers.

    Headers do not tell the two apart, and libavformat takes all for the numbers that an old sound editor
    wrote. Those are mostly between 0.5 and 2^23 in size, which shows in the upper byte; integers of speech,
    most of them near zero, have other upper bytes.
    """
    words = np.frombuffer(raw[: len(raw) // 4 * 4], "<i4")
    upper = (words[words != 0] >> 24) & 0x7F
    if len(upper) and np.mean((upper >= 0x3F) & (upper <= 0x4B)) > _NUMBERS_SHARE:
        return None
    return words.astype(np.float32) * np.float32(2.0**-31)
