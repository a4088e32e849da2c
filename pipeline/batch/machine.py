"""What this machine can carry: how many workers, how many threads each."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

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
_MODEL_GIB = {"tiny": 0.07, "base": 0.14, "small": 0.45, "medium": 1.5, "large": 2.9, "turbo": 1.5}
"""Sizes of weights that are not on the disk yet."""
_OTHER_MODEL_GIB = 1.5
_WORKER_GIB = 1.05
"""What a worker takes at most beside its weights: libraries, lexicons, the sound of one group."""
_LOADING = 1.5
"""Weights of 16 bits are in memory together with their copy of 8 bits while they are loaded. The base model
was measured: 1.2 GiB at most. The summary of every run says what it was."""
_SPARED = 0.8
"""Share of the free memory that workers may take together."""


_MALLOC = {
    "MALLOC_MMAP_THRESHOLD_": 32 << 20,
    "MALLOC_TRIM_THRESHOLD_": 256 << 20,
    "MALLOC_TOP_PAD_": 16 << 20,
}
"""Bytes, for glibc: by default it gives the memory of every window and every tensor back to the system and
takes it anew, page by page. Keeping it halves the page faults of a run (1.5 to 0.7 million on a night of 16
minutes) and spares a third of its system time; the peak stays what it was."""


@contextmanager
def worker_environment() -> Iterator[None]:
    """Inside, started processes get one thread per numeric library (the workers are the parallelism), and
    keep freed memory. What the user has set stays.
    """
    wanted = {**dict.fromkeys(_THREADS, 1), **_MALLOC}
    added = [name for name in wanted if name not in os.environ]
    for name in added:
        os.environ[name] = str(wanted[name])
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Inside, the garbage collector does not run. Work that makes many small values and drops them together
    holds no garbage that counting references misses, and the collector would look through them again and
    again: for half of the time that it takes to read stored calls."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def worker_count(settings: Settings) -> int:
    """``settings.workers``, or as many as cores and free memory carry; one for a graphics card."""
    if settings.workers:
        return settings.workers
    if settings.device == "cuda":
        return 1
    fitting = int(free_bytes() * _SPARED // worker_bytes(settings.model, models=settings.models))
    return max(1, min(cores(), fitting))


def worker_bytes(model: str, *, models: Path = Path("models")) -> float:
    """Memory to count for one worker with this speech model: by the size of its weights."""
    return _WORKER_GIB * _GIB + _LOADING * (_weights_bytes(model, models) or _usual_bytes(model))


def _weights_bytes(model: str, models: Path) -> int:
    """Size of the largest file of the model; 0 where it is not there."""
    folders = (models / model, Path(model.removeprefix("sherpa:")).expanduser())
    try:
        files = [file for folder in folders if folder.is_dir() for file in folder.iterdir()]
        return max((file.stat().st_size for file in files), default=0)
    except OSError:
        return 0


def _usual_bytes(model: str) -> float:
    name = Path(model).name.lower()
    return next((gib for known, gib in _MODEL_GIB.items() if known in name), _OTHER_MODEL_GIB) * _GIB


def cores() -> int:
    """Cores this process may use: those of the machine, or fewer where a container limits them."""
    process = psutil.Process()  # macOS knows no affinity
    usable = len(process.cpu_affinity()) if hasattr(process, "cpu_affinity") else psutil.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        limit = usable if quota == "max" else max(1, int(quota) // int(period))
    except (OSError, ValueError):
        limit = usable
    return min(usable, limit)


def free_bytes() -> float:
    """Memory that can be taken now without swapping: the machine's, or less where a container limits it."""
    free = float(psutil.virtual_memory().available)
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
        used = Path("/sys/fs/cgroup/memory.current").read_text().strip()
        return free if limit == "max" else min(free, float(limit) - float(used))
    except (OSError, ValueError):
        return free
