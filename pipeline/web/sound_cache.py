"""Recordings in the form that browsers play, kept on disk as long as there is room.

Two files per recording, named by the digest of its audio: the sound and its peaks. Each is written aside and
put in place whole, so that several requests, or several servers, never meet half of one.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from weakref import WeakValueDictionary

from pipeline.audio.peaks import Peaks
from pipeline.audio.playback import Playback, read_playback, write_playback
from pipeline.errors import AudioError
from pipeline.files import create_private, make_private_folder
from pipeline.ingest import identify
from pipeline.messages import Message

_ENDINGS = (".wav", ".json")
_ASIDE = ".part"
_ABANDONED_SECONDS = 3600.0
"""What is still unfinished after this was left behind by a server that was killed."""


class SoundCache:
    """Turns recordings into what browsers play, once."""

    def __init__(self, folder: Path, *, limit_bytes: int) -> None:
        self._folder, self._limit = folder, limit_bytes
        self._locks: WeakValueDictionary[str, Lock] = WeakValueDictionary()
        self._lock_table = Lock()

    def known(self, sha256: str) -> Playback | None:
        """The sound of a recording if it is here already; quick."""
        try:
            found = read_playback(self._path(sha256, ".wav"))
        except (OSError, ValueError):
            return None
        with suppress(OSError):
            os.utime(found.path)
        return found

    def peaks(self, sha256: str) -> Peaks | None:
        """The peaks of a recording if they are here already."""
        try:
            return Peaks.from_json(self._path(sha256, ".json").read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def prepare(self, sha256: str, paths: Sequence[Path]) -> Playback:
        """The sound of a recording, decoded first where it is not here; takes seconds for an hour of sound.

        Raises:
            AudioError: the files are gone or cannot be decoded; with code ``changed`` where they hold
                other sound than was inspected.
            OSError: the cache cannot be written.
        """
        with self._lock(sha256):
            found = self.known(sha256)
            if found is not None and self.peaks(sha256) is not None:
                return found
            self._check(sha256, paths)
            self._make(sha256, paths)
            self._make_room(keep=sha256)
            return read_playback(self._path(sha256, ".wav"))

    def _check(self, sha256: str, paths: Sequence[Path]) -> None:
        if not paths:
            raise AudioError(Message("sound.changed"), code="changed")
        gone = next((path for path in paths if not path.is_file()), None)
        if gone is not None:
            raise AudioError(Message("sound.vanished"), code="vanished")
        try:
            digest = identify(paths)
        except OSError as error:
            raise AudioError(Message("sound.no-permission"), code="no-permission") from error
        if digest != sha256:
            raise AudioError(Message("sound.changed"), code="changed")

    def _make(self, sha256: str, paths: Sequence[Path]) -> None:
        make_private_folder(self._folder)
        handle, name = tempfile.mkstemp(dir=self._folder, prefix="making-", suffix=_ASIDE)
        aside = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                peaks = write_playback(paths, file)
            aside.replace(self._path(sha256, ".wav"))
            with create_private(aside) as file:
                file.write(peaks.to_json().encode("ascii"))
            aside.replace(self._path(sha256, ".json"))
        finally:
            aside.unlink(missing_ok=True)

    def _make_room(self, *, keep: str) -> None:
        """Delete what was not heard for longest until the limit holds; the newest stays in any case."""
        files: list[tuple[float, int, Path]] = []
        for path in self._folder.iterdir():
            with suppress(OSError):
                status = path.stat()
                if path.suffix == _ASIDE and time.time() - status.st_mtime > _ABANDONED_SECONDS:
                    path.unlink()
                else:
                    files.append((status.st_mtime, status.st_size, path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self._limit:
                return
            if path.suffix in _ENDINGS and path.stem != keep:
                path.unlink(missing_ok=True)
                total -= size

    def _path(self, sha256: str, ending: str) -> Path:
        return self._folder / f"{sha256}{ending}"

    def _lock(self, sha256: str) -> Lock:
        with self._lock_table:
            lock = self._locks.get(sha256)
            if lock is None:
                lock = self._locks[sha256] = Lock()
            return lock
