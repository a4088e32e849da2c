"""What this machine has: cores, memory, disk."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

GIB = 2**30


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of main memory; ``free`` is what new programs can have (Linux: MemAvailable)."""

    total: int
    free: int


def cores() -> int:
    """Cores this process may use: fewer than the machine has in a container or under taskset."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory() -> Memory:
    page = os.sysconf("SC_PAGE_SIZE")
    total = os.sysconf("SC_PHYS_PAGES") * page
    info = Path("/proc/meminfo")
    if info.is_file():
        fields = dict(line.split(":", 1) for line in info.read_text(encoding="ascii").splitlines())
        return Memory(total, int(fields["MemAvailable"].split()[0]) * 1024)
    return Memory(total, os.sysconf("SC_AVPHYS_PAGES") * page)


def free_disk(path: Path) -> int:
    """Bytes free where ``path`` is or will be."""
    place = path.absolute()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free
