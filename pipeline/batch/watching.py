"""A folder that never ends: looked through whole every few minutes, and inspected when something came.

Nobody is told of changes by the system: watchers of folders lose files on shares, and when they are many. A
look reads names, sizes and times alone; a run begins only where they differ from what the last one began on.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

WRONG_USAGE, STOPPED = 2, 3
"""Exit statuses of a run after which the next look begins one, whatever it finds."""


class Look(IntEnum):
    """What a look came to, or the exit status of the run that followed."""

    EMPTY = -2
    """Nothing lies there: perhaps the share is not mounted."""
    UNCHANGED = -1


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies in a dump, as a digest over names, sizes and times."""

    files: int
    digest: str


def listing(dump: Path, *others: Path) -> Listing:
    """Look through a folder; what cannot be looked at is left out, the run will name it.

    Args:
        others: files beside it that matter too, as the call list.
    """
    files, digest = 0, hashlib.sha256()
    for folder, folders, names in os.walk(dump):
        folders.sort()
        for name in sorted(names):
            if not name.startswith("."):
                files += 1
                digest.update(_facts(Path(folder) / name))
    for path in others:
        digest.update(_facts(path))
    return Listing(files, digest.hexdigest())


def _facts(path: Path) -> bytes:
    try:
        found = path.lstat()
    except OSError:
        return b""
    return f"{found.st_size}:{found.st_mtime_ns}:{path}\0".encode(errors="surrogateescape")


class Watch:
    """Decides when a run is due.

    Args:
        run: a run with the same options every time; its exit status.
        asked: whether somebody wants failures tried again.
    """

    def __init__(
        self, dump: Path, others: Iterable[Path], *, run: Callable[[], int], asked: Callable[[], bool]
    ) -> None:
        self._dump, self._others, self._run, self._asked = dump, tuple(others), run, asked
        self._done: Listing | None = None

    def look(self) -> int:
        """Look once, and run where something came. The exit status of the run, or a `Look`."""
        now = listing(self._dump, *self._others)
        if not now.files:
            self._done = None
            return Look.EMPTY
        if now == self._done and not self._asked():
            return Look.UNCHANGED
        status = self._run()
        # What changed during the run differs from what was seen before it; what did not end is done again.
        self._done = None if status in (WRONG_USAGE, STOPPED) else now
        return status
