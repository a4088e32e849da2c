"""The application: every screen and every part of the API that there is a module for."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from secrets import token_bytes
from types import ModuleType

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

import pipeline
import pipeline.web.api
import pipeline.web.screens
from pipeline.review.alerts import AlertTerms
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.web.access import anyone, signed_in
from pipeline.web.call.visits import CallVisits
from pipeline.web.errors import answer, register
from pipeline.web.names import WholeNames
from pipeline.web.proxies import ActingAddress, Proxies
from pipeline.web.purges import Purges
from pipeline.web.reporting.shelf import ReportShelf
from pipeline.web.screens.health import KeptMetrics
from pipeline.web.security import Guard
from pipeline.web.static_files import VersionedFiles
from pipeline.web.topbar import WaitingCounts


def create_app(settings: Settings, store: Store) -> FastAPI:
    """The review room over an open store.

    Raises:
        RuntimeError: a route that says nothing about who may use it.
    """
    app = FastAPI(
        title="callinspect",
        version=pipeline.__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # pipeline/web/api/schema.py, for people who are signed in
    )
    app.state.settings, app.state.store = settings, store
    store.alerts.terms = AlertTerms.of(settings.alerts)
    store.callbacks.days = settings.calls.callback_days
    app.state.waiting, app.state.purges = WaitingCounts(), Purges()
    app.state.metrics = KeptMetrics()
    app.state.call_visits, app.state.reports = CallVisits(), ReportShelf()
    app.state.disguise = token_bytes(32)  # of this process: no letter outlives it
    for route in api_routes():
        if not guarded(route.dependant):
            raise RuntimeError(f"{route.path}: say who may use it, with a dependency of pipeline.web.access")
    app.router.routes.extend(_included())
    app.mount("/static", VersionedFiles(), name="static")
    register(app)
    app.add_middleware(WholeNames)
    app.add_middleware(ActingAddress)
    app.add_middleware(Guard, settings=settings.serve, answer=answer)
    app.add_middleware(Proxies, trusted=settings.serve.trusted_proxies)
    return app


@cache
def _included() -> tuple[BaseRoute, ...]:
    """All routes, whatever the application: what each depends on is worked out once, by the first request."""
    together = APIRouter()
    for package in (pipeline.web.screens, pipeline.web.api):
        for router in routers(package):
            together.include_router(router, include_in_schema=package is pipeline.web.api)
    return tuple(together.routes)


def routers(package: ModuleType) -> Iterator[APIRouter]:
    """``router`` of every module of a package that has one, by name."""
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        found = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "router", None)
        if isinstance(found, APIRouter):
            yield found


def api_routes() -> list[APIRoute]:
    """Every route of every screen and of the API.

    Raises:
        RuntimeError: something in a router that is no plain route, and that nobody would check.
    """
    found: list[APIRoute] = []
    for package in (pipeline.web.screens, pipeline.web.api):
        for router in routers(package):
            for route in router.routes:
                if not isinstance(route, APIRoute):
                    raise RuntimeError(f"{package.__name__}: {route!r} is not a plain route of its router")
                found.append(route)
    return found


def guarded(dependant: Dependant) -> bool:
    """True where somebody in the tree of dependencies asks who is there."""
    return dependant.call in (anyone, signed_in) or any(guarded(part) for part in dependant.dependencies)
