"""Is this all of the call? Cut files decode without an error: compare what is there with what was due."""

from __future__ import annotations

import av

from pipeline.audio.demuxing import Damage
from pipeline.audio.riff import WavClaim
from pipeline.audio.source import Source
from pipeline.domain.container import id3_size

_MISSING_SECONDS = 1.0
_MISSING_SHARE = 0.03
"""Containers round their durations, and encoders add padding: less than this is no loss."""
_LOST_SECONDS = 0.1
_TRUSTED_DURATION = frozenset({"mov", "matroska", "flac", "aiff", "au", "caf", "w64"})
"""Containers whose header states a duration; elsewhere it is a guess from the bit rate."""
_FRAMED = frozenset({"mp3", "aac"})
_FOREIGN_BYTES = 4_096
_FOREIGN_SHARE = 0.02
"""Bytes between frames of MP3 or ADTS beyond both are garbage; tags at the end are smaller."""


def missing(
    source: Source,
    container: av.container.InputContainer,
    claim: WavClaim | None,
    damage: Damage,
    seconds: float,
) -> list[str]:
    """One sentence for each reason to believe that sound is missing; empty where the call is complete."""
    notes = list(damage.notes)
    if source.expired:
        notes.append(f"decoding took too long and was stopped at {seconds:.1f} s")
    if damage.undecodable > _LOST_SECONDS:
        notes.append(f"{damage.undecodable:.1f} s could not be decoded and are silent here")
    if claim is not None and claim.missing_seconds > 0:
        whole = seconds + claim.missing_seconds
        notes.append(f"the file is cut short: {seconds:.1f} s of {whole:.1f} s are there")
    names = set(container.format.name.split(","))
    promised = _promised_seconds(source, container, names)
    if promised - seconds > max(_MISSING_SECONDS, _MISSING_SHARE * promised):
        notes.append(f"the file is cut short: {seconds:.1f} s of {promised:.1f} s are there")
    if "ogg" in names and not _ogg_ends(source):
        notes.append(f"the file is cut short after {seconds:.1f} s: the last page of the stream is missing")
    if names & _FRAMED and damage.packet_bytes:
        foreign = source.size - damage.packet_bytes - id3_size(source.head(10))
        if foreign > max(_FOREIGN_BYTES, _FOREIGN_SHARE * source.size):
            lost = seconds * foreign / damage.packet_bytes
            notes.append(f"{foreign} bytes between the frames are not sound, about {lost:.1f} s")
    return notes


def _promised_seconds(source: Source, container: av.container.InputContainer, names: set[str]) -> float:
    stream = container.streams.audio[0]
    if "mp3" in names:
        head = source.head(10)
        first = source.at(10 + id3_size(head) if head.startswith(b"ID3") else 0, 4096)
        if b"Xing" not in first and b"Info" not in first and b"VBRI" not in first:
            return 0.0
    elif not names & _TRUSTED_DURATION:
        return 0.0
    return float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0


def _ogg_ends(source: Source) -> bool:
    """True if the last page (RFC 3533) is whole and marked as the end of its stream."""
    tail = source.tail(65_536)
    page = tail.rfind(b"OggS")
    if page < 0 or len(tail) < page + 27:
        return False
    segments = tail[page + 26]
    body = sum(tail[page + 27 : page + 27 + segments])
    return bool(tail[page + 5] & 4) and len(tail) >= page + 27 + segments + body
