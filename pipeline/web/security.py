"""What holds for every request: host, origin, size; and for every answer: the headers.

A plain ASGI layer, so that it also sees what the application itself never gets to (and streams untouched).
"""

from __future__ import annotations

import ipaddress
import logging
import secrets
import socket
import uuid
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.settings import ServeSettings

log = logging.getLogger(__name__)

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'nonce-{nonce}'",
        "img-src 'self' data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""No script and no style inside pages. The nonce is for the waveform, which makes a style sheet of its own
in its shadow tree; sound also comes from memory (the player cuts it there)."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

SAFE = ("GET", "HEAD", "OPTIONS")

ErrorAnswer = Callable[[Request, int, str], Awaitable[Response]]
"""(request, status, key of the words) -> the page or JSON."""


class TooLarge(HTTPException):
    """The body is larger than the limit. An HTTPException: any other becomes a 400 on its way up."""

    def __init__(self) -> None:
        super().__init__(413)


class Guard:
    def __init__(self, app: ASGIApp, *, settings: ServeSettings, answer: ErrorAnswer) -> None:
        self._app, self._answer = app, answer
        self._settings = settings
        self._limit = settings.body_kib * 1024
        self._names = own_names(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        request.state.nonce = secrets.token_urlsafe(16)
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                add_headers(message, nonce=request.state.nonce, https=self._https(request))
            await send(message)

        read = 0

        async def receive_limited() -> Message:
            nonlocal read
            message = await receive()
            if message["type"] == "http.request":
                read += len(message.get("body", b""))
                if read > self._limit:
                    raise TooLarge
            return message

        refusal = self._refusal(request)
        try:
            if refusal is not None:
                response = await self._answer(request, *refusal)
                await response(scope, receive, send_guarded)
                return
            await self._app(scope, receive_limited, send_guarded)
        except Exception:  # the last stop: people get a page with a number, the log gets the trace
            number = uuid.uuid4().hex[:8]
            log.exception("request failed (%s): %s %s", number, request.method, request.url.path)
            if started:
                raise
            request.state.number = number
            response = await self._answer(request, 500, "error.unexpected")
            await response(scope, receive, send_guarded)

    def _https(self, request: Request) -> bool:
        return request.url.scheme == "https" or self._settings.public_url.startswith("https://")

    def _refusal(self, request: Request) -> tuple[int, str] | None:
        host = hostname(request.headers.get("host", ""))
        if host is None or not (host in self._names or is_address(host)):
            return 400, "error.host"
        length = request.headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > self._limit:
            return 413, "error.too-large"
        if request.method not in SAFE and not self._from_here(request.headers, request.url.scheme):
            return 403, "error.cross-site"
        return None

    def _from_here(self, headers: Headers, scheme: str) -> bool:
        """A browser says where a request comes from; what says nothing is no browser (and has no cookie)."""
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        origin = headers.get("origin")
        if origin is None:
            return True
        own = {f"{scheme}://{headers.get('host', '')}", self._settings.public_url.rstrip("/")}
        return origin in own - {""}


def add_headers(message: Message, *, nonce: str, https: bool) -> None:
    headers = MutableHeaders(scope=message)
    headers.setdefault("Content-Security-Policy", POLICY.format(nonce=nonce))
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Cache-Control", "no-store")
    if https:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")


def hostname(host: str) -> str | None:
    """The name in a Host header, without the port; None where it is not one."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def is_address(host: str) -> bool:
    """Addresses in digits cannot be made to point elsewhere by somebody's name server."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def own_names(settings: ServeSettings) -> frozenset[str]:
    """The names this server answers to; any other may be a stranger's that points here."""
    public: Any = urlsplit(settings.public_url).hostname
    names = {"localhost", socket.gethostname().lower(), settings.host.lower(), *settings.hosts, public or ""}
    return frozenset(names - {""})
