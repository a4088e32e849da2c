"""Tags before, between and behind the frames of MP3 and AAC files, which are taken for damaged sound.

Recorders tag twice, players append, and whoever joins two files with ``cat`` leaves a tag in the middle.
ID3v2 (id3.org), APEv2 and ID3v1 say themselves how long they are, so that exactly they can be left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipeline.audio.source import FilePart, RecordingFile
from pipeline.domain.container import SNIFF_BYTES, container_of, id3_size, sound_begins

FRAMED = frozenset({"mp3", "aac"})
"""Containers that are nothing but frames in a row."""
_ID3_HEADER = 10
_APE_HEADER = 32
_ID3V1_BYTES = 128
_MOST_BYTES = 1 << 30
"""Four hours at the highest rate are 0.6 GB: nothing longer is read anyway."""


def leave_out_leading(source: RecordingFile) -> None:
    """Present a file without what stands in front of its sound: ID3v2 tags, whatever follows and however
    large they are, or what a script wrote there."""
    start = sound_begins(source.head(SNIFF_BYTES))
    while (tag := _id3(source, start)) and tag[1] < source.size:
        start = tag[1]
    if start:
        source.present(source.places(start, source.size))


def leave_out_tags(source: RecordingFile) -> None:
    """Present a file of bare frames without any tag; other files stay as they are."""
    if source.size > _MOST_BYTES or container_of(source.head(SNIFF_BYTES)) not in FRAMED:
        return
    pieces: list[FilePart] = []
    at = 0
    for start, end in _tags(source):
        if start < at:  # within the tag before: a picture or a text that speaks of tags
            continue
        pieces += source.places(at, start)
        at = end
    if at:
        source.present([*pieces, *source.places(at, source.size)])


def _tags(source: RecordingFile) -> Iterator[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for magic, place in _KINDS:
        at = source.find(magic)
        while at >= 0:
            tag = place(source, at)
            if tag is not None:
                found.append(tag)
            at = source.find(magic, max(at + 1, tag[1] if tag else 0))
    yield from sorted(found)


def _id3(source: RecordingFile, at: int) -> tuple[int, int] | None:
    """Where the ID3v2 tag lies that begins there; None where none does, or one that runs past the end."""
    head = source.at(at, _ID3_HEADER)
    if len(head) < _ID3_HEADER or not head.startswith(b"ID3"):
        return None
    if head[3] not in (2, 3, 4) or head[4] == 0xFF or head[5] & 0x0F or max(head[6:10]) > 0x7F:
        return None
    end = at + _ID3_HEADER + id3_size(head) + (_ID3_HEADER if head[5] & 0x10 else 0)
    return (at, end) if end <= source.size else None


def _ape(source: RecordingFile, at: int) -> tuple[int, int] | None:
    """An APE tag by its header, or by its footer where it has no header."""
    head = source.at(at, _APE_HEADER)
    if len(head) < _APE_HEADER or int.from_bytes(head[8:12], "little") not in (1000, 2000):
        return None
    size, flags = (int.from_bytes(head[i : i + 4], "little") for i in (12, 20))
    if flags & 1 << 29:  # this is the header; the size is of all that follows it
        return (at, at + _APE_HEADER + size) if at + _APE_HEADER + size <= source.size else None
    return (at + _APE_HEADER - size, at + _APE_HEADER) if _APE_HEADER <= size <= at + _APE_HEADER else None


def _id3v1(source: RecordingFile, at: int) -> tuple[int, int] | None:
    """128 bytes without a length of their own: believed at the end, and before another part of the file."""
    end = at + _ID3V1_BYTES
    follows = source.at(end, 4_096)
    frames_follow = len(follows) >= 2 and follows[0] == 0xFF and container_of(follows) in FRAMED
    believed = end == source.size or frames_follow or follows.startswith((b"ID3", b"APETAGEX"))
    return (at, end) if believed else None


_KINDS: tuple[tuple[bytes, Callable[[RecordingFile, int], tuple[int, int] | None]], ...] = (
    (b"ID3", _id3),
    (b"APETAGEX", _ape),
    (b"TAG", _id3v1),
)
