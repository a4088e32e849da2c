"""What speaker embeddings are made from: Kaldi's log mel energies, in blocks of a tenth of a second."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import kaldi_native_fbank
import numpy as np
from numpy.typing import NDArray

from pipeline.domain import SAMPLE_RATE_HZ, Sound, Span

BANDS = 80
WINDOW = 400
"""Samples under a frame (25 ms)."""
HOP = 200
"""Samples from frame to frame. Kaldi takes one every 10 ms; here it is 12.5: a fifth less to compute, and
speakers stay as far apart."""
BLOCK_SECONDS = 0.1
"""The resolution of everything here: changes of speaker are found to this."""
FRAMES_PER_BLOCK = 8
_REACH = 3
"""Blocks to each side of one block over which its spectrum is taken: 0.7 s, as for its embedding."""
_LEAST_VARIANCE = 1e-3


@cache
def _fbank_options() -> kaldi_native_fbank.FbankOptions:
    options = kaldi_native_fbank.FbankOptions()
    options.frame_opts.samp_freq = SAMPLE_RATE_HZ
    options.frame_opts.frame_shift_ms = HOP * 1000 / SAMPLE_RATE_HZ
    options.frame_opts.dither = 0.0
    options.mel_opts.num_bins = BANDS
    return options


def filterbank(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log mel energies, shape (frames, 80), of samples in -1..1 at 16 kHz; only whole windows count.

    As Kaldi's ``compute-fbank-feats`` without dither, which speaker networks are trained on.
    """
    fbank = kaldi_native_fbank.OnlineFbank(_fbank_options())
    fbank.accept_waveform(SAMPLE_RATE_HZ, samples.tolist())
    fbank.input_finished()
    frames = [fbank.get_frame(number) for number in range(fbank.num_frames_ready)]
    return np.array(frames, np.float32).reshape(-1, BANDS)


def block_count(stretch: Span) -> int:
    """Blocks in a stretch: a started block counts from half on, and there is at least one."""
    return max(1, round(stretch.duration / BLOCK_SECONDS))


def stretch_samples(samples: Sound, stretch: Span) -> NDArray[np.float32]:
    """The samples under the blocks of a stretch, silence beyond the ends of the recording.

    As many as `filterbank` needs for eight frames per block, each centred on its eightieth of a second.
    """
    start = round(stretch.start * SAMPLE_RATE_HZ) - (WINDOW - HOP) // 2
    end = start + block_count(stretch) * FRAMES_PER_BLOCK * HOP + WINDOW - HOP
    sound = np.asarray(samples[max(0, start) : max(0, end)], np.float32)
    before = min(max(0, -start), end - start)
    return np.pad(sound, (before, end - start - before - len(sound)))


def block_starts(stretches: Sequence[Span]) -> NDArray[np.intp]:
    """The first block of every stretch where they follow one another, and the number of all blocks."""
    return np.cumsum([0, *map(block_count, stretches)])


def neighbourhoods(starts: NDArray[np.intp], reach: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First and one past the last block around every block, so many to each side, within its stretch."""
    index = np.arange(starts[-1])
    lengths = np.diff(starts)
    return (
        np.maximum(index - reach, np.repeat(starts[:-1], lengths)),
        np.minimum(index + reach + 1, np.repeat(starts[1:], lengths)),
    )


def cumulative_sums(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Sums from the start, one row more than ``values``: the sum over a run is a difference of two rows."""
    sums = np.zeros((len(values) + 1, values.shape[1]))
    np.cumsum(values, axis=0, out=sums[1:])
    return sums


def spectral_statistics(features: NDArray[np.float32], starts: NDArray[np.intp]) -> NDArray[np.float32]:
    """Mean and deviation of every band around every block, (n, 2 bands); features (n, per block, bands)."""
    firsts, lasts = neighbourhoods(starts, _REACH)
    counts = (lasts - firsts)[:, None]
    sums = cumulative_sums(features.mean(axis=1))
    means = ((sums[lasts] - sums[firsts]) / counts).astype(np.float32)
    sums = cumulative_sums(np.einsum("nfb,nfb->nb", features, features) / features.shape[1])
    variances = ((sums[lasts] - sums[firsts]) / counts).astype(np.float32) - means * means
    return np.concatenate([means, np.sqrt(np.maximum(variances, _LEAST_VARIANCE))], axis=1)
