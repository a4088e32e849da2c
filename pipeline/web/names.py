"""Names in addresses: the id of a call may have a slash in it (a path in the dump, for one).

An address keeps such a slash as ``%2F``, and servers undo that before routes are looked up, where it would
split the name. ``WholeNames`` puts a stand-in there, which ``Name`` turns back: half a surrogate pair, which
no text that arrives can have already.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote

from pydantic import BeforeValidator
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

SLASH = "\udc2f"
PLACES = ("/calls/", "/agents/", "/api/v1/calls/", "/api/v1/agents/", "/api/v1/queue/")
"""Where names stand in addresses."""


class WholeNames:
    """Keep an escaped slash apart from those that separate."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw = scope.get("raw_path")
        if scope["type"] == "http" and raw and b"%" in raw and scope["path"].startswith(PLACES):
            parts = raw.decode("ascii", "replace").split("/")
            scope = {**scope, "path": "/".join(unquote(part).replace("/", SLASH) for part in parts)}
        await self._app(scope, receive, send)


def _whole(value: object) -> object:
    return value.replace(SLASH, "/") if isinstance(value, str) else value


Name = Annotated[str, BeforeValidator(_whole)]
"""A name in a path, as it was before it became part of an address."""


def address(request: Request) -> str:
    """Where a request went, as it was written: path and query."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode("utf-8", "surrogateescape")
    query = request.url.query
    return raw.decode("latin-1") + (f"?{query}" if query else "")
