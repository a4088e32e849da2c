"""What the encoder made of the last windows, for texts that are forced upon them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ctranslate2
import numpy as np
from numpy.typing import NDArray

from pipeline.transcription.protocol import SpeechWindow


class RecentEncodings:
    """By window, while there is room.

    The numbers do not depend on what else was in a batch, so results do not depend on what is kept.
    """

    def __init__(self, *, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self.clear()

    def clear(self) -> None:
        self._bytes = 0
        self._kept: dict[int, tuple[SpeechWindow, NDArray[np.float32]]] = {}

    def keep(self, windows: Sequence[SpeechWindow], encoded: Any) -> None:
        """Keep what the encoder made of the windows of a batch."""
        if self._bytes >= self._most_bytes:
            return
        numbers = np.array(encoded)
        self._bytes += numbers.nbytes
        self._kept.update((id(w), (w, each)) for w, each in zip(windows, numbers, strict=True))

    def of(self, window: SpeechWindow) -> Any | None:
        """None where it is not kept. The window is held too, so that its identity is nobody else's."""
        _, numbers = self._kept.get(id(window), (window, None))
        return None if numbers is None else ctranslate2.StorageView.from_array(numbers[None])
