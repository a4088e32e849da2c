"""Signing in by an identity provider (OpenID Connect, code flow with PKCE). Optional: ``callinspect[oidc]``.

Authlib's client for Starlette does the flow: state, nonce, verifier, the token and its signature. Ours is
which provider is asked at all, and where it may send us.

An account belongs to a subject of the provider. The first time, somebody is recognised by the name that the
provider gives (``oidc.claim``), but only in an account that was made for it: one without a password. Roles
and teams stay ours.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from cachetools import TTLCache, cached
from fastapi import Request

from pipeline.errors import Refused, UsageError
from pipeline.messages import Message, ValueRefused
from pipeline.settings import OidcSettings
from pipeline.web.links import is_loopback

SECONDS = 600
"""How long somebody may take at the provider, and how long its addresses and keys are kept."""

TIMEOUT = 10.0
"""Seconds for one answer of the provider."""

ALGORITHMS = ("RS256", "ES256")
"""What the token may be signed with: never ``none``, never the client's own secret."""

LEEWAY = 60
"""Seconds by which the provider's clock and ours may differ."""

ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
"""Addresses that a provider names itself. Their hosts may be others than the issuer's (large providers' are),
but never without https."""


@dataclass(frozen=True, slots=True)
class Identity:
    subject: str
    name: str
    display_name: str


def check(settings: OidcSettings) -> None:
    """Before the server starts.

    Raises:
        UsageError: half configured, or the packages are not installed.
    """
    if not settings.issuer:
        return
    if not settings.client_id:
        raise UsageError(Message("serve.oidc-half"))
    if not _fit(settings.issuer, plain=True) or urlsplit(settings.issuer).query:
        raise UsageError(Message("serve.oidc-address", address=settings.issuer))
    if any(importlib.util.find_spec(name) is None for name in ("authlib", "httpx2")):
        raise UsageError(Message("serve.oidc-packages"))


class Provider:
    """An identity provider, asked for its addresses and keys once."""

    def __init__(self, settings: OidcSettings) -> None:
        from authlib.integrations.starlette_client import StarletteOAuth2App
        from authlib.integrations.starlette_client.integration import StarletteIntegration

        self._settings = settings
        self._app = StarletteOAuth2App(
            StarletteIntegration("provider"),
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value() or None,
            server_metadata_url=f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={"scope": settings.scope, "code_challenge_method": "S256", "timeout": TIMEOUT},
        )

    async def begin(self, request: Request, *, redirect: str) -> str:
        """The address to send somebody to; what must come back as it was sent is put into their session.

        Raises:
            Refused: the provider does not answer, or names addresses that nobody should be sent to.
        """
        try:
            await self._discover()
            answer = await self._app.authorize_redirect(request, redirect)
        except _errors() as error:
            raise Refused(f"the identity provider: {error}", code="oidc") from error
        address: str = answer.headers["location"]
        return address

    async def finish(self, request: Request) -> Identity:
        """Trade the code for a token and read who it is.

        Raises:
            Refused: anything that does not fit.
        """
        expected = {
            "iss": {"essential": True, "value": self._settings.issuer},
            "aud": {"essential": True, "value": self._settings.client_id},
            "sub": {"essential": True},
        }
        try:
            await self._discover()
            token = await self._app.authorize_access_token(request, claims_options=expected, leeway=LEEWAY)
            claims = token["userinfo"]
        except _errors() as error:
            raise Refused(f"the identity provider: {error}", code="oidc") from error
        name = claims.get(self._settings.claim) or ""
        return Identity(str(claims["sub"]), str(name), str(claims.get("name") or name))

    async def _discover(self) -> None:
        """Ask for the addresses, and refuse those that are not fit before any of them is used."""
        found = await self._app.load_server_metadata()
        try:
            check_metadata(self._settings.issuer, found)
        except (KeyError, ValueError):
            found.clear()  # asked for again next time
            raise
        found["id_token_signing_alg_values_supported"] = list(ALGORITHMS)


def check_metadata(issuer: str, metadata: Mapping[str, Any]) -> None:
    """
    Raises:
        ValueError: the provider calls itself otherwise than we do, or names an address without https.
        KeyError: it does not name one that is needed.
    """
    if metadata["issuer"] != issuer:
        raise ValueRefused(Message("serve.oidc-other", address=str(metadata["issuer"])))
    for name in ENDPOINTS:
        if not _fit(metadata[name], plain=issuer.startswith("http:")):
            raise ValueRefused(Message("serve.oidc-plain", name=name))


def _errors() -> tuple[type[Exception], ...]:
    """What Authlib and what it stands on raise where a provider or a token is not as it should be."""
    import httpx2
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError

    return (httpx2.HTTPError, AuthlibBaseError, JoseError, KeyError, ValueError)


def _fit(address: object, *, plain: bool) -> bool:
    """True for https to a host that is named whole; ``plain``: http within this machine too.

    A host is compared as a host and never by how it begins: ``127.0.0.1.example.com`` is somebody else's.
    """
    if not isinstance(address, str) or not address.isprintable() or any(c in address for c in " \\#"):
        return False
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (plain and parts.scheme == "http" and is_loopback(host))


@cached(TTLCache(maxsize=4, ttl=SECONDS), lock=Lock())
def provider(settings: OidcSettings) -> Provider:
    """The one of these settings; made anew now and then, for its keys change."""
    return Provider(settings)
