"""The files a browser gets: addresses that change when the file does."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"


def asset(name: str) -> str:
    """``/static/css/app.css?v=...``: kept by browsers for good, asked for anew when it changes."""
    path = STATIC / name
    try:
        stamp = path.stat().st_mtime_ns
    except OSError:
        return f"/static/{name}"
    return f"/static/{name}?v={_fingerprint(path, stamp)}"


@lru_cache(maxsize=512)
def _fingerprint(path: Path, _stamp: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
