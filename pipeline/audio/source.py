"""Opening a recording's bytes without being led astray: regular files only, within limits."""

from __future__ import annotations

import io
import os
import stat
import time
from pathlib import Path

from pipeline.errors import AudioError
from pipeline.messages import Message

SILENT_SECONDS = 25.0
"""How long (wall clock) a file may be read without yielding sound: hostile files end well within 30 s."""
SILENT_BYTES = 64 << 20
"""How much may be read without any sound coming out: demuxers hoard garbage until a frame ends it."""
EXTRA_PER_DECODED_SECOND = 0.05
"""Allowance on top for each second of sound that did come out; real codecs need a tenth of it."""


class RecordingFile(io.RawIOBase):
    """The bytes of one regular file. Past its limits it answers end of file: what was decoded is kept."""

    def __init__(self, path: Path) -> None:
        """Open ``path``.

        Raises:
            AudioError: it is gone, forbidden, empty, or no regular file (devices and pipes are not read).
        """
        super().__init__()
        self._fd = -1
        try:
            # O_NONBLOCK: opening a pipe without a writer must not hang before fstat can tell what it is.
            self._fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        except (FileNotFoundError, NotADirectoryError):
            raise AudioError(Message("audio.vanished"), code="vanished") from None
        except PermissionError:
            raise AudioError(Message("audio.no-permission"), code="no-permission") from None
        except (OSError, ValueError) as error:
            raise AudioError(Message("audio.cannot-open", detail=str(error)), code="not-a-file") from None
        status = os.fstat(self._fd)
        self.size = status.st_size
        if not stat.S_ISREG(status.st_mode):
            self.close()
            raise AudioError(Message("audio.not-a-file"), code="not-a-file")
        if self.size == 0:
            self.close()
            raise AudioError(Message("audio.empty"), code="empty")
        self.expired = False
        self._silent_bytes = 0
        self._started = time.monotonic()
        self._allowed = SILENT_SECONDS

    def note_decoded(self, seconds: float) -> None:
        """Tell how much sound came out so far: the limits start again, and long calls may take longer."""
        self._silent_bytes = 0
        self._allowed = SILENT_SECONDS + EXTRA_PER_DECODED_SECOND * seconds

    @property
    def late(self) -> bool:
        """True once a limit is passed."""
        overdue = time.monotonic() - self._started > self._allowed
        self.expired = self.expired or overdue or self._silent_bytes > SILENT_BYTES
        return self.expired

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        if self.late:
            return b""
        piece = os.read(self._fd, SILENT_BYTES if size is None or size < 0 else size)
        self._silent_bytes += len(piece)
        return piece

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return os.lseek(self._fd, offset, whence)

    def tell(self) -> int:
        return os.lseek(self._fd, 0, os.SEEK_CUR)

    def head(self, size: int) -> bytes:
        """The first bytes, wherever reading stands."""
        return os.pread(self._fd, size, 0)

    def tail(self, size: int) -> bytes:
        """The last bytes, wherever reading stands."""
        return os.pread(self._fd, size, max(0, self.size - size))

    def at(self, offset: int, size: int) -> bytes:
        """Bytes in the middle, wherever reading stands."""
        return os.pread(self._fd, size, offset)

    def close(self) -> None:
        if not self.closed and self._fd >= 0:
            os.close(self._fd)
        super().close()
