"""Files of people and for people: only plain ones are read, never more of them than expected; new ones are
for their owner alone.
"""

from __future__ import annotations

import os
import stat
import threading
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from pipeline.messages import Message, MessageError, system_problem

PRIVATE = 0o600
"""Mode of a file that holds what people said, whatever the umask allows."""


class FileRefused(MessageError):  # noqa: N818 - it is told on as the error of whoever reads
    """A file that is not read; the message says why and what to do."""


def read_plain(path: Path, *, most: int, remedy: Message) -> bytes:
    """All bytes of a plain file.

    A pipe would make us wait for whoever writes it, a device never ends, and a size is only a claim: the kind
    is looked at after opening, and reading stops where it has gone on for too long.

    Args:
        most: bytes beyond which it cannot be what it should.
        remedy: what to do about a larger one.

    Raises:
        FileRefused: no plain file, too large, or not to be opened.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise FileRefused(Message("file.not-plain"))
            content = file.read(most + 1)
    except OSError as error:
        raise FileRefused(Message("file.unreadable", problem=system_problem(error))) from error
    if len(content) > most:
        raise FileRefused(Message("file.large", most=_size(most), remedy=remedy))
    return content


def _size(count: int) -> str:
    return f"{count >> 20} MiB" if count >= 1 << 20 else f"{count >> 10} KiB"


def create_private(path: Path) -> BinaryIO:
    """A new file that only its owner may read, open for writing.

    Raises:
        FileExistsError: there is something of that name; a link is not followed.
        OSError: it cannot be made.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, PRIVATE)
    return os.fdopen(descriptor, "wb")


def ensure_private(path: Path) -> None:
    """Make an empty file of that mode, where there is none; an existing one keeps its mode.

    Raises:
        OSError: it cannot be made.
    """
    with suppress(FileExistsError):
        create_private(path).close()


def make_private_folder(path: Path) -> None:
    """Make a folder that only its owner may enter, and those above it; an existing one stays as it is."""
    for folder in reversed([path, *path.parents]):
        folder.mkdir(mode=0o700, exist_ok=True)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that whoever reads it, and whatever kills us, finds the old one or the new one whole.

    Raises:
        OSError: it cannot be written; the old one stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else PRIVATE
    beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.new")
    try:
        descriptor = os.open(
            beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, PRIVATE
        )
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
