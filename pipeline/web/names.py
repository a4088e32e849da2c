"""Names in addresses and in the fields of forms: the id of a call may be made of anything.

An address keeps a slash in a name as ``%2F``, and servers undo that before routes are looked up, where it
would split the name. ``WholeNames`` puts a stand-in there, which ``Name`` turns back: half a surrogate pair,
which no text that arrives can have already. ``.`` and ``..`` mean other things in an address however they are
escaped, so they have a ``~`` before them. Bytes of a file's name that are no text pass as what they are.

Forms turn every end of a line into CR LF, and pages cannot hold control characters at all: ``in_field``
writes those in another way, which ``FieldName`` turns back.
"""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import unquote

from pydantic import BeforeValidator
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline.reports.addresses import DOTS

SLASH = "\udc2f"
PLACES = ("/calls/", "/agents/", "/api/v1/calls/", "/api/v1/agents/", "/api/v1/queue/")
"""Where names stand in addresses."""

MARK = "\ufdd0"
"""A code point that is no character, and that texts do not have."""
_UNFIT = re.compile("^\\s+|\\s+$|[\x00-\x1f\x7f-\x9f\u2028\u2029\ufdd0\ud800-\udfff]")
_FITTED = re.compile("\ufdd0([0-9a-f]{4})")


class WholeNames:
    """Keep an escaped slash apart from those that separate."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw = scope.get("raw_path")
        if scope["type"] == "http" and raw and b"%" in raw and scope["path"].startswith(PLACES):
            parts = raw.decode("ascii", "replace").split("/")
            scope = {**scope, "path": "/".join(_unquoted(part).replace("/", SLASH) for part in parts)}
        await self._app(scope, receive, send)


def _unquoted(part: str) -> str:
    return unquote(part, errors="surrogateescape")


def _whole(value: object) -> object:
    if not isinstance(value, str):
        return value
    name = value.replace(SLASH, "/")
    return name[1:] if name.startswith("~") and DOTS.fullmatch(name) else name


Name = Annotated[str, BeforeValidator(_whole)]
"""A name in a path, as it was before it became part of an address."""


def in_field(name: str) -> str:
    """A name as the value of a form's field, or a line of one."""
    return _UNFIT.sub(lambda found: "".join(f"{MARK}{ord(one):04x}" for one in found[0]), name)


def from_field(value: object) -> object:
    """The inverse of :func:`in_field`; a name that was typed stays as it is."""
    if not isinstance(value, str):
        return value
    return _FITTED.sub(lambda found: chr(int(found[1], 16)), value)


FieldName = Annotated[str, BeforeValidator(from_field)]
"""A name in a form, as it was before it became the value of a field."""


def address(request: Request) -> str:
    """Where a request went, as it was written: path and query."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode("utf-8", "surrogateescape")
    query = request.url.query
    return raw.decode("latin-1") + (f"?{query}" if query else "")
