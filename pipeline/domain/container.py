"""Which audio container some bytes are, told from their content and never from a file's ending.

The answers are the names that libavformat gives its demuxers.
"""

from __future__ import annotations

from collections.abc import Callable

SNIFF_BYTES = 65_536
"""How much of a file's head tells its container: MP3 frames may hide behind this much garbage."""

# fmt: off
AUDIO_ENDINGS = frozenset({
    ".wav", ".wave", ".wav49", ".mp3", ".mp2", ".mp1", ".mpa", ".m4a", ".m4b", ".mp4", ".m4v", ".mov", ".3gp",
    ".3g2", ".aac", ".adts", ".ogg", ".oga", ".ogv", ".opus", ".spx", ".flac", ".amr", ".awb", ".au", ".snd",
    ".aif", ".aiff", ".aifc", ".caf", ".wma", ".asf", ".wmv", ".w64", ".rf64", ".bwf", ".voc", ".sph", ".mka",
    ".mkv", ".webm", ".avi", ".flv", ".wv", ".ape", ".tta", ".qcp",
    # without any header
    ".g722", ".g729", ".729", ".g729a", ".g723", ".g7231", ".g723_1", ".g726-16", ".g726-24", ".g726-32",
    ".g726-40", ".gsm", ".ulaw", ".ul", ".pcmu", ".mulaw", ".alaw", ".al", ".pcma", ".vox", ".sln", ".sln12",
    ".sln16", ".sln24", ".sln32", ".sln44", ".sln48", ".sln96", ".sln192", ".slin", ".slin12", ".slin16",
    ".slin24", ".slin32", ".slin44", ".slin48", ".slin96", ".slin192", ".pcm", ".raw", ".s16", ".lpcm",
    # of recorders and phones, but read by nobody here: named rather than passed over
    ".silk", ".slk", ".evrc", ".evc", ".evs", ".smv", ".lc3", ".ilbc", ".siren7", ".siren14", ".g719", ".c2",
    ".dss", ".ds2", ".dvf", ".msv", ".nmf", ".aud", ".ra", ".rm", ".rmvb", ".ac3", ".mpc", ".adpcm", ".g711",
    ".g728", ".cvsd", ".amrwb", ".amr-wb", ".v3", ".vce", ".pvf", ".cca", ".pcap", ".pcapng",
})
# fmt: on
"""Endings that promise audio: a file with one is reported if it cannot be read, whatever it holds."""

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"fLaC", "flac"),
    (0, b"OggS", "ogg"),
    (0, b"#!AMR", "amr"),
    (0, b".snd", "au"),
    (0, b"caff", "caf"),
    (0, b"riff\x2e\x91\xcf\x11", "w64"),
    (0, b"Creative Voice File\x1a", "voc"),
    (0, b"NIST_1A\n", "nistsphere"),
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
    (0, b"FLV\x01", "flv"),
    (0, b"wvpk", "wv"),
    (0, b"MAC ", "ape"),
    (0, b"TTA1", "tta"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (4, b"ftyp", "mov"),
    (4, b"moov", "mov"),
    (4, b"mdat", "mov"),
)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LONGEST_PREFIX = 4_096
_WAVE_OUTSIDE = (b"RIFF", b"RIFX", b"RF64", b"BW64")
_RIFF_KINDS = {b"AVI ": "avi", b"QLCM": "qcp"}
_NOT_AUDIO = (
    b"PK\x03\x04",
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x7fELF",
)

_FrameBytes = Callable[[bytes], int]

# Kilobits per second by index, layers I to III: ISO 11172-3 (MPEG 1), 13818-3 (MPEG 2)
_KBPS_V1 = {
    1: (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    2: (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
}
_KBPS_LOW = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_KBPS_V2 = {
    1: (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    2: _KBPS_LOW,
    3: _KBPS_LOW,
}
_MP3_RATES_HZ = (44_100, 48_000, 32_000)


def container_of(head: bytes) -> str | None:
    """The container of a file that starts with ``head`` (SNIFF_BYTES of it are enough); None if not audio."""
    if head[:4] in _WAVE_OUTSIDE and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"RIFF" and head[8:12] in _RIFF_KINDS:
        return _RIFF_KINDS[head[8:12]]
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    for offset, magic, name in _MAGIC:
        if head.startswith(magic, offset):
            return name
    if head.startswith(_NOT_AUDIO):
        return None
    if head.startswith(b"ID3"):
        return container_of(head[10 + id3_size(head) :]) or "mp3"
    if _two_frames(head, 0, adts_frame_bytes):
        return "aac"
    return "mp3" if _mpeg_audio_anywhere(head) else None


def sound_begins(head: bytes) -> int:
    """Where the sound file begins in bytes that are one behind something else; 0 where that cannot be told.

    Scripts that hand out recordings write a byte-order mark, blank lines or the headers of their own answer
    in front of them, and recorders a header of theirs in front of a WAV file.
    """
    if container_of(head) is not None or head.startswith(_NOT_AUDIO):
        return 0
    blank = len(head) - len(head.removeprefix(_BYTE_ORDER_MARK).lstrip(b"\0\t\r\n "))
    answer = head.find(b"\r\n\r\n", 0, _LONGEST_PREFIX) + 4 if head.startswith(b"HTTP/") else 0
    for start in (blank, answer):
        if 0 < start <= _LONGEST_PREFIX and any(
            head.startswith(magic, start + at) for at, magic, _ in _MAGIC
        ):
            return start
    found = (head.find(magic, 0, _LONGEST_PREFIX) for magic in _WAVE_OUTSIDE)
    return min((at for at in found if at > 0 and container_of(head[at:]) == "wav"), default=0)


def id3_size(head: bytes) -> int:
    """Bytes of an ID3v2 tag after its ten-byte header; 0 where there is none."""
    if not head.startswith(b"ID3") or len(head) < 10:
        return 0
    return sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))


def _mpeg_audio_anywhere(head: bytes) -> bool:
    start = head.find(b"\xff")
    while start >= 0:
        if _two_frames(head, start, mpeg_frame_bytes):
            return True
        start = head.find(b"\xff", start + 1)
    return False


def _two_frames(head: bytes, start: int, frame_bytes: _FrameBytes) -> bool:
    """True if a whole frame at ``start`` is followed by another one, and that by another if there is room.

    One sync word turns up in any data by chance; a chain of three does not.
    """
    for seen in range(3):
        size = frame_bytes(head[start : start + 7])
        if size == 0:
            return seen == 2 and start + 7 > len(head)
        start += size
    return True


def mpeg_frame_bytes(header: bytes) -> int:
    """Length of the MPEG audio frame, layer I, II or III (ISO 11172-3, 13818-3), with this header; 0 if it is
    none."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return 0
    version, layer = (header[1] >> 3) & 3, 4 - ((header[1] >> 1) & 3)
    bitrate, rate = header[2] >> 4, (header[2] >> 2) & 3
    if version == 1 or layer == 4 or bitrate in (0, 15) or rate == 3:
        return 0
    first = version == 3
    rate_hz = _MP3_RATES_HZ[rate] // (1 if first else 2 if version == 2 else 4)
    bits = (_KBPS_V1 if first else _KBPS_V2)[layer][bitrate] * 1000
    padding = (header[2] >> 1) & 1
    if layer == 1:
        return (12 * bits // rate_hz + padding) * 4
    return (144 if first or layer == 2 else 72) * bits // rate_hz + padding


def adts_frame_bytes(header: bytes) -> int:
    """Length of the ADTS frame (ISO 13818-7) with this header; 0 if it is none."""
    if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or (header[2] >> 2) & 0xF > 12:
        return 0
    size = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return size if size > 7 else 0
