"""From files to channels: the only place in the project that reads sound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.container import InputContainer
from numpy.typing import NDArray

from pipeline.audio.blocks import Blocks
from pipeline.audio.completeness import missing
from pipeline.audio.demuxing import mov_is_cut, open_container
from pipeline.audio.riff import WavClaim, wav_claim
from pipeline.audio.sound import Audio
from pipeline.audio.source import RecordingFile
from pipeline.audio.track import Resampling, Tracks
from pipeline.domain import SAMPLE_RATE_HZ
from pipeline.domain.container import id3_size
from pipeline.errors import AudioError
from pipeline.messages import Message, joined

MAX_SECONDS = 4 * 3600.0
"""Longer files are refused: two channels of four hours at 16 kHz are 0.9 GB, and no call lasts that long."""
_DAMAGED_SHARE = 0.99
"""Where more than this had to be silenced, nothing is left to judge."""
_BATCH_SECONDS = 1.0
"""Frames are joined to blocks of this length before resampling: a call per 20 ms frame is dear."""
_MIXED_SAMPLES = 600 * SAMPLE_RATE_HZ


def decode(paths: Sequence[Path]) -> Audio:
    """Decode a recording once: one file, or two files with one party each (agent's first).

    Of two files each is mixed down to one channel, and the shorter one padded with silence at its end.
    Files with more than two channels are refused: which of them are the parties cannot be known.

    Peak memory is the result (32 kB per channel and second of sound) plus about 100 MB.

    Raises:
        AudioError: with the reason and a ``code`` out of REASON_CODES.
    """
    if len(paths) == 1:
        return _decode_file(paths[0])
    if len(paths) != 2:
        raise AudioError(Message("audio.many-files", files=len(paths)), code="too-many-channels")
    return _join(_decode_party(paths[0]), _decode_party(paths[1]))


def _decode_party(path: Path) -> Audio:
    try:
        audio = _decode_file(path)
    except AudioError as error:
        raise AudioError(
            Message("audio.in-file", file=path.name, why=error.reason), code=error.code
        ) from error
    if len(audio.channels) == 1:
        return audio
    left, right = audio.channels
    for start in range(0, len(left), _MIXED_SAMPLES):
        piece = slice(start, start + _MIXED_SAMPLES)
        left[piece] = (np.asarray(left[piece]) + np.asarray(right[piece])) * np.float32(0.5)
    return replace(audio, channels=(left,))


def _join(agent: Audio, customer: Audio) -> Audio:
    length = max(len(agent.channels[0]), len(customer.channels[0]))
    padded = tuple(a.channels[0].padded(length) for a in (agent, customer))
    warnings = [
        Message(code, why=audio.warning)
        for code, audio in (("audio.file-of-agent", agent), ("audio.file-of-customer", customer))
        if audio.warning is not None
    ]
    return Audio(
        channels=padded,
        duration=length / SAMPLE_RATE_HZ,
        codec="+".join(dict.fromkeys((agent.codec, customer.codec))),
        warning=joined("join.semicolon", warnings),
    )


def _decode_file(path: Path) -> Audio:
    with opened(path) as file:
        tracks = Tracks(file.channels)
        for block in file.sound():
            tracks.add(block)
        channels = tracks.channels()
        seconds = len(channels[0]) / SAMPLE_RATE_HZ
        warning = joined("join.semicolon", file.check(seconds))
        return Audio(channels, seconds, file.codec, warning)


class OpenedFile:
    """One file whose sound can be taken once, block by block."""

    def __init__(
        self, source: RecordingFile, container: InputContainer, claim: WavClaim | None, lead: int
    ) -> None:
        context = _codec(container)
        if context is None and mov_is_cut(source):
            raise AudioError(Message("audio.cut-off"), code="truncated")
        if context is None:
            raise AudioError(Message("audio.codec"), code="unsupported-codec")
        _check_channels(context.channels)
        self.channels, self.codec = context.channels, context.name
        self._source, self._container, self._claim = source, container, claim
        self._blocks = Blocks(container, source, lead=lead)

    def sound(self) -> Iterator[NDArray[np.float32]]:
        """Blocks of shape (n, channels) at 16 kHz, in order.

        Raises:
            AudioError: it is longer than MAX_SECONDS, or a sample rate in it cannot be right.
        """
        resampling, samples = Resampling(self.channels), 0
        for batch, rate_hz in _batches(self._blocks, self.channels):
            for block in resampling.feed(batch, rate_hz):
                samples += len(block)
                yield block
            _check_length(samples / SAMPLE_RATE_HZ)
        yield from resampling.flush()

    def check(self, seconds: float) -> list[Message]:
        """Why this is not all of the call, given how many seconds came out; empty if it is.

        Raises:
            AudioError: there is no sound at all, or next to none that could be decoded.
        """
        notes = missing(self._source, self._container, self._claim, self._blocks.damage, seconds)
        silenced = self._blocks.damage.silenced
        if silenced and silenced > _DAMAGED_SHARE * seconds:
            raise AudioError(Message("audio.undecodable"), code="corrupt")
        if not seconds:
            if notes:
                raise AudioError(Message("audio.before-sound"), code="truncated")
            raise AudioError(Message("audio.no-sound"), code="empty")
        return notes


@contextmanager
def opened(path: Path) -> Iterator[OpenedFile]:
    """Open one file for decoding.

    Raises:
        AudioError: with the reason and a ``code`` out of REASON_CODES.
    """
    with RecordingFile(path) as source:
        claim = wav_claim(source) if _is_wave(source) else None
        if claim is not None:
            _check_channels(claim.channels)
            _check_length(claim.seconds_present)
        with open_container(source, path.suffix.lower()) as container:
            if not container.streams.audio:
                raise AudioError(Message("audio.no-stream"), code="no-audio-stream")
            yield OpenedFile(source, container, claim, _tag_bytes(source))


def _codec(container: InputContainer) -> AudioCodecContext | None:
    return container.streams.audio[0].codec_context  # None, whatever its type says, without a decoder


def _is_wave(source: RecordingFile) -> bool:
    head = source.head(12)
    return head[:4] in (b"RIFF", b"RIFX", b"RF64", b"BW64") and head[8:] == b"WAVE"


def _tag_bytes(source: RecordingFile) -> int:
    """Where the sound may begin: after the ID3 tag."""
    head = source.head(10)
    return 10 + id3_size(head) if head.startswith(b"ID3") else 0


def _check_channels(count: int) -> None:
    if count == 0:
        raise AudioError(Message("audio.zero-channels"), code="zero-channels")
    if count > 2:
        raise AudioError(Message("audio.too-many-channels", channels=count), code="too-many-channels")


def _check_length(seconds: float) -> None:
    if seconds > MAX_SECONDS:
        raise AudioError(Message("audio.too-long", hours=MAX_SECONDS / 3600), code="too-long")


def _batches(blocks: Blocks, count: int) -> Iterator[tuple[NDArray[np.float32], int]]:
    """Blocks of about _BATCH_SECONDS with their rate, all with ``count`` channels."""
    pending: list[NDArray[np.float32]] = []
    pending_rate = size = 0
    for block, rate_hz in blocks:
        if block.shape[1] != count:  # the stream changed its mind: mono to both, or both to mono
            block = np.repeat(block.mean(axis=1, keepdims=True), count, axis=1)
        if rate_hz != pending_rate and pending:
            yield np.concatenate(pending), pending_rate
            pending, size = [], 0
        pending.append(block)
        pending_rate, size = rate_hz, size + len(block)
        if size >= _BATCH_SECONDS * rate_hz:
            yield np.concatenate(pending), rate_hz
            pending, size = [], 0
    if pending:
        yield np.concatenate(pending), pending_rate
