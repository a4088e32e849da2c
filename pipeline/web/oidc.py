"""Signing in by an identity provider (OpenID Connect, code flow with PKCE). Optional: ``callinspect[oidc]``.

An account belongs to a subject of the provider. The first time, somebody is recognised by the name that the
provider gives (``oidc.claim``), but only in an account that was made for it: one without a password. Roles
and teams stay ours.
"""

from __future__ import annotations

import importlib.util
import json
import secrets
import time
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from pipeline.errors import Refused, UsageError
from pipeline.settings import OidcSettings
from pipeline.web.links import is_loopback

SECONDS = 600
"""How long somebody may take at the provider."""

TIMEOUT = 10.0
"""Seconds for one answer of the provider."""

ALGORITHMS = ["RS256", "ES256"]
"""What the token may be signed with: never ``none``, never the client's own secret."""

ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
"""Addresses that a provider names itself. Their hosts may be others than the issuer's (large providers' are),
but never without https."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What must come back as it was sent; kept in a cookie until then."""

    state: str
    nonce: str
    verifier: str
    next: str

    def dump(self) -> str:
        return json.dumps([self.state, self.nonce, self.verifier, self.next])


def load_flow(text: str | None) -> Flow | None:
    try:
        found = json.loads(text or "")
        return Flow(*found) if all(isinstance(each, str) for each in found) else None
    except (ValueError, TypeError):
        return None


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
        raise UsageError("oidc.issuer needs oidc.client_id; set both")
    if not _fit(settings.issuer, plain=True) or urlsplit(settings.issuer).query:
        raise UsageError(
            f"oidc.issuer: {settings.issuer} is no address of a provider; give https://HOST/... as the "
            "provider writes it, without a user name, ? or #"
        )
    if any(importlib.util.find_spec(name) is None for name in ("authlib", "httpx")):
        raise UsageError("signing in by OpenID Connect needs more packages; install callinspect[oidc]")


class Provider:
    """An identity provider, asked for its addresses and keys once."""

    def __init__(self, settings: OidcSettings) -> None:
        self._settings = settings
        self._facts: dict[str, Any] = {}
        self._keys: tuple[float, Any] = (0.0, None)

    def _discover(self) -> dict[str, Any]:
        if not self._facts:
            issuer = self._settings.issuer
            facts: dict[str, Any] = _get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if facts["issuer"] != issuer:
                raise ValueError(f"it calls itself {facts['issuer']}; write oidc.issuer exactly so")
            for name in ENDPOINTS:
                if not _fit(facts[name], plain=issuer.startswith("http:")):
                    raise ValueError(f"its {name} is no https address")
            self._facts = facts
        return self._facts

    def begin(self, *, redirect: str, next: str) -> tuple[str, Flow]:
        """The address to send somebody to, and what to remember.

        Raises:
            Refused: the provider does not answer.
        """
        import httpx
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        try:
            address = self._discover()["authorization_endpoint"]
        except (httpx.HTTPError, KeyError, ValueError) as error:
            raise Refused(f"the identity provider: {error}", code="oidc") from error
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        flow = Flow(state, nonce, verifier, next)
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": redirect,
            "scope": self._settings.scope,
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": create_s256_code_challenge(flow.verifier),
            "code_challenge_method": "S256",
        }
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(query)}", flow

    def finish(self, flow: Flow, *, code: str, state: str, redirect: str) -> Identity:
        """Trade the code for a token and read who it is.

        Raises:
            Refused: anything that does not fit.
        """
        import httpx
        from joserfc.errors import JoseError

        if not secrets.compare_digest(flow.state.encode(), state.encode()):
            raise Refused("another sign-in is under way", code="oidc")
        try:
            return self._identity(self._token(flow, code, redirect), flow)
        except (httpx.HTTPError, JoseError, KeyError, ValueError) as error:
            raise Refused(f"the identity provider: {error}", code="oidc") from error

    def _token(self, flow: Flow, code: str, redirect: str) -> str:
        import httpx

        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "client_id": self._settings.client_id,
            "code_verifier": flow.verifier,
        }
        secret = self._settings.client_secret.get_secret_value()
        auth = httpx.BasicAuth(self._settings.client_id, secret) if secret else httpx.Auth()
        address = self._discover()["token_endpoint"]
        answer = httpx.post(address, data=form, auth=auth, timeout=TIMEOUT)
        token: str = answer.raise_for_status().json()["id_token"]
        return token

    def _identity(self, token: str, flow: Flow) -> Identity:
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.jwk import KeySet

        expected = {
            "iss": {"essential": True, "value": self._settings.issuer},
            "aud": {"essential": True, "value": self._settings.client_id},
            "sub": {"essential": True},
        }
        signed = jwt.decode(token, KeySet.import_key_set(self._jwks()), algorithms=ALGORITHMS)
        params = {"nonce": flow.nonce, "client_id": self._settings.client_id}
        claims = CodeIDToken(signed.claims, signed.header, expected, params)
        claims.validate(leeway=60)
        name = claims.get(self._settings.claim) or ""
        return Identity(str(claims["sub"]), str(name), str(claims.get("name") or name))

    def _jwks(self) -> Any:
        """The provider's keys; asked for again after ten minutes, for they are changed now and then."""
        at, keys = self._keys
        if keys is None or time.monotonic() - at > SECONDS:
            keys = _get(self._discover()["jwks_uri"])
            self._keys = (time.monotonic(), keys)
        return keys


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


def _get(address: str) -> Any:
    import httpx

    return httpx.get(address, timeout=TIMEOUT).raise_for_status().json()


@cache
def provider(settings: OidcSettings) -> Provider:
    return Provider(settings)
