"""The form in which people hear a recording: a WAV file of 16-bit samples at 16 kHz.

Recordings come as GSM, AMR, mu-law or as one file per party, and no browser plays them all. This form every
browser plays, and any second of it stands at a known byte.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile
from numpy.typing import NDArray

from pipeline.audio.decode import opened
from pipeline.audio.parties import mixed, side_by_side
from pipeline.audio.peaks import PeakMeter, Peaks
from pipeline.audio.sound import Audio, quantised
from pipeline.domain import SAMPLE_RATE_HZ, Span
from pipeline.errors import AudioError
from pipeline.messages import Message

HEADER_BYTES = 44
_SAMPLE_BYTES = 2
_PIECE_BYTES = 1 << 17
"""Two seconds of stereo: what is in memory per listener."""

Sound = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Playback:
    """A WAV file that `write_playback` made, read in pieces."""

    path: Path
    channels: int
    """1, or 2 with one party each."""
    frames: int

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return HEADER_BYTES + self.frames * self.frame_bytes

    @property
    def frame_bytes(self) -> int:
        return _SAMPLE_BYTES * self.channels

    def pieces(
        self, first: int, last: int, *, swapped: bool = False, silenced: Sequence[Span] = ()
    ) -> Iterator[bytes]:
        """Bytes ``[first, last)`` of the file; it is opened at once, so that it may be deleted meanwhile.

        ``swapped`` exchanges the two channels; ``silenced`` spans are zeros in all channels.

        Raises:
            OSError: it cannot be opened.
        """
        return self._pieces(self.path.open("rb"), first, last, swapped and self.channels == 2, silenced)

    def _pieces(
        self, file: BinaryIO, first: int, last: int, swapped: bool, silenced: Sequence[Span]
    ) -> Iterator[bytes]:
        with file:
            if first < HEADER_BYTES:
                yield file.read(HEADER_BYTES)[first:last]
                first = HEADER_BYTES
            while first < last:
                skipped = (first - HEADER_BYTES) % self.frame_bytes  # a range may begin inside a sample
                at = first - skipped
                wanted = min(_PIECE_BYTES, last - at)
                file.seek(at)
                raw = file.read(wanted + -wanted % self.frame_bytes)
                if len(raw) % self.frame_bytes or not raw:
                    return
                frames = np.frombuffer(raw, "<i2").reshape(-1, self.channels)
                if swapped:
                    frames = frames[:, ::-1]
                if silenced:
                    frames = _without(frames, (at - HEADER_BYTES) // self.frame_bytes, silenced)
                piece = frames.tobytes()[skipped:wanted]
                yield piece
                first += len(piece)


def _without(frames: NDArray[np.int16], at: int, silenced: Sequence[Span]) -> NDArray[np.int16]:
    out = frames.copy()
    for span in silenced:
        begin, end = (round(t * SAMPLE_RATE_HZ) - at for t in (span.start, span.end))
        out[max(0, begin) : max(0, end)] = 0
    return out


def read_playback(path: Path) -> Playback:
    """What a file holds that `write_playback` made.

    Raises:
        OSError: it is not there.
        ValueError: it is something else, or not whole.
    """
    with path.open("rb") as file:
        header = file.read(HEADER_BYTES)
        size = file.seek(0, 2)
    if len(header) < HEADER_BYTES:
        raise ValueError(f"{path}: no header")
    channels, data = struct.unpack_from("<H", header, 22)[0], struct.unpack_from("<I", header, 40)[0]
    if channels not in (1, 2) or header != _header(channels, data) or size != HEADER_BYTES + data:
        raise ValueError(f"{path}: not whole")
    return Playback(path, channels, data // (_SAMPLE_BYTES * channels))


def write_playback(paths: Sequence[Path], to: BinaryIO) -> Peaks:
    """Decode one file, or two with one party each, into a WAV file, never holding more than a few seconds.

    Two files become two channels in their order; the shorter one is silent at its end. Returns the peaks.

    Raises:
        AudioError: as `decode`.
    """
    to.write(bytes(HEADER_BYTES))
    channels, blocks = _sound(paths)
    meter, written = PeakMeter(channels), 0
    for block in blocks:
        meter.add(block)
        written += to.write(quantised(block).astype("<i2").tobytes())
    to.seek(0)
    to.write(_header(channels, written))
    return meter.finish()


def _header(channels: int, data: int) -> bytes:
    """RIFF header of linear PCM (Microsoft, Multimedia Programming Interface and Data Specifications 1.0)."""
    frame = _SAMPLE_BYTES * channels
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", HEADER_BYTES - 8 + data, b"WAVE"),
        *(b"fmt ", 16, 1, channels, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ * frame, frame, 8 * _SAMPLE_BYTES),
        *(b"data", data),
    )


def _sound(paths: Sequence[Path]) -> tuple[int, Iterator[Sound]]:
    """Channels, and blocks of shape (n, channels)."""
    if len(paths) == 2:
        return 2, side_by_side(*(mixed(_file(path)) for path in paths))
    if len(paths) != 1:
        raise AudioError(Message("audio.many-files", files=len(paths)), code="too-many-channels")
    blocks = _file(paths[0])
    first = next(blocks, np.empty((0, 1), np.float32))
    return first.shape[1], chain([first], blocks)


def _file(path: Path) -> Iterator[Sound]:
    with opened(path) as file:
        samples = 0
        for block in file.sound():
            samples += len(block)
            yield block
        file.check(samples / SAMPLE_RATE_HZ)


def write_excerpt(audio: Audio, span: Span, to: BinaryIO) -> float:
    """Write ``span`` of all channels as 16-bit PCM at 16 kHz; the part beyond the recording is left out.

    Returns:
        Seconds written; 0 where the span lies outside the recording.
    """
    first = round(max(0.0, span.start) * SAMPLE_RATE_HZ)
    last = round(span.end * SAMPLE_RATE_HZ)
    samples = np.stack([channel[first:last].pcm for channel in audio.channels], axis=1)
    soundfile.write(to, samples, SAMPLE_RATE_HZ, format="WAV", subtype="PCM_16")
    return len(samples) / SAMPLE_RATE_HZ
