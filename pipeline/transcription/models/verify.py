"""Is a fetched model whole? Sizes and SHA-256 of every file against the manifest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipeline.transcription.models.manifest import ModelEntry, ModelFile, load_manifest
from pipeline.transcription.models.progress import Progress, silent


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

    def __str__(self) -> str:
        match self.state:
            case State.WRONG_SIZE:
                return f"{self.name}: {self.size} bytes instead of {self.expected_size}"
            case State.WRONG_DIGEST:
                return f"{self.name}: SHA-256 {self.sha256} instead of {self.expected_sha256}"
            case _:
                return f"{self.name}: {self.state}"


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
