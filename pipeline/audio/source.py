"""Opening a recording's bytes without being led astray: regular files only, within limits."""

from __future__ import annotations

import errno
import io
import os
import stat
import time
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from pipeline.errors import AudioError
from pipeline.messages import Message, system_problem

SILENT_SECONDS = 25.0
"""How long (wall clock) a file may be read without yielding sound: hostile files end well within 30 s."""
SILENT_BYTES = 64 << 20
"""How much may be read without any sound coming out: demuxers hoard garbage until a frame ends it."""
_SEARCHED = 4 << 20
"""Bytes searched in one go."""
EXTRA_PER_DECODED_SECOND = 0.05
"""Allowance on top for each second of sound that did come out; real codecs need a tenth of it."""


FilePart = bytes | range
"""Bytes as they stand, or where in the file they stand."""


class RecordingFile(io.RawIOBase):
    """The bytes of one regular file. Past its limits it answers end of file: what was decoded is kept.

    Where a header lies or a tag stands in the middle, `present` puts other pieces in place of the whole file;
    all that reads here sees those and nothing else.
    """

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
            detail = system_problem(error) if isinstance(error, OSError) else str(error)
            raise AudioError(Message("audio.cannot-open", detail=detail), code="not-a-file") from None
        status = os.fstat(self._fd)
        self.size = status.st_size
        if not stat.S_ISREG(status.st_mode):
            self.close()
            raise AudioError(Message("audio.not-a-file"), code="not-a-file")
        if self.size == 0:
            self.close()
            raise AudioError(Message("audio.empty"), code="empty")
        self._at = 0
        self._pieces: tuple[FilePart, ...] = ()
        self._ends: list[int] = []
        self.present([range(self.size)])
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

    def present(self, pieces: Sequence[FilePart]) -> None:
        """Be these pieces, joined, from now on; ranges count in the file as it lies on the disk."""
        self._pieces = tuple(piece for piece in pieces if len(piece))
        self._ends = list(accumulate(map(len, self._pieces)))
        self.size = self._ends[-1] if self._ends else 0
        self._at = 0

    def places(self, first: int, last: int) -> list[FilePart]:
        """The pieces of which bytes ``[first, last)`` of what is presented consist."""
        out: list[FilePart] = []
        index = bisect_right(self._ends, first)
        while first < min(last, self.size):
            piece, begins = self._pieces[index], self._ends[index] - len(self._pieces[index])
            end = min(last, self._ends[index])
            out.append(piece[first - begins : end - begins])
            first, index = end, index + 1
        return out

    def read(self, size: int | None = -1) -> bytes:
        if self.late:
            return b""
        wanted = SILENT_BYTES if size is None or size < 0 else size
        piece = self.at(self._at, wanted)
        self._at += len(piece)
        self._silent_bytes += len(piece)
        return piece

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        if at < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        self._at = at
        return at

    def tell(self) -> int:
        return self._at

    def head(self, size: int) -> bytes:
        """The first bytes, wherever reading stands."""
        return self.at(0, size)

    def tail(self, size: int) -> bytes:
        """The last bytes, wherever reading stands."""
        return self.at(max(0, self.size - size), size)

    def at(self, offset: int, size: int) -> bytes:
        """Bytes in the middle, wherever reading stands."""
        found = self.places(offset, offset + size)
        return b"".join(p if isinstance(p, bytes) else os.pread(self._fd, len(p), p.start) for p in found)

    def find(self, wanted: bytes, start: int = 0) -> int:
        """Where the bytes stand first from ``start`` on; -1 where they do not."""
        while start < self.size:
            piece = self.at(start, _SEARCHED)
            found = piece.find(wanted)
            if found >= 0:
                return start + found
            start += max(1, len(piece) - len(wanted) + 1)
        return -1

    def close(self) -> None:
        if not self.closed and self._fd >= 0:
            os.close(self._fd)
        super().close()
