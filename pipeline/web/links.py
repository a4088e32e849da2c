"""One-time links: who holds one may choose a password for an account, once."""

from __future__ import annotations

import ipaddress

from fastapi import Request

from pipeline.domain.people import User
from pipeline.settings import ServeSettings
from pipeline.store import Store
from pipeline.web.secrets import digest, new_token

HOURS = 72


def one_time_link(store: Store, user: User, *, base: str, hours: float = HOURS) -> str:
    """A new link; older ones of this account end."""
    token = new_token()
    store.sessions.invite(user.id, token=digest(token), seconds=hours * 3600.0)
    return f"{base}/invitation/{token}"


def base_url(serve: ServeSettings) -> str:
    """The address people type."""
    if serve.public_url:
        return serve.public_url.rstrip("/")
    scheme = "https" if serve.certificate else "http"
    host = "127.0.0.1" if serve.host in ("0.0.0.0", "::", "") else serve.host  # noqa: S104 (compared, not bound)
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{serve.port}"


def room_address(request: Request) -> str:
    """The address by which a file's reader comes back: what is configured, else what was asked for."""
    public = str(request.app.state.settings.serve.public_url)
    return (public or str(request.base_url)).rstrip("/")


def is_loopback(host: str) -> bool:
    """True where only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
