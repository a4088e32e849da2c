"""Serving: one process, its own socket, a graceful stop."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from pipeline.errors import UsageError
from pipeline.messages import Message, system_problem
from pipeline.settings import OidcSettings, ServeSettings, Settings
from pipeline.store import Store
from pipeline.web import oidc, vendor
from pipeline.web.app import create_app
from pipeline.web.certificates import check_pair
from pipeline.web.mailing import Notifier
from pipeline.web.playback_service import close_playback_service
from pipeline.web.rulebook.book import keep_present_rules
from pipeline.web.rulebook.what_if import trials
from pipeline.web.run_end import tell_ends

GRACE_SECONDS = 10
"""How long running requests may take when the server is told to stop."""
LAST_SECONDS = 60
"""How long the rules may still be read then; on an idle machine they are read within a second."""


def check(serve: ServeSettings, login: OidcSettings | None = None) -> None:
    """Refuse to start what could not work.

    Raises:
        UsageError: the interface's libraries are not here, or certificate and key cannot be used.
    """
    if login is not None:
        oidc.check(login)
    absent = vendor.missing()
    if absent:
        names = ", ".join(package.name for package in absent)
        raise UsageError(Message("serve.no-javascript", names=names))
    check_pair(serve.certificate, serve.key)


def listen(serve: ServeSettings) -> socket.socket:
    """The socket, so that a port in use is found before anything is printed.

    Raises:
        UsageError: the address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in serve.host else socket.AF_INET
    try:
        return socket.create_server((serve.host, serve.port), family=family, backlog=256)
    except OSError as error:
        facts = {"host": serve.host, "port": str(serve.port)}
        raise UsageError(Message("serve.no-port", reason=system_problem(error), **facts)) from error


def run(settings: Settings, store: Store, sock: socket.socket, *, ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; requests that run are finished first."""
    app = create_app(settings, store)
    server = uvicorn.Server(configuration(app, settings.serve))
    # Reading the rules takes a second: it need not be the first visitor's.
    reading = threading.Thread(target=keep_present_rules, args=(settings, store), daemon=True)
    reading.start()
    notifier = Notifier(store, settings, also=tell_ends)
    notifier.start()
    ready()
    try:
        server.run(sockets=[sock])
    finally:
        close_playback_service(app)
        notifier.stop()
        app.state.reports.close()
        trials().stop()
        # Python aborts where it ends beside a thread that is inside a library written in C++.
        reading.join(LAST_SECONDS)


def configuration(app: FastAPI, serve: ServeSettings) -> uvicorn.Config:
    """How the application is served. Who a request comes from is for pipeline/web/proxies.py to say: uvicorn
    on its own would believe whatever anybody on this machine writes into a header."""
    return uvicorn.Config(
        app,
        proxy_headers=False,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=True,
        lifespan="off",
        timeout_graceful_shutdown=GRACE_SECONDS,
        ssl_certfile=serve.certificate,
        ssl_keyfile=str(serve.key) if serve.key else None,
    )
