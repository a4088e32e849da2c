"""Loudness over time, frame by frame, in the frames that voice activity uses."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import SAMPLE_RATE_HZ, Sound, Span

FRAME = 512
"""Samples per frame (32 ms at 16 kHz): the step of the voice activity model."""

FRAME_SECONDS = FRAME / SAMPLE_RATE_HZ

SILENT_DB = -90.0

_BLOCK_FRAMES = 20_000
"""Frames looked at in one go (640 s, 40 MB): what keeps a recording of hours within memory."""

_SPARSE = 30
"""Frames that are so many times fewer than the stretch they lie in are taken one by one."""


def frame_count(samples: Sound) -> int:
    """Frames in a channel; the last one may be cut short."""
    return -(-len(samples) // FRAME)


def rows_at(samples: Sound, frames: NDArray[np.int64]) -> NDArray[np.float32]:
    """The samples of the given frames, ascending, in rows of FRAME; a last one cut short ends in zeros."""
    if not len(frames):
        return np.zeros((0, FRAME), np.float32)
    first, last = int(frames[0]), int(frames[-1]) + 1
    if last - first > _SPARSE * len(frames):
        return np.stack([rows_between(samples, frame, frame + 1)[0] for frame in frames.tolist()])
    rows = rows_between(samples, first, last)
    return rows if last - first == len(frames) else rows[frames - first]


def rows_between(samples: Sound, first: int, last: int) -> NDArray[np.float32]:
    """Frames ``first`` to ``last - 1`` in rows of FRAME."""
    piece = np.asarray(samples[first * FRAME : last * FRAME], np.float32)
    missing = (last - first) * FRAME - len(piece)
    return (np.pad(piece, (0, missing)) if missing else piece).reshape(-1, FRAME)


def blocks_of(frames: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """``frames``, ascending, in pieces that span at most _BLOCK_FRAMES."""
    if len(frames):
        ends = np.arange(frames[0] + _BLOCK_FRAMES, frames[-1] + _BLOCK_FRAMES, _BLOCK_FRAMES)
        yield from (piece for piece in np.split(frames, np.searchsorted(frames, ends)) if len(piece))


def level_db(samples: Sound) -> NDArray[np.float32]:
    """RMS level per frame in dB full scale, never below SILENT_DB."""
    power = [
        np.einsum("ij,ij->i", rows, rows) / FRAME
        for rows in (rows_at(samples, block) for block in blocks_of(np.arange(frame_count(samples))))
    ]
    if not power:
        return np.zeros(0, dtype=np.float32)
    return np.asarray(
        10 * np.log10(np.maximum(np.concatenate(power), 10 ** (SILENT_DB / 10))), dtype=np.float32
    )


def noise_floor_db(levels: NDArray[np.float32]) -> float:
    """Level of the channel when nobody speaks: its 10th percentile over time, in dB full scale."""
    return float(np.percentile(levels, 10)) if len(levels) else SILENT_DB


def spans_of(active: NDArray[np.bool_]) -> tuple[Span, ...]:
    """Runs of true frames as spans in seconds."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], active, [False])).astype(np.int8)))
    return tuple(
        Span(float(a * FRAME_SECONDS), float(b * FRAME_SECONDS))
        for a, b in zip(edges[::2], edges[1::2], strict=True)
    )


def frames_of(spans: tuple[Span, ...], count: int) -> NDArray[np.bool_]:
    """The inverse of ``spans_of``: a mask over ``count`` frames, true where a frame's middle is covered."""
    mask = np.zeros(count, dtype=bool)
    for span in spans:
        mask[max(0, round(span.start / FRAME_SECONDS)) : max(0, round(span.end / FRAME_SECONDS))] = True
    return mask
