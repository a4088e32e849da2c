"""Which audio each candidate holds, reading only files that are new or changed."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pipeline.ingest import Candidate, identify
from pipeline.messages import Message
from pipeline.store import FileStamp, Store, StoredProblem

_THREADS = 4
"""Hashing releases the interpreter lock; more threads than this only make a disk seek."""
_TRUSTED_AFTER_NS = 2_000_000_000
"""A file changed this recently may change again within one tick of its clock: its digest is not kept."""


@dataclass(frozen=True, slots=True)
class Identified:
    """A candidate whose sound is known, and its files as they were when they were read."""

    candidate: Candidate
    sha256: str
    stamps: tuple[FileStamp, ...]


def stamp(paths: Sequence[Path]) -> tuple[FileStamp, ...]:
    """Size and time of change of each file.

    Raises:
        OSError: a file is not there, or not to be looked at.
    """
    found = [(path, path.stat()) for path in paths]
    return tuple(FileStamp(path, stat.st_size, stat.st_mtime_ns) for path, stat in found)


def unchanged(stamps: Sequence[FileStamp]) -> str | None:
    """None where the files are as they were, else the kind of problem: ``vanished`` or ``changed``."""
    try:
        return None if stamp([s.path for s in stamps]) == tuple(stamps) else "changed"
    except OSError:
        return "vanished"


def identify_all(
    candidates: Sequence[Candidate], store: Store
) -> tuple[list[Identified], list[StoredProblem]]:
    """Those that are there, in the order of the candidates, and the files that are gone or still growing."""
    problems: list[StoredProblem] = []
    stamped: list[tuple[Candidate, tuple[FileStamp, ...]]] = []
    for candidate in candidates:
        try:
            stamped.append((candidate, stamp(candidate.paths)))
        except OSError:
            problems.append(_vanished(candidate))
    known = store.file_digests.known([stamps for _, stamps in stamped])
    new = [stamps for (_, stamps), digest in zip(stamped, known, strict=True) if digest is None]
    with ThreadPoolExecutor(_THREADS) as pool:
        read = dict(zip(new, pool.map(_digest, new), strict=True))
    store.file_digests.remember(
        [
            (stamps, found.sha256)
            for stamps, found in read.items()
            if found.sha256 and not found.problem and _settled(stamps)
        ]
    )
    out: list[Identified] = []
    for (candidate, stamps), earlier in zip(stamped, known, strict=True):
        found = _Digest(earlier) if earlier is not None else read[stamps]
        if found.problem is not None:
            path, call_id = candidate.paths[0], candidate.call.call_id
            problems.append(StoredProblem(found.problem, _REASONS[found.problem], path, call_id))
        else:
            # Files that cannot be read, or are empty as after a night with a full disk: decoding says why.
            # No sound tells them apart; until there is one their stamp is their identity, and each is listed.
            sha256 = found.sha256 or _stamp_digest(stamps)
            out.append(Identified(candidate, sha256, stamps))
    return out, problems


def _settled(stamps: Sequence[FileStamp]) -> bool:
    return all(time.time_ns() - s.mtime_ns > _TRUSTED_AFTER_NS for s in stamps)


@dataclass(frozen=True, slots=True)
class _Digest:
    sha256: str | None = None
    """None where the files cannot be read, or there is a problem."""
    problem: str | None = None


_REASONS = {
    "vanished": Message("batch.vanished"),
    "changed": Message("batch.changed"),
}


def _digest(stamps: Sequence[FileStamp]) -> _Digest:
    if not any(each.size for each in stamps):
        return _Digest(problem=unchanged(stamps))
    try:
        sha256 = identify([s.path for s in stamps])
    except OSError:
        problem = unchanged(stamps)
        return _Digest(problem=problem)
    return _Digest(sha256, unchanged(stamps))


def _stamp_digest(stamps: Sequence[FileStamp]) -> str:
    text = repr([(str(s.path), s.size, s.mtime_ns) for s in stamps])
    return hashlib.sha256(text.encode()).hexdigest()


def _vanished(candidate: Candidate) -> StoredProblem:
    return StoredProblem("vanished", _REASONS["vanished"], candidate.paths[0], candidate.call.call_id)
