"""The one form in which sound crosses stages."""

from __future__ import annotations

from typing import Any, Protocol

SAMPLE_RATE_HZ = 16_000
"""Every channel is sound at this rate: what speech models expect."""


class Sound(Protocol):
    """Samples of one channel at SAMPLE_RATE_HZ, full scale at 1; a float32 array is one.

    A recording of hours is kept in 16 bits, and becomes float32 piece by piece: slices are views that cost
    nothing, ``np.asarray(sound[first:last], np.float32)`` are the numbers.
    """

    def __len__(self) -> int: ...

    def __getitem__(self, where: slice, /) -> Sound: ...

    def __setitem__(self, where: slice, values: Any, /) -> None: ...

    def __array__(self, dtype: Any = ..., /, *, copy: bool | None = ...) -> Any: ...

    def copy(self) -> Sound: ...
