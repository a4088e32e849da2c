"""The decoded sound of one call, and one channel of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from pipeline.messages import Message

FULL_SCALE = 32_768
_TO_FLOAT = np.float32(1 / FULL_SCALE)


class Channel:
    """A `Sound` over an int16 array (which it does not copy); slices share its memory."""

    __slots__ = ("_pcm",)

    def __init__(self, pcm: NDArray[np.int16]) -> None:
        self._pcm = pcm

    @classmethod
    def of(cls, samples: NDArray[np.float32]) -> Channel:
        """From samples of shape (n,), full scale at 1."""
        return cls(quantised(samples))

    @property
    def pcm(self) -> NDArray[np.int16]:
        return self._pcm

    def __len__(self) -> int:
        return len(self._pcm)

    def __getitem__(self, where: slice, /) -> Channel:
        return Channel(self._pcm[where])

    def __setitem__(self, where: slice, values: NDArray[np.float32], /) -> None:
        self._pcm[where] = quantised(values)

    def __array__(self, dtype: DTypeLike | None = None, /, *, copy: bool | None = None) -> NDArray[Any]:
        if copy is False:
            raise ValueError("numbers of a Channel are always made anew")
        samples: NDArray[np.float32] = np.multiply(self._pcm, _TO_FLOAT, dtype=np.float32)
        return samples if dtype is None else samples.astype(dtype, copy=False)

    def padded(self, length: int) -> Channel:
        """With silence at its end."""
        return Channel(np.pad(self._pcm, (0, length - len(self))))

    def copy(self) -> Channel:
        return Channel(self._pcm.copy())


def quantised(samples: NDArray[np.floating]) -> NDArray[np.int16]:
    """Samples of any shape in 16 bits; what is louder than full scale is clipped."""
    scaled = samples * np.float32(FULL_SCALE)
    np.rint(scaled, out=scaled)
    np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1, out=scaled)
    return scaled.astype(np.int16)


REASON_CODES = frozenset(
    {
        "empty",
        "not-audio",
        "truncated",
        "zero-channels",
        "too-many-channels",
        "no-audio-stream",
        "vanished",
        "no-permission",
        "unsupported-codec",
        "corrupt",
        "too-long",
        "not-a-file",
    }
)
"""What ``AudioError.code`` may be."""


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """A call's sound, decoded once: all later stages read these arrays and never the file."""

    channels: tuple[Channel, ...]
    """One channel (mono) or two (left and right; of two files agent's and customer's), equally long."""
    duration: float
    """Seconds."""
    codec: str
    """Name of the codec as libavcodec spells it; two names joined by ``+`` if two files differ."""
    warning: Message | None = None
    """Why this is not all of the call (cut short, damaged); None if it is complete."""
