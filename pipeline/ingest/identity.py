"""The identity of a recording: a digest of its bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

_CHUNK_BYTES = 1 << 20


def identify(paths: Iterable[Path]) -> str:
    """SHA-256 in hex over the bytes of all files in order, read in pieces of 1 MiB.

    Raises:
        OSError: a file cannot be read; decoding it will say why.
    """
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    return digest.hexdigest()
