"""Files that are whole or not there at all."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import UsageError
from pipeline.files import create_private
from pipeline.messages import Message, system_problem

STDOUT = Path("-")

_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]|^\.|[. ]$')
_LONGEST = 180
"""Bytes of a file name's stem: under the 255 that file systems take, with room for suffixes."""


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open ``path`` for writing under a temporary name beside it; it gets its own name when all is written.

    Parent folders are made. ``-`` is standard output; a device or pipe is written directly. A new file is for
    its owner alone: it tells what people said. One that is written over keeps its mode.

    Raises:
        UsageError: the place cannot be written.
    """
    if path == STDOUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if path.is_dir():
        raise UsageError(Message("usage.out-folder"), path=path)
    if path.exists() and not path.is_file():
        with path.open("wb") as device:
            yield device
        return
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)  # of a process with our number that was killed
        file = create_private(part)
    except OSError as error:
        raise UsageError(Message("usage.out-refused", reason=system_problem(error)), path=path) from error
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if path.exists():
                os.fchmod(file.fileno(), stat.S_IMODE(path.stat().st_mode))
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def file_name(call_id: str, suffix: str) -> str:
    """A file name for a call, always the same; a changed one carries a digest of the real one."""
    safe = _UNSAFE.sub("_", call_id).encode()[:_LONGEST].decode(errors="ignore")
    if safe != call_id or not safe:
        safe = f"{safe or '_'}-{hashlib.sha256(call_id.encode()).hexdigest()[:8]}"
    return f"{safe}.{suffix}"
