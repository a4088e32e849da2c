"""A new SQLite file that is not there before it is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import StoreUnusable
from pipeline.files import PRIVATE
from pipeline.messages import Message, system_problem

_BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file: of another file it would be read into the new one."""


@contextmanager
def published(path: Path, *, force: bool) -> Iterator[Path]:
    """A name beside ``path`` to make the file under; it takes its place at the end, if nothing goes wrong.

    Args:
        force: there may be a file already, which is replaced.

    Raises:
        StoreUnusable: there is a file, or what an opened or killed program left of one; or no folder to
            write in.
    """
    _check(path, force)
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        yield beside
        with _told(path):
            beside.chmod(PRIVATE)
            _flush(beside)
            _check(path, force)
            if force:
                beside.replace(path)
            else:
                _take_name(beside, path)
            _flush(path.parent)
    finally:
        for name in ("", *_BESIDE):
            beside.with_name(beside.name + name).unlink(missing_ok=True)


def _check(path: Path, force: bool) -> None:
    if path.is_dir() or (not force and (path.exists() or path.is_symlink())):
        raise StoreUnusable(Message("store.there", path=str(path)))
    for name in _BESIDE:
        if (left := path.with_name(path.name + name)).exists():
            raise StoreUnusable(Message("store.in-use", path=str(path), left=left.name))
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise StoreUnusable(Message("store.no-folder", path=str(path.parent)))


def _take_name(beside: Path, path: Path) -> None:
    """Unlike a rename, a link never takes the place of what somebody else put there meanwhile."""
    try:
        path.hardlink_to(beside)
    except FileExistsError:
        raise StoreUnusable(Message("store.there", path=str(path))) from None
    except OSError:  # a file system without links
        beside.rename(path)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnusable(
            Message("store.not-written", path=str(path), problem=system_problem(error))
        ) from error


def _flush(path: Path) -> None:
    """Until it would outlive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
