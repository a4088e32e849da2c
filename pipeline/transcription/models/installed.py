"""Where a model lies on this machine, whether it is whole, and which revision it is."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from tqdm import tqdm

from pipeline.errors import ModelError
from pipeline.messages import Message, system_problem
from pipeline.transcription.models.manifest import ModelEntry, ModelFile, load_manifest

Progress = Callable[[str, int, int | None], None]
"""Called with (what is being done, bytes done, bytes in all or None)."""


def silent(_what: str, _done: int, _total: int | None) -> None:
    """Say nothing."""


@contextmanager
def progress_bar(*, disable: bool = False) -> Iterator[Progress]:
    """A tqdm bar on standard error; give the yielded callback to `fetch`."""
    with tqdm(
        unit="B", unit_scale=True, unit_divisor=1024, file=sys.stderr, disable=disable, leave=False
    ) as bar:

        def show(what: str, done: int, total: int | None) -> None:
            bar.set_description(what, refresh=False)
            bar.total = total
            bar.n = done if total is None else min(done, total)
            bar.refresh()

        yield show


class State(StrEnum):
    """What a check of one file can say."""

    OK = "ok"
    UNPINNED = "unpinned"
    """The file is there; the manifest has no digest to hold against it."""
    MISSING = "missing"
    WRONG_SIZE = "wrong-size"
    WRONG_DIGEST = "wrong-digest"


@dataclass(frozen=True, slots=True)
class FileCheck:
    """The result for one file of a model."""

    name: str
    state: State
    size: int | None
    """Bytes found, None where the file is missing."""
    expected_size: int | None
    sha256: str | None
    """Digest found, None where it was not computed."""
    expected_sha256: str | None

    @property
    def good(self) -> bool:
        return self.state in (State.OK, State.UNPINNED)

    @property
    def message(self) -> Message:
        """What was found, for people."""
        return Message(
            f"model.file-{self.state}",
            name=self.name,
            size=self.size or 0,
            wanted_size=self.expected_size or 0,
            sha256=self.sha256 or "",
            wanted_sha256=self.expected_sha256 or "",
        )


def verify(
    name: str, *, folder: Path, manifest: Path | None = None, progress: Progress = silent
) -> tuple[FileCheck, ...]:
    """Check every file of the model ``name`` under ``folder``; one result per file, in the manifest's order.

    Raises:
        ModelError: the manifest does not know the name. A missing or damaged file is a result, not an error.
    """
    return check_files(load_manifest(manifest)[name], folder / name, progress=progress)


def check_files(
    entry: ModelEntry, where: Path, *, digests: bool = True, progress: Progress = silent
) -> tuple[FileCheck, ...]:
    """As `verify` for a folder anywhere; without ``digests`` only presence and size are looked at."""
    done = 0
    checks = []
    for file in entry.files:
        progress(f"verify {file.name}", done, entry.size)
        check = _check(file, where / file.name, digests=digests)
        done += check.size or 0
        checks.append(check)
    return tuple(checks)


def _check(file: ModelFile, path: Path, *, digests: bool) -> FileCheck:
    size = path.stat().st_size if path.is_file() else None
    sha256 = None
    if not size:
        state = State.MISSING if size is None else State.WRONG_SIZE
    elif file.size is not None and size != file.size:
        state = State.WRONG_SIZE
    elif file.sha256 is None:
        state = State.UNPINNED
    elif not digests:
        state = State.OK
    else:
        sha256 = digest(path)
        state = State.OK if sha256 == file.sha256 else State.WRONG_DIGEST
    return FileCheck(file.name, state, size, file.size, sha256, file.sha256)


def digest(path: Path) -> str:
    """SHA-256 of a file in hex, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


CTRANSLATE2_FILES = ("model.bin", "config.json", "tokenizer.json")
"""What a folder given by path must hold; without tokenizer.json faster-whisper asks the network for one."""


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One line of ``callinspect models list``."""

    name: str
    kind: str
    title: str
    licence: str
    size: int | None
    """Bytes, None where the manifest does not say."""
    ready: bool
    path: Path


def locate(name_or_path: str, *, folder: Path, manifest: Path | None = None) -> Path:
    """The folder of a ready model: a manifest name fetched into ``folder``, or any
    CTranslate2 folder by path.

    Looks at presence and sizes only, so that each worker process can afford it; `verify` checks digests.

    Raises:
        ModelError: not fetched yet, damaged, or no such name or folder; the message says what to do.
    """
    known = load_manifest(manifest)
    if name_or_path in known:
        place = folder / name_or_path
        if not place.is_dir():
            raise ModelError(Message("model.absent", name=name_or_path, folder=str(folder)))
        bad = [check for check in check_files(known[name_or_path], place, digests=False) if not check.good]
        if bad:
            raise ModelError(Message("model.damaged", name=name_or_path, file=bad[0].message), path=place)
        return place
    for place in (Path(name_or_path).expanduser(), folder / name_or_path):
        if place.is_dir():
            lacks = [name for name in CTRANSLATE2_FILES if not (place / name).is_file()]
            if lacks:
                raise ModelError(Message("model.no-ctranslate2", lacks=", ".join(lacks)), path=place)
            return place
    known[name_or_path]  # raises, and lists the names
    raise AssertionError("unreachable")


def list_models(
    *, folder: Path, kind: str | None = None, manifest: Path | None = None
) -> tuple[ModelStatus, ...]:
    """Every model of the manifest (of one kind), in its order, with whether it is ready in ``folder``."""
    known = load_manifest(manifest)
    return tuple(
        ModelStatus(
            name=name,
            kind=entry.kind,
            title=entry.title,
            licence=entry.licence,
            size=entry.size,
            ready=all(check.good for check in check_files(entry, folder / name, digests=False)),
            path=folder / name,
        )
        for name in known.names()
        if (entry := known[name]) and kind in (None, entry.kind)
    )


@cache
def model_revision(place: Path) -> str:
    """What names a model's weights in an inspection: ``NAME@`` and 12 digits of model.bin's SHA-256.

    The digest and not a claimed revision, because a folder given by path claims nothing.
    """
    try:
        return f"{place.name}@{digest(place / 'model.bin')[:12]}"
    except OSError as error:
        raise ModelError(Message("model.unreadable-bin", reason=system_problem(error)), path=place) from error
