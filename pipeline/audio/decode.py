"""From files to channels: the only place in the project that reads sound."""

from __future__ import annotations

from abc import ABC, abstractmethod
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
from pipeline.audio.parties import mixed, side_by_side, sounding
from pipeline.audio.riff import WavClaim, wav_claim
from pipeline.audio.sound import Audio
from pipeline.audio.source import RecordingFile
from pipeline.audio.tags import leave_out_leading, leave_out_tags
from pipeline.audio.track import Resampling, Tracks
from pipeline.audio.wave_parts import mend_wave
from pipeline.domain import SAMPLE_RATE_HZ
from pipeline.errors import AudioError
from pipeline.messages import Message, joined

MAX_SECONDS = 4 * 3600.0
"""Longer files are refused: two channels of four hours at 16 kHz are 0.9 GB, and no call lasts that long."""
_DAMAGED_SHARE = 0.9
"""Where more than this had to be silenced, nothing is left to judge: what came out may be noise."""
_MOST_CHANNELS = 8
"""Of a file of which at most two channels may sound."""
_BATCH_SECONDS = 1.0
"""Frames are joined to blocks of this length before resampling: a call per 20 ms frame is dear."""
_MIXED_SAMPLES = 600 * SAMPLE_RATE_HZ


def decode(paths: Sequence[Path]) -> Audio:
    """Decode a recording once: one file, or two files with one party each (agent's first).

    Of two files each is mixed down to one channel, and the shorter one padded with silence at its end.
    Files in which more than two channels sound are refused: which of them are the parties cannot be known.

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


class OpenedFile(ABC):
    """One file whose sound can be taken once, block by block."""

    channels: int
    codec: str

    @abstractmethod
    def sound(self) -> Iterator[NDArray[np.float32]]:
        """Blocks of shape (n, channels) at 16 kHz, in order.

        Raises:
            AudioError: it is longer than MAX_SECONDS, or a sample rate in it cannot be right.
        """

    @abstractmethod
    def check(self, seconds: float) -> list[Message]:
        """Why this is not all of the call, given how many seconds came out; empty if it is.

        Raises:
            AudioError: there is no sound at all, or next to none that could be decoded.
        """


class _Track(OpenedFile):
    """One audio track of a file: in nearly all the only one."""

    def __init__(
        self,
        source: RecordingFile,
        container: InputContainer,
        claim: WavClaim | None,
        notes: Sequence[Message],
        number: int = 0,
    ) -> None:
        context = _codec(container, number)
        if context is None and claim is not None:
            raise AudioError(Message("audio.wav-codec", tag=f"0x{claim.tag:04X}"), code="unsupported-codec")
        if context is None and mov_is_cut(source):
            raise AudioError(Message("audio.cut-off"), code="truncated")
        if context is None:
            raise AudioError(Message("audio.codec"), code="unsupported-codec")
        _check_channels(context.channels, most=_MOST_CHANNELS)
        self.channels, self.codec = context.channels, context.name
        self._source, self._container, self._claim = source, container, claim
        self._notes, self._number = notes, number
        self._blocks = Blocks(container, source, track=number)
        self._seconds = 0.0

    def sound(self) -> Iterator[NDArray[np.float32]]:
        resampling, samples = Resampling(self.channels), 0
        for batch, rate_hz in _batches(self._blocks, self.channels):
            for block in resampling.feed(batch, rate_hz):
                samples += len(block)
                yield block
            self._seconds = samples / SAMPLE_RATE_HZ
            _check_length(self._seconds)
        for block in resampling.flush():
            samples += len(block)
            self._seconds = samples / SAMPLE_RATE_HZ
            yield block

    def check(self, seconds: float) -> list[Message]:
        notes = missing(
            self._source, self._container, self._claim, self._blocks.damage, seconds, self._number
        )
        silenced = self._blocks.damage.silenced
        if silenced and silenced > _DAMAGED_SHARE * seconds:
            raise AudioError(Message("audio.undecodable"), code="corrupt")
        if not seconds:
            if notes:
                raise AudioError(Message("audio.before-sound"), code="truncated")
            raise AudioError(Message("audio.no-sound"), code="empty")
        return [*self._notes, *notes]

    def check_own(self, seconds: float) -> list[Message]:
        """As `check`, by what came out of this track where the file says how long the track is; else by the
        ``seconds`` that came out of both."""
        own = self._container.streams.audio[self._number].duration is not None
        return self.check(self._seconds if own or not self._seconds else seconds)


class _SomeChannels(OpenedFile):
    """Those channels of a file with many on which something sounds: a surround file of a telephone call."""

    def __init__(self, track: _Track, used: Sequence[int]) -> None:
        self._track, self._used = track, list(used)
        self.channels, self.codec = len(used), track.codec

    def sound(self) -> Iterator[NDArray[np.float32]]:
        return (block[:, self._used] for block in self._track.sound())

    def check(self, seconds: float) -> list[Message]:
        return self._track.check(seconds)


class _TwoTracks(OpenedFile):
    """Two audio tracks: one party each, as two files would be."""

    channels = 2

    def __init__(self, first: _Track, second: _Track) -> None:
        self._tracks = first, second
        self.codec = "+".join(dict.fromkeys((first.codec, second.codec)))

    def sound(self) -> Iterator[NDArray[np.float32]]:
        return side_by_side(*(mixed(track.sound()) for track in self._tracks))

    def check(self, seconds: float) -> list[Message]:
        return list(dict.fromkeys(note for track in self._tracks for note in track.check_own(seconds)))


@contextmanager
def opened(path: Path) -> Iterator[OpenedFile]:
    """Open one file for decoding.

    Raises:
        AudioError: with the reason and a ``code`` out of REASON_CODES.
    """
    with _opened(path) as (source, container, claim, notes):
        tracks = len(container.streams.audio)
        if tracks == 0:
            raise AudioError(Message("audio.no-stream"), code="no-audio-stream")
        if tracks > 2:
            raise AudioError(Message("audio.too-many-tracks", tracks=tracks), code="too-many-channels")
        first = _Track(source, container, claim, notes)
        if tracks == 1 and first.channels > 2:
            with _opened(path) as (again, whole, same, _):
                used = sounding(_Track(again, whole, same, ()).sound(), first.channels)
            _check_channels(len(used) if len(used) <= 2 else first.channels)
            yield _SomeChannels(first, used)
            return
        if tracks == 1:
            yield first
            return
        _check_channels(first.channels)
        with _opened(path) as (other, second, _, _):  # each is read at its own pace
            yield _TwoTracks(first, _Track(other, second, None, (), 1))


@contextmanager
def _opened(
    path: Path,
) -> Iterator[tuple[RecordingFile, InputContainer, WavClaim | None, Sequence[Message]]]:
    with RecordingFile(path) as source:
        leave_out_leading(source)
        leave_out_tags(source)
        notes = mend_wave(source) if _is_wave(source) else ()
        claim = wav_claim(source) if _is_wave(source) else None
        if claim is not None:
            _check_channels(claim.channels, most=_MOST_CHANNELS)
            _check_length(claim.seconds_present)
        with open_container(source, path) as container:
            yield source, container, claim, notes


def _codec(container: InputContainer, track: int) -> AudioCodecContext | None:
    return container.streams.audio[track].codec_context  # None, whatever its type says, without a decoder


def _is_wave(source: RecordingFile) -> bool:
    head = source.head(12)
    return head[:4] in (b"RIFF", b"RIFX", b"RF64", b"BW64") and head[8:] == b"WAVE"


def _check_channels(count: int, *, most: int = 2) -> None:
    if count == 0:
        raise AudioError(Message("audio.zero-channels"), code="zero-channels")
    if count > most:
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
