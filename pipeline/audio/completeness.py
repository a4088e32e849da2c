"""Is this all of the call? Cut files decode without an error: compare what is there with what was due."""

from __future__ import annotations

from av.container import InputContainer

from pipeline.audio.blocks import Damage
from pipeline.audio.riff import WavClaim
from pipeline.audio.source import RecordingFile
from pipeline.messages import Message

_MISSING_SECONDS = 0.25
_MISSING_SHARE = 0.01
"""Containers round their durations, and encoders add padding: less than both is no loss."""
_LOST_SECONDS = 0.05
_NOTES = 3  # a thoroughly broken file has hundreds
_LEADING_BYTES = 4_096
"""More garbage than this before the first MP3 frame may well have been sound."""
_MANY_CHUNKS = 1_000
_OGG_PAGE = 65_307
"""Bytes of the largest page."""
_TRUSTED_DURATION = frozenset({"mov", "matroska", "flac", "aiff", "au", "caf", "w64"})
"""Containers whose header states a duration; elsewhere it is a guess from the bit rate."""


def missing(
    source: RecordingFile,
    container: InputContainer,
    claim: WavClaim | None,
    damage: Damage,
    seconds: float,
    track: int = 0,
) -> list[Message]:
    """One sentence for each reason to believe that sound is missing; empty where the call is complete."""
    notes = list(dict.fromkeys(damage.notes))[:_NOTES]
    if source.expired:
        notes.append(Message("audio.garbage-follows", seconds=round(seconds, 1)))
    if damage.silenced > _LOST_SECONDS:
        notes.append(Message("audio.silenced", seconds=round(damage.silenced, 1)))
    if damage.leading_bytes > _LEADING_BYTES:
        notes.append(Message("audio.leading-bytes", bytes=damage.leading_bytes))
    names = set(container.format.name.split(","))
    promised = _promised_seconds(source, container, names, track)
    if claim is not None and claim.share_present == 0:
        notes.append(Message("audio.only-header"))
    elif claim is not None and claim.share_present < 1:
        whole = seconds / claim.share_present
        if whole - seconds > _LOST_SECONDS:
            notes.append(_cut_short(seconds, whole))
    elif "caf" in names and (share := _caf_share(source)) < 1:
        notes.append(_cut_short(seconds, seconds / share))
    elif promised - seconds > max(_MISSING_SECONDS, _MISSING_SHARE * promised):
        notes.append(_cut_short(seconds, promised))
    elif "ogg" in names and not _ogg_ends(source):
        notes.append(Message("audio.no-end", seconds=round(seconds, 1)))
    return notes


def _cut_short(seconds: float, whole: float) -> Message:
    return Message("audio.cut-short", seconds=round(seconds, 1), whole=round(whole, 1))


def _promised_seconds(source: RecordingFile, container: InputContainer, names: set[str], track: int) -> float:
    stream = container.streams.audio[track]
    if "mp3" in names:
        context = stream.codec_context
        return _mp3_frames(source) * context.frame_size / context.sample_rate if context.sample_rate else 0.0
    if not names & _TRUSTED_DURATION:
        return 0.0
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / 1_000_000


def _mp3_frames(source: RecordingFile) -> int:
    """The number of frames that an encoder noted in the first one (Xing or Info tag); 0 without it."""
    first = source.head(256)
    tag = max(first.find(b"Xing"), first.find(b"Info"))
    if tag < 0 or not int.from_bytes(first[tag + 4 : tag + 8]) & 1:
        return 0
    return int.from_bytes(first[tag + 8 : tag + 12])


def _caf_share(source: RecordingFile) -> float:
    """How much (0..1) of the sound that a Core Audio file claims is there; 1 where it leaves that open."""
    at = 8
    for _ in range(_MANY_CHUNKS):
        header = source.at(at, 12)
        if len(header) < 12:
            break
        size = int.from_bytes(header[4:], signed=True)
        if header[:4] == b"data":
            present = source.size - at - 12
            return min(1.0, present / size) if size > 0 and present > 0 else 1.0
        at += 12 + max(0, size)
    return 1.0


def _ogg_ends(source: RecordingFile) -> bool:
    """True if the last page (RFC 3533) is whole. Whether it is marked as the end of its stream says nothing:
    WhatsApp and recorders that stream never mark one."""
    tail = source.tail(2 * _OGG_PAGE)
    page = tail.rfind(b"OggS")
    if page < 0 or len(tail) < page + 27:
        return False
    segments = tail[page + 26]
    body = sum(tail[page + 27 : page + 27 + segments])
    return len(tail) >= page + 27 + segments + body
