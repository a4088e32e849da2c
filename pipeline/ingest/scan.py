"""Walking a dump: every recording in it, in a fixed order, and nothing outside it."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from pipeline.domain.container import AUDIO_ENDINGS, SNIFF_BYTES, container_of
from pipeline.errors import UsageError
from pipeline.ingest.discovery import Problem
from pipeline.messages import Message, system_problem

_UNFINISHED = frozenset(
    {
        ".part",
        ".partial",
        ".filepart",
        ".crdownload",
        ".download",
        ".incomplete",
        ".upload",
        ".uploading",
        ".writing",
        ".aria2",
        ".temp",
        ".tmp",
    }
)
"""Endings that programs give a file while they copy it. A recording under such a name may lack its end."""
_ARCHIVES = frozenset({".zip", ".rar", ".7z", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst"})
_LOCKED = frozenset({".enc", ".gpg", ".pgp", ".aes"})
"""Endings of files that programs encrypted."""
_STALE_SECONDS = 3600.0
"""A copy that stood still for an hour is not being made any more: its recording is lost unless somebody
looks."""


@dataclass
class Scan:
    """What lies in a dump."""

    root: Path
    """The dump, absolute and without links."""
    files: list[Path] = field(default_factory=list)
    """Absolute paths of recordings, sorted by relative path."""
    growing: set[Path] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    ignored: int = 0

    def problem(self, path: Path, reason: Message, kind: str) -> None:
        self.problems.append(Problem(path, None, None, reason, kind))


def scan(dump: Path, *, settle_seconds: float) -> Scan:
    """Find all recordings below ``dump``.

    A recording has an audio ending or starts like audio. Links are not followed: one that leads to a file of
    the dump is found there anyway, one that leaves the dump or leads nowhere is reported. A recording is
    taken once its size and time of change have held still for ``settle_seconds``: for younger ones that long
    is waited, once for all of them, and those that changed meanwhile are left out.

    Raises:
        UsageError: the dump is no folder or cannot be listed.
    """
    if not dump.is_dir():
        raise UsageError(Message("dump.no-folder"), path=dump)
    found = Scan(dump.resolve())
    if not os.access(found.root, os.R_OK | os.X_OK):
        raise UsageError(Message("dump.no-permission"), path=dump)
    fresh: dict[Path, tuple[int, int]] = {}
    folders = [found.root]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as listing:
                entries = list(listing)
        except OSError as error:
            reason = Message("dump.unreadable-folder", detail=system_problem(error))
            found.problem(folder, reason, "unreadable-folder")
            continue
        for entry in entries:
            path = folder / entry.name
            if entry.name.startswith("."):
                found.ignored += 1
            elif entry.is_symlink():
                _look_at_link(found, path)
            elif entry.is_dir(follow_symlinks=False):
                folders.append(path)
            else:
                _look_at_file(found, path, fresh, settle_seconds)
    _watch(found, fresh, settle_seconds)
    found.files = sorted(
        set(found.files) - found.growing, key=lambda path: path.relative_to(found.root).parts
    )
    found.problems.sort(key=lambda problem: str(problem.path))
    return found


def _look_at_link(found: Scan, path: Path) -> None:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        found.problem(path, Message("dump.bad-link"), "bad-link")
        return
    if target.is_relative_to(found.root):
        found.ignored += 1
    else:
        found.problem(path, Message("dump.link-outside"), "outside")


def _look_at_file(found: Scan, path: Path, fresh: dict[Path, tuple[int, int]], settle_seconds: float) -> None:
    try:
        status = path.lstat()
    except OSError:
        return  # gone since it was listed: not there, so not reported
    if not stat.S_ISREG(status.st_mode):
        found.problem(path, Message("dump.not-a-file"), "not-a-file")
    elif path.suffix.lower() in _UNFINISHED and (_is_named_audio(path.stem) or _sounds(path)):
        found.growing.add(path)
        rests = time.time() - status.st_mtime
        if rests < _STALE_SECONDS:
            found.problem(path, Message("dump.unfinished-copy", ending=path.suffix), "still-written")
        else:
            reason = Message("dump.stale-copy", ending=path.suffix, hours=int(rests // 3600))
            found.problem(path, reason, "stale-copy")
    elif _wrapped(path):
        found.problem(path, Message("dump.wrapped", ending=path.suffix), "wrapped")
        found.ignored += 1
    elif path.suffix.lower() not in AUDIO_ENDINGS and not _sounds(path):
        found.ignored += 1
    else:
        found.files.append(path)
        if time.time() - status.st_mtime < settle_seconds:
            fresh[path] = (status.st_size, status.st_mtime_ns)


def _is_named_audio(name: str) -> bool:
    return PurePath(name).suffix.lower() in AUDIO_ENDINGS


def _wrapped(path: Path) -> bool:
    """Whether recordings may be in there that nobody here unpacks or decrypts."""
    ending = path.suffix.lower()
    if ending in _ARCHIVES:  # 0001.wav.gz, and archives of a night; calls.csv.gz is no recording
        inner = PurePath(path.stem).suffix
        return (
            not inner or _is_named_audio(path.stem) or inner.lower() in _ARCHIVES or not inner[1:].isalpha()
        )
    return ending in _LOCKED and _is_named_audio(path.stem)


def _sounds(path: Path) -> bool:
    """True if the content starts like audio, whatever the file is called."""
    try:
        with path.open("rb") as file:
            return container_of(file.read(SNIFF_BYTES)) is not None
    except OSError:
        return False


def _watch(found: Scan, fresh: dict[Path, tuple[int, int]], settle_seconds: float) -> None:
    """Wait until the youngest would have rested long enough, and move those that changed to ``growing``."""
    if not fresh:
        return
    youngest = max(mtime for _, mtime in fresh.values()) / 1e9
    time.sleep(min(max(youngest + settle_seconds - time.time(), 0.0), settle_seconds))
    for path, before in fresh.items():
        try:
            status = path.stat()
        except OSError:
            continue
        if (status.st_size, status.st_mtime_ns) != before:
            found.growing.add(path)
            found.problem(path, Message("dump.still-written"), "still-written")
