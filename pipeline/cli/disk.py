"""Room on the disk."""

from __future__ import annotations

import shutil
from pathlib import Path

GIB = 2**30


def free_disk(path: Path) -> int:
    """Bytes free where ``path`` is or will be."""
    place = path.absolute()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free
