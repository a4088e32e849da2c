"""Reading one file's packets and turning them into blocks of float samples, keeping the timeline whole.

The demuxer is named, never guessed by libavformat: playlists (m3u, ffconcat, SDP, HLS) have no name here, so
no recording can make it open another file or a connection.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import av
import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray

from pipeline.audio.source import Source
from pipeline.domain.container import SNIFF_BYTES, container_of
from pipeline.errors import AudioError

RAW_FORMATS: dict[str, tuple[str, dict[str, str]]] = {
    ".g722": ("g722", {}),
    ".g729": ("g729", {}),
    ".gsm": ("gsm", {}),
    ".ulaw": ("mulaw", {"sample_rate": "8000"}),
    ".ul": ("mulaw", {"sample_rate": "8000"}),
    ".pcmu": ("mulaw", {"sample_rate": "8000"}),
    ".alaw": ("alaw", {"sample_rate": "8000"}),
    ".al": ("alaw", {"sample_rate": "8000"}),
    ".pcma": ("alaw", {"sample_rate": "8000"}),
    ".sln": ("s16le", {"sample_rate": "8000"}),
    ".sln16": ("s16le", {"sample_rate": "16000"}),
}
"""Files without any header (Asterisk writes them): only here the ending has to tell the format."""

_OPTIONS = {"protocol_whitelist": "none", "probesize": "1000000", "analyzeduration": "2000000"}
_MIN_RATE_HZ, _MAX_RATE_HZ = 4_000, 384_000
_PAUSE_CODECS = frozenset({"amrnb", "amrwb", "amr_nb", "amr_wb"})
_PAUSE_FRAME_SECONDS = 0.02
"""AMR in its pauses stores descriptors or empty frames of 20 ms (3GPP TS 26.101), which libavcodec skips."""
_MIN_GAP_SECONDS = 0.1
"""Smaller jumps of the time stamps are rounding."""
_FULL_SCALE = {"u8": 128.0, "s16": 32_768.0, "s32": 2_147_483_648.0, "s64": 9_223_372_036_854_775_808.0}


def open_container(source: Source, suffix: str) -> InputContainer:
    """Open the container that the file's content names (for headerless formats: its ending).

    Raises:
        AudioError: the content is no audio, or damaged beyond opening.
    """
    head = source.head(SNIFF_BYTES)
    name = container_of(head)
    options: dict[str, str] = {}
    if name is None and suffix in RAW_FORMATS and not _looks_like_text(head):
        name, options = RAW_FORMATS[suffix]
    if name is None:
        raise AudioError(f"the content is not audio ({describe(head)})", code="not-audio")
    try:
        opened = av.open(
            source,
            format=name,
            options=_OPTIONS,
            container_options=options,
            metadata_errors="ignore",
            buffer_size=65_536,
        )
    except (av.FFmpegError, ValueError, OSError) as error:
        raise AudioError(f"the {name} container cannot be opened: {_plain(error)}", code="corrupt") from error
    assert isinstance(opened, InputContainer)
    return opened


def describe(head: bytes) -> str:
    """A word on what some bytes are, for people who wonder why their file is refused."""
    start = head[:512].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "an HTML page, perhaps an error page of the download"
    if start.startswith(b"<?xml"):
        return "an XML document"
    if start.startswith((b"#extm3u", b"ffconcat")):
        return "a playlist; give the recordings themselves"
    if start.startswith(b"pk\x03\x04"):
        return "a ZIP archive; unpack it first"
    if not head.strip(b"\0"):
        return "only zero bytes"
    return "a text file" if _looks_like_text(head) else "no known audio format"


def _looks_like_text(head: bytes) -> bool:
    sample = head[:4096]
    printable = sum(32 <= byte < 127 or byte in (9, 10, 13) for byte in sample)
    return printable > 0.95 * len(sample)


def _plain(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


@dataclass
class Damage:
    """What was lost on the way, in seconds."""

    undecodable: float = 0.0
    """Replaced by silence, so that everything after it keeps its time."""
    packets: int = 0
    packet_bytes: int = 0
    notes: list[str] = field(default_factory=list)


def blocks(
    container: InputContainer, source: Source, damage: Damage
) -> Iterator[tuple[NDArray[np.float32], int]]:
    """Yield (samples, rate_hz), samples of shape (n, channels in the file) in [-1, 1].

    Packets that cannot be decoded and holes in the time stamps become silence of their length.
    """
    stream = container.streams.audio[0]
    pauses = stream.codec_context.name in _PAUSE_CODECS
    position = 0.0  # seconds yielded
    rate, channels = stream.codec_context.sample_rate or 0, stream.codec_context.channels or 0
    started: float | None = None
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except (av.FFmpegError, OSError) as error:
            damage.notes.append(f"reading stopped at {position:.1f} s: {_plain(error)}")
            return
        if packet is None:
            return
        damage.packets += packet.size > 0
        damage.packet_bytes += packet.size
        try:
            frames = packet.decode()
        except (av.FFmpegError, ValueError, MemoryError):
            lost = _PAUSE_FRAME_SECONDS if pauses else float((packet.duration or 0) * (packet.time_base or 0))
            if not pauses:
                damage.undecodable += lost
            if rate and channels and 0 < lost < 60:
                yield np.zeros((round(lost * rate), channels), np.float32), rate
                position += lost
            continue
        for frame in frames:
            block, rate = _samples(frame), frame.sample_rate
            channels = block.shape[1]
            if not _MIN_RATE_HZ <= rate <= _MAX_RATE_HZ:
                raise AudioError(f"a sample rate of {rate} Hz cannot be right", code="corrupt")
            time = frame.time
            if time is not None and not pauses:
                started = time if started is None else started
                gap = time - started - position
                if gap > _MIN_GAP_SECONDS:
                    yield from _silence(gap, rate, channels)
                    position += gap
            yield block, rate
            position += len(block) / rate
            source.heard(position)


def _silence(seconds: float, rate: int, channels: int) -> Iterator[tuple[NDArray[np.float32], int]]:
    """Silence in blocks of at most a minute, so that a lying time stamp costs no memory at once."""
    left = round(seconds * rate)
    while left > 0:
        size = min(left, 60 * rate)
        yield np.zeros((size, channels), np.float32), rate
        left -= size


def _samples(frame: av.AudioFrame) -> NDArray[np.float32]:
    """The samples of a frame as float32 of shape (n, channels)."""
    raw = frame.to_ndarray()
    table = raw.T if frame.format.is_planar else raw.reshape(-1, len(frame.layout.channels))
    kind = frame.format.name.removesuffix("p")
    if kind in ("flt", "dbl"):
        return np.array(table, np.float32, order="C")
    scale = np.float32(1 / _FULL_SCALE[kind])
    samples = np.array(table, np.float32, order="C")
    if kind == "u8":
        samples -= 128
    samples *= scale
    return samples
