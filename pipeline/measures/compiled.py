"""librosa's pitch tracker, compiled by one process at a time.

numba compiles parts of librosa on first use and keeps the machine code beside the library. Two processes that
do so at once leave a broken file behind, and from then on every process that loads it crashes: workers that
start together on a fresh installation would never finish a call. A lock on a file lets the first one compile
and the others read.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np


@cache
def yin() -> Callable[..., Any]:
    """`librosa.yin`, ready to run; the first call in a process takes seconds, the first on a machine many."""
    lock = Path(tempfile.gettempdir()) / f"callinspect-librosa-{os.getuid()}.lock"
    with os.fdopen(os.open(lock, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600), "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        import librosa

        librosa.yin(np.zeros(4096, dtype=np.float32), fmin=65, fmax=350, sr=8000, frame_length=1024)
    function: Callable[..., Any] = librosa.yin
    return function
