"""The files a browser gets, under addresses that change when the file does."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

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


class VersionedFiles(StaticFiles):
    """What is asked for with its version is kept for good; anything else is asked for again each time."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        versioned = scope.get("query_string", b"").startswith(b"v=") and response.status_code == 200
        kept = "public, max-age=31536000, immutable" if versioned else "no-cache"
        response.headers["Cache-Control"] = kept
        return response
