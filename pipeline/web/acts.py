"""From where a request comes, for the log of what people do; who it is follows with their session."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline.domain.acting import Acting, acting_as
from pipeline.web.signin import address_of


class Acts:
    """Nothing that a request does is done by whoever started the server."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = address_of(Request(scope)) if scope["type"] == "http" else ""
        with acting_as(Acting(address=address or None)):
            await self._app(scope, receive, send)
