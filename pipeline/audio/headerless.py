"""Files without any header: what their names have to tell, and the header that they are read behind.

Asterisk and Dialogic boards write bare samples. Codec and rate stand in the ending (``.ulaw``, ``.sln48``),
or in the name where the ending leaves them open (``call_16k.pcm``, ``0001_8000.raw``, ``x_8k_alaw.raw``).
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import AudioError
from pipeline.messages import Message

_PCM, _ALAW, _ULAW, _OKI = 1, 6, 7, 0x10
"""Format tags of WAV (RFC 2361)."""
_BITS = {_PCM: 16, _ALAW: 8, _ULAW: 8, _OKI: 4}
_NAMED_CODECS = (
    (re.compile(r"(?:mu|u|µ)-?law|pcmu|g711u", re.IGNORECASE), _ULAW),
    (re.compile(r"a-?law|pcma|g711a", re.IGNORECASE), _ALAW),
    (re.compile(r"adpcm|dialogic|oki|vox", re.IGNORECASE), _OKI),
)
_KILOHERTZ = re.compile(
    r"(?<![0-9])(?<![0-9]\.)(6|8|11|12|16|22|24|32|44|44\.1|48|96)k(?:hz)?(?![a-z0-9])", re.IGNORECASE
)
_HERTZ = re.compile(
    r"(?<![0-9])(6000|8000|11025|12000|16000|22050|24000|32000|44100|48000|96000)(hz)?(?![0-9])",
    re.IGNORECASE,
)
_ODD = {"11": 11_025, "22": 22_050, "44": 44_100, "44.1": 44_100}
_STEREO = re.compile(r"stereo|2ch", re.IGNORECASE)

_DEMUXED: dict[str, tuple[str, dict[str, str]]] = {
    ".g722": ("g722", {}),
    ".g729": ("g729", {}),
    ".729": ("g729", {}),
    ".g729a": ("g729", {}),
    ".gsm": ("gsm", {}),
    ".g723": ("g723_1", {}),
    ".g7231": ("g723_1", {}),
    ".g723_1": ("g723_1", {}),
    ".g726-16": ("g726", {"code_size": "2"}),
    ".g726-24": ("g726", {"code_size": "3"}),
    ".g726-32": ("g726", {"code_size": "4"}),
    ".g726-40": ("g726", {"code_size": "5"}),
}
"""Frames that libavformat can tell apart by itself, and its options."""
_TAGGED: dict[str, tuple[int, int | None]] = {
    ".ulaw": (_ULAW, 8000),
    ".ul": (_ULAW, 8000),
    ".pcmu": (_ULAW, 8000),
    ".mulaw": (_ULAW, 8000),
    ".alaw": (_ALAW, 8000),
    ".al": (_ALAW, 8000),
    ".pcma": (_ALAW, 8000),
    ".vox": (_OKI, 8000),
    ".sln": (_PCM, 8000),
    ".slin": (_PCM, 8000),
    **{f".{name}{k}": (_PCM, hz) for name in ("sln", "slin") for k, hz in (
        (12, 12_000), (16, 16_000), (24, 24_000), (32, 32_000), (44, 44_100), (48, 48_000), (96, 96_000),
        (192, 192_000),
    )},
    ".pcm": (_PCM, None),
    ".raw": (_PCM, None),
    ".s16": (_PCM, None),
    ".lpcm": (_PCM, None),
}  # fmt: skip
"""Bare samples: format tag, and rate in Hz; None where only the name can tell."""
HEADERLESS = frozenset((*_DEMUXED, *_TAGGED))
"""Endings of files without any header."""


@dataclass(frozen=True, slots=True)
class Headerless:
    """How to read a file without header."""

    demuxer: str
    options: dict[str, str]
    header: bytes = b""
    """What to present in front of it."""


def headerless(path: Path, size: int) -> Headerless | None:
    """How to read a file of ``size`` bytes whose content names no container; None where its ending does not.

    Raises:
        AudioError: samples of an unknown rate.
    """
    ending = path.suffix.lower()
    if ending in _DEMUXED:
        demuxer, options = _DEMUXED[ending]
        return Headerless(demuxer, dict(options))
    if ending not in _TAGGED:
        return None
    tag, rate = _TAGGED[ending]
    if rate is None:
        tag = next((named for pattern, named in _NAMED_CODECS if pattern.search(path.stem)), tag)
    rate = _rate(path.stem, bare=rate is None) or rate or (8000 if tag == _OKI else None)
    if rate is None:
        raise AudioError(Message("audio.no-rate", ending=ending), code="unsupported-codec")
    channels = 2 if _STEREO.search(path.stem) and tag != _OKI else 1
    return Headerless("wav", {"max_size": "16384"}, _header(tag, rate, channels, size))


def _rate(stem: str, *, bare: bool) -> int | None:
    """Samples per second that a name tells. A bare number (8000 may be a seat) counts as the last part of a
    name whose ending leaves the rate open, and with Hz anywhere."""
    found = _KILOHERTZ.search(stem)
    if found:
        return _ODD.get(found[1]) or int(found[1]) * 1000
    for number in _HERTZ.finditer(stem):
        if number[2] or (bare and number.end() == len(stem)):
            return int(number[1])
    return None


def _header(tag: int, rate: int, channels: int, size: int) -> bytes:
    bits = _BITS[tag]
    block = max(1, channels * bits // 8)
    fmt = struct.pack("<HHIIHHH", tag, channels, rate, rate * channels * bits // 8, block, bits, 0)
    body = (
        b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", min(size, 0xFFFFFFFF))
    )
    return b"RIFF" + struct.pack("<I", min(len(body) + size, 0xFFFFFFFF)) + body
