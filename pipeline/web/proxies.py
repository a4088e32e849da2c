"""Where a request comes from, also where proxies stand before the server; the log of acts has it.

A proxy appends the address that it was asked from to ``X-Forwarded-For``; everything to the left of that was
written by somebody else, and anybody can write anything. So the header counts only where the connection comes
from a proxy that the settings name, and then from the right: the first address that is no such proxy's is the
visitor's. ``X-Forwarded-Proto`` of such a proxy tells whether the browser came by https.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline.domain.acting import Acting, acting_as

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Proxies:
    """Put the visitor's own address into the request; limits and the log of who did what use it."""

    def __init__(self, app: ASGIApp, *, trusted: Iterable[str]) -> None:
        self._app = app
        self._trusted = tuple(ipaddress.ip_network(text, strict=False) for text in trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope.get("client"):
            host, port = scope["client"]
            peer = read_address(host)
            if peer is not None and self._known(peer):
                headers = Headers(scope=scope)
                visitor = self._visitor(peer, headers.getlist("x-forwarded-for"))
                scope = {**scope, "client": (str(visitor), port)}
                proto = headers.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
                if proto in ("http", "https"):
                    scope["scheme"] = proto
            elif peer is not None:
                scope = {**scope, "client": (str(peer), port)}
        await self._app(scope, receive, send)

    def _known(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)

    def _visitor(self, peer: Address, forwarded: Iterable[str]) -> Address:
        """The rightmost hop that is no proxy of ours; what cannot be read ends the way."""
        found = peer
        for text in reversed(",".join(forwarded).split(",")):
            hop = read_address(text)
            if hop is None:
                break
            found = hop
            if not self._known(hop):
                break
        return found


def read_address(text: str) -> Address | None:
    """An address as proxies write it, with a port or without; None where it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


class ActingAddress:
    """Note down where a request comes from, for the log of acts; who it is follows with their session.

    Nothing that a request does is done by whoever started the server.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = address_of(Request(scope)) if scope["type"] == "http" else ""
        with acting_as(Acting(address=address or None)):
            await self._app(scope, receive, send)


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""
