"""Archives from the web, a mirror or a folder: taken up where they broke off, checked before use."""

from __future__ import annotations

import hashlib
import http.client
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import ModelError
from pipeline.messages import Message
from pipeline.transcription.models.manifest import ModelArchive

PIECE_BYTES = 1 << 20
TRIES = 3
"""In a row without a byte coming; each that brings some counts anew."""
TIMEOUT_SECONDS = 60.0
_PARTIAL = 206
_BEYOND_THE_END = 416


def fetch_archive(archive: ModelArchive, into: Path, *, tick: Callable[[], None]) -> Path:
    """Bring an archive into a folder. What came of it stays there when it breaks off, and the next call goes
    on from there (RFC 9110, 14.2).

    Raises:
        ModelError: it cannot be had, or it is not what the manifest says; then nothing of it is kept.
    """
    into.mkdir(parents=True, exist_ok=True)
    whole, part = into / archive.name, into / f"{archive.name}.{archive.sha256[:12]}.part"
    failures, last = 0, ""
    while not _complete(archive, part):
        before = part.stat().st_size if part.exists() else 0
        try:
            if _go_on(archive, part, before, tick):
                break
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
            last = str(getattr(error, "reason", None) or error)
            if isinstance(error, urllib.error.HTTPError) and error.code < 500:
                break
        came = (part.stat().st_size if part.exists() else 0) > before
        failures = 0 if came else failures + 1
        if failures == TRIES:
            break
    have = part.stat().st_size if part.exists() else 0
    if not have or (archive.size is not None and have < archive.size):
        if have:
            raise ModelError(Message("model.broken-off", reason=last, bytes=have))
        raise ModelError(
            Message("model.download", tool=archive.name, reason=last)
            if last
            else Message("model.nothing-came")
        )
    check(archive, part)
    part.rename(whole)
    return whole


def take_archive(archive: ModelArchive, found: Path, into: Path) -> Path:
    """Copy an archive that lies in a folder, and check it.

    Raises:
        ModelError: it is not what the manifest says.
    """
    into.mkdir(parents=True, exist_ok=True)
    copied = Path(shutil.copyfile(found, into / archive.name))
    check(archive, copied)
    return copied


def check(archive: ModelArchive, path: Path) -> None:
    """Raises ModelError, and deletes the file, if it is not the archive of the manifest."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
    if digest.hexdigest() != archive.sha256:
        size = path.stat().st_size
        path.unlink()
        raise ModelError(Message("model.archive-digest", archive=archive.name, bytes=size))


def _complete(archive: ModelArchive, part: Path) -> bool:
    return archive.size is not None and part.exists() and part.stat().st_size >= archive.size


def _go_on(archive: ModelArchive, part: Path, have: int, tick: Callable[[], None]) -> bool:
    """Fetch what is missing; True once the server has said that this is all."""
    request = urllib.request.Request(archive.url)  # noqa: S310 (http and https only, by the manifest; checked)
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        answer = urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS)  # noqa: S310
    except urllib.error.HTTPError as error:
        if error.code == _BEYOND_THE_END and have:  # nothing is missing, or the archive is another one now
            return True
        raise
    with answer, part.open("ab" if have and answer.status == _PARTIAL else "wb") as file:
        expected = int(answer.headers.get("Content-Length") or -1)
        came = 0
        while piece := answer.read(PIECE_BYTES):
            file.write(piece)
            came += len(piece)
            tick()
    if came < expected:
        raise http.client.IncompleteRead(b"", expected - came)
    return True
