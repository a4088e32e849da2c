"""What the blocks that were heard tell of those that were not.

Within one call two voices, like ones too, differ in their spectra in ways that a linear rule finds from a few
seconds of each. On labelled nights mixed down to one channel such a rule, taught the true speakers of two
blocks in five, names those of 98 % of the others (one real telephone call: 99 %; like voices: 98 %; at 10 dB
above pink noise: 97 %), and where it is clear, which is in five of six, of 99.5 %. Taught by the network, it
shares that one's errors.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.blocks import running, surroundings

_REACH = 3
"""Blocks to each side of one block over which its spectrum is taken: 0.7 s, as for the voices themselves."""
_RIDGE = 0.1
"""Added to the variances, relative to their mean: some calls have fewer blocks than a sketch numbers."""
_LEAST_VARIANCE = 1e-3


def sketch(features: NDArray[np.float32], starts: NDArray[np.intp]) -> NDArray[np.float32]:
    """Mean and deviation of every band around every block, (n, 2 bands); features (n, per block, bands)."""
    firsts, lasts = surroundings(starts, _REACH)
    counts = (lasts - firsts)[:, None]
    sums = running(features.mean(axis=1))
    means = ((sums[lasts] - sums[firsts]) / counts).astype(np.float32)
    sums = running(np.einsum("nfb,nfb->nb", features, features) / features.shape[1])
    variances = ((sums[lasts] - sums[firsts]) / counts).astype(np.float32) - means * means
    return np.concatenate([means, np.sqrt(np.maximum(variances, _LEAST_VARIANCE))], axis=1)


def surmised(
    sketch: NDArray[np.float32], heard: NDArray[np.bool_], favours: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What every block favours (n,), learnt from those heard by ridge regression; 1 on average in size there.

    ``favours`` are those of the blocks, of which only the heard ones count; more than 1 tells no more than 1.
    """
    known = sketch[heard].astype(np.float64)
    middle = known.mean(axis=0)
    known -= middle
    wanted = np.clip(favours[heard], -1.0, 1.0)
    bias = wanted.mean()
    spread = known.T @ known
    spread.flat[:: len(spread) + 1] += _RIDGE * np.trace(spread) / len(spread) + 1e-9
    weights = np.linalg.solve(spread, known.T @ (wanted - bias))
    guessed: NDArray[np.float64] = sketch @ weights + (bias - middle @ weights)
    return guessed / max(float(np.abs(guessed[heard]).mean()), 1e-9)
