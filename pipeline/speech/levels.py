"""Loudness over time, frame by frame, in the frames that voice activity uses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import SAMPLE_RATE_HZ, Span

FRAME = 512
"""Samples per frame (32 ms at 16 kHz): the step of the voice activity model."""

FRAME_SECONDS = FRAME / SAMPLE_RATE_HZ

SILENT_DB = -90.0


def framed(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """``samples`` as rows of FRAME samples; the last row is padded with zeros."""
    return np.pad(samples, (0, -len(samples) % FRAME)).reshape(-1, FRAME)


def level_db(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """RMS level per frame in dB full scale, never below SILENT_DB."""
    rows = framed(samples)
    power = np.einsum("ij,ij->i", rows, rows) / FRAME
    return np.asarray(10 * np.log10(np.maximum(power, 10 ** (SILENT_DB / 10))), dtype=np.float32)


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
