"""Spoken turns on disk, so that another line, noise or pause does not need the voices again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


def cached(folder: Path, *, text: str, voice: str, speed: float, say: Callable[[], Samples]) -> Samples:
    """The samples of one spoken turn, from the folder or, the first time, from ``say``."""
    key = hashlib.sha256(f"{voice}|{speed}|{text}".encode()).hexdigest()[:24]
    path = folder / f"{key}.npy"
    if path.is_file():
        stored: Samples = np.load(path)
        return stored
    samples = say()
    folder.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".part.npy")
    np.save(scratch, samples)
    scratch.rename(path)
    return samples
