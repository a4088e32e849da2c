"""For whatever watches the server: whether it lives, whether its store can be used, and metrics.

The first two are open to anybody and tell nothing. Metrics hold counts alone; they are for this machine, for
whoever holds the token of the settings, and for administrators.
"""

from __future__ import annotations

import hmac
from threading import Lock
from typing import Annotated

from cachetools import TTLCache
from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool

from pipeline.batch.metrics import exposition
from pipeline.batch.operation import situation
from pipeline.errors import StoreError
from pipeline.settings import ServeSettings
from pipeline.store import Store
from pipeline.web.access import (
    Forbidden,
    NotSignedIn,
    Permission,
    TheSettings,
    TheStore,
    Visitor,
    anyone,
)
from pipeline.web.links import is_loopback
from pipeline.web.proxies import address_of

router = APIRouter()
Anyone = Annotated[Visitor | None, Depends(anyone)]
FORMAT = "text/plain; version=0.0.4; charset=utf-8"
KEPT_SECONDS = 15.0
"""Metrics are counted anew after this: who asks every second costs no more than who asks seldom."""


class KeptMetrics:
    """The last answer, for all that ask."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: TTLCache[str, str] = TTLCache(1, KEPT_SECONDS)

    def of(self, store: Store) -> str:
        with self._lock:
            found = self._kept.get("")
            if found is None:
                found = self._kept[""] = exposition(situation(store))
            return found


@router.get("/healthz")
def alive(visitor: Anyone) -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def ready(visitor: Anyone, store: TheStore) -> Response:
    """Its store answers and has the tables of this version."""
    try:
        usable = store.operation.ready()
    except StoreError:
        usable = False
    return PlainTextResponse("ok\n" if usable else "not ready\n", 200 if usable else 503)


@router.get("/metrics")
async def metrics(request: Request, visitor: Anyone, store: TheStore, settings: TheSettings) -> Response:
    if not (_from_here(request, settings.serve) or _has_token(request, settings.serve)):
        if visitor is None:
            raise NotSignedIn
        if not visitor.may(Permission.USERS):
            raise Forbidden(visitor=visitor)
    kept: KeptMetrics = request.app.state.metrics
    return PlainTextResponse(await run_in_threadpool(kept.of, store), media_type=FORMAT)


def _from_here(request: Request, serve: ServeSettings) -> bool:
    """From this machine, and through no proxy on it: then all the world would come from here."""
    proxied = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip"))
    return is_loopback(address_of(request)) and not proxied and not serve.public_url


def _has_token(request: Request, serve: ServeSettings) -> bool:
    wanted = serve.metrics_token.get_secret_value()
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())
