"""Opening one file's container, told by its content and never by trial.

The demuxer is named, not guessed by libavformat: playlists (m3u, ffconcat, SDP, HLS) have no name here, so no
recording can make it open another file or a connection. Pictures and videos inside are not decoded either.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import av
from av.container import InputContainer

from pipeline.audio.headerless import headerless
from pipeline.audio.source import RecordingFile
from pipeline.domain.container import SNIFF_BYTES, container_of
from pipeline.errors import AudioError
from pipeline.messages import Message

_MANY_ATOMS = 1_000


def open_container(source: RecordingFile, path: Path) -> InputContainer:
    """Open the container that the file's content names (for headerless formats: the name of ``path``).

    Raises:
        AudioError: the content is no audio, cut off before the sound, or damaged beyond opening.
    """
    head = source.head(SNIFF_BYTES)
    name = None if described(head) else container_of(head)
    options = {
        "protocol_whitelist": "none",
        "codec_whitelist": _audio_decoders(),
        "probesize": "1000000",
        "analyzeduration": "2000000",
    }
    if name == "wav":
        # Packets of 64 ms, the default, cost more than the sound in them; PCM is what its header says.
        options |= {"max_size": "16384", "max_probe_packets": "1"}
    if name is None and not _looks_like_text(head) and not described(head):
        bare = headerless(path, source.size)
        if bare is not None:
            source.present([bare.header, *source.places(0, source.size)])
            name = bare.demuxer
            options |= bare.options
    if name is None:
        raise AudioError(Message("audio.not-audio", content=describe(head)), code="not-audio")
    try:
        opened = av.open(
            source, format=name, container_options=options, metadata_errors="ignore", buffer_size=65_536
        )
    except (av.FFmpegError, ValueError, OSError) as error:
        if isinstance(error, av.error.EOFError) or (name == "mov" and mov_is_cut(source)):
            raise AudioError(Message("audio.cut-off"), code="truncated") from error
        reason = Message("audio.damaged-container", container=name, detail=plain(error))
        raise AudioError(reason, code="corrupt") from error
    assert isinstance(opened, InputContainer)
    return opened


@cache
def _audio_decoders() -> str:
    """All decoders of sound, as libavformat's white list: cover pictures are a way in for damaged files."""
    names = []
    for name in sorted(av.codecs_available):
        try:
            codec = av.Codec(name, "r")
        except ValueError:  # an encoder
            continue
        if codec.type == "audio":
            names.append(codec.name)
    return ",".join(dict.fromkeys(names))


def describe(head: bytes) -> Message:
    """A word on what some bytes are, for people who wonder why their file is refused."""
    start = head[:512].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return Message("audio.content.html")
    if start.startswith(b"<?xml"):
        return Message("audio.content.xml")
    if start.startswith((b"#extm3u", b"ffconcat")):
        return Message("audio.content.playlist")
    if start.startswith(b"pk\x03\x04"):
        return Message("audio.content.zip")
    if not head.strip(b"\0"):
        return Message("audio.content.zeros")
    if codec := described(head):
        return Message("audio.content.codec", codec=codec)
    return Message("audio.content.text" if _looks_like_text(head) else "audio.content.unknown")


_UNREADABLE = (
    (b"#!SILK", "SILK"),
    (b"\x02#!SILK", "SILK"),
    (b"#!EVRC", "EVRC"),
    (b"#!EVS_MC", "EVS"),
    (b"#!AMR-WB+", "AMR-WB+"),
    (b"#!SMV", "SMV"),
    (b".RMF", "RealAudio"),
    (b".ra\xfd", "RealAudio"),
    (b"\x02dss", "DSS"),
    (b"\x03ds2", "DS2"),
    (b"\x03dss", "DSS"),
    (b"MPCK", "Musepack"),
    (b"MP+", "Musepack"),
    (b"#!iLBC", "iLBC"),
    (b"NRRB", "NICE NMF"),
    (b"MThd", "MIDI"),
    (b"\xd4\xc3\xb2\xa1", "PCAP"),
    (b"\x0a\x0d\x0d\x0a", "PCAPNG"),
)


def described(head: bytes) -> str:
    """What a file of sound calls itself that nobody here reads; empty for any other."""
    return next((name for magic, name in _UNREADABLE if head.startswith(magic)), "")


def plain(error: Exception) -> str:
    """What libav says, without its numbers and the path."""
    return getattr(error, "strerror", None) or str(error)


def mov_is_cut(source: RecordingFile) -> bool:
    """True if the last box of an MP4 file (ISO 14496-12) runs past the end, or its index is missing."""
    position, boxes = 0, set()
    for _ in range(_MANY_ATOMS):
        header = source.at(position, 16)
        if len(header) < 8:
            break
        size, name = int.from_bytes(header[:4]), header[4:8]
        if size == 1:
            size = int.from_bytes(header[8:16])
        boxes.add(name)
        if size == 0:  # to the end of the file
            break
        if size < 8 or position + size > source.size:
            return True
        position += size
    return b"moov" not in boxes


def _looks_like_text(head: bytes) -> bool:
    sample = head[:4096]
    printable = sum(32 <= byte < 127 or byte in (9, 10, 13) for byte in sample)
    return printable > 0.95 * len(sample)
