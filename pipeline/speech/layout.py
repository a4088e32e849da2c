"""What the channels of a file really carry."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from pipeline.domain import SAMPLE_RATE_HZ, Sound

FAKE_STEREO_CORRELATION = 0.97
"""Two parties on a line with the strongest leak seen (-10 dB) correlate at about 0.4; the same sound coded
twice by a lossy joint-stereo codec still correlates at 0.99."""

_SILENT = 1e-5
_BLOCK = 600 * SAMPLE_RATE_HZ
"""Samples compared in one go."""


class Layout(StrEnum):
    STEREO = "stereo"
    """One party per channel."""
    FAKE_STEREO = "fake-stereo"
    """Two channels with the same sound: counts as mono."""
    MONO = "mono"
    """Both parties on one channel."""

    @property
    def mono(self) -> bool:
        return self is not Layout.STEREO


def find_layout(channels: Sequence[Sound]) -> Layout:
    """Layout of one or two channels of equal length."""
    if len(channels) == 1:
        return Layout.MONO
    left, right = channels
    products = np.zeros(3)
    for start in range(0, len(left), _BLOCK):
        x, y = (np.asarray(c[start : start + _BLOCK], np.float32) for c in (left, right))
        products += (float(np.dot(x, x)), float(np.dot(y, y)), float(np.dot(x, y)))
    norms = np.sqrt(products[:2])
    if norms.min() <= _SILENT * len(left) ** 0.5:
        return Layout.STEREO  # a dead channel is a party that says nothing, not a copy
    correlation = products[2] / (norms[0] * norms[1])
    return Layout.FAKE_STEREO if correlation >= FAKE_STEREO_CORRELATION else Layout.STEREO
