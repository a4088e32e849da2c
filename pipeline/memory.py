"""What this process takes of the memory: now, and at most so far."""

from __future__ import annotations

import resource
from pathlib import Path

import psutil


def resident_bytes() -> int:
    """Memory of this process that is in RAM now."""
    return int(psutil.Process().memory_info().rss)


def peak_bytes() -> int:
    """The highest resident memory so far.

    Linux states it for this program alone, and psutil does not hand it on; `getrusage` also counts what ran
    in the process before it.
    """
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
