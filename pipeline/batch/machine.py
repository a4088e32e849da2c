"""What this machine can carry: how many workers, how many threads each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.settings import Settings

_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
_GIB = 1 << 30
_MODEL_GIB = {"tiny": 0.7, "base": 0.9, "small": 1.5, "medium": 3.0, "large": 5.0, "turbo": 3.0}
"""What a worker takes at most in 8-bit arithmetic: model, caches, libraries, the audio of one group."""
_OTHER_MODEL_GIB = 3.0
_SPARED = 0.8
"""Share of the free memory that workers may take together."""


@contextmanager
def single_threaded() -> Iterator[None]:
    """Inside, started processes get one thread per numeric library: the workers are the parallelism.

    A number the user has set stays.
    """
    added = [name for name in _THREADS if name not in os.environ]
    for name in added:
        os.environ[name] = "1"
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


def worker_count(settings: Settings) -> int:
    """``settings.workers``, or as many as cores and free memory carry; one for a graphics card."""
    if settings.workers:
        return settings.workers
    if settings.device == "cuda":
        return 1
    fitting = int(free_bytes() * _SPARED // worker_bytes(settings.model))
    return max(1, min(cores(), fitting))


def worker_bytes(model: str) -> float:
    """Memory to count for one worker with this speech model."""
    name = Path(model).name.lower()
    for known, gib in _MODEL_GIB.items():
        if known in name:
            return gib * _GIB
    return _OTHER_MODEL_GIB * _GIB


def cores() -> int:
    """Cores this process may use: those of the machine, or fewer where a container limits them."""
    affinity = getattr(os, "sched_getaffinity", None)
    usable = len(affinity(0)) if affinity else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        limit = usable if quota == "max" else max(1, int(quota) // int(period))
    except (OSError, ValueError):
        limit = usable
    return min(usable, limit)


def free_bytes() -> float:
    """Memory that can be taken now without swapping; what is known of the machine and the container."""
    found = [amount for amount in (_machine_free(), _container_free()) if amount is not None]
    return min(found) if found else 2.0 * _GIB


def _machine_free() -> float | None:
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return float(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return None


def _container_free() -> float | None:
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
        used = Path("/sys/fs/cgroup/memory.current").read_text().strip()
        return None if limit == "max" else float(limit) - float(used)
    except (OSError, ValueError):
        return None
