"""Signing in by a real identity provider: a small one, served on this machine, with keys of its own."""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

import pytest
import uvicorn
from fastapi import FastAPI, Form
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import RSAKey

from pipeline.domain.people import User, UserRole
from pipeline.errors import UsageError
from pipeline.settings import OidcSettings, Settings
from pipeline.store import Store
from pipeline.web import oidc
from pipeline.web.app import create_app


@dataclass
class FakeProvider:
    """Signs whom `claims` describes in, and remembers what it was asked."""

    issuer: str = ""
    calls_itself: str | None = None
    endpoints: dict[str, str] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    claims: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        def facts() -> dict[str, str]:
            names = {"authorization_endpoint": "/go", "token_endpoint": "/token", "jwks_uri": "/keys"}
            facts = {"issuer": self.calls_itself or self.issuer}
            return facts | {name: self.issuer + path for name, path in names.items()} | self.endpoints

        @app.get("/keys")
        def keys() -> dict[str, Any]:
            return {"keys": [self.key.as_dict(private=False)]}

        @app.post("/token")
        def token(code: Annotated[str, Form()], code_verifier: Annotated[str, Form()]) -> dict[str, str]:
            digest = hashlib.sha256(code_verifier.encode()).digest()
            assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == self.asked["code_challenge"]
            now = int(time.time())
            claims = {
                "iss": self.issuer,
                "aud": "room",
                "sub": "s-1",
                "iat": now,
                "exp": now + 3600,
                "nonce": self.asked["nonce"],
                "preferred_username": "Wang",
                "name": "王芳",
            }
            return {"id_token": jwt.encode({"alg": "RS256", "kid": "one"}, claims | self.claims, self.key)}

        return app


@pytest.fixture(scope="module")
def served() -> Iterator[FakeProvider]:
    fake = FakeProvider()
    server = uvicorn.Server(uvicorn.Config(fake.app(), port=0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    fake.issuer = f"http://127.0.0.1:{port}"
    yield fake
    server.should_exit = True
    thread.join()


@pytest.fixture
def fake(served: FakeProvider) -> FakeProvider:
    served.claims, served.calls_itself, served.endpoints = {}, None, {}
    oidc.provider.cache.clear()
    return served


@pytest.fixture
def browser(fake: FakeProvider, store: Store) -> Iterator[TestClient]:
    settings = Settings(
        store=store.url, oidc=OidcSettings(issuer=fake.issuer, client_id="room", title="单点登录")
    )
    with TestClient(create_app(settings, store), base_url="http://127.0.0.1", follow_redirects=False) as http:
        yield http


@pytest.fixture
def wang(store: Store) -> User:
    return store.accounts.add("wang", role=UserRole.REVIEWER)


def go(browser: TestClient, fake: FakeProvider, *, next: str = "/account") -> str:
    """To the provider, and the address it sends the browser back to."""
    answer = browser.get("/sign-in/oidc", params={"next": next})
    assert answer.status_code == 303
    fake.asked = {
        name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()
    }
    assert fake.asked["redirect_uri"] == "http://127.0.0.1/sign-in/oidc/back"
    return f"/sign-in/oidc/back?code=c&state={fake.asked['state']}"


def test_somebody_with_an_account_gets_in(
    browser: TestClient, fake: FakeProvider, store: Store, wang: User
) -> None:
    assert "单点登录" in browser.get("/sign-in").text
    answer = browser.get(go(browser, fake))
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert "wang" in browser.get("/account").text
    assert store.accounts.of_subject("s-1") == wang
    fake.claims = {"preferred_username": "renamed"}
    browser.cookies.clear()
    assert browser.get(go(browser, fake)).status_code == 303, "the subject counts from now on"


def test_nobody_else_gets_in(browser: TestClient, fake: FakeProvider, store: Store) -> None:
    assert browser.get(go(browser, fake)).status_code == 400
    store.accounts.add("wang", role=UserRole.ADMINISTRATOR, password="hash")
    answer = browser.get(go(browser, fake))
    assert answer.status_code == 400, "an account with a password is not given away"
    assert store.audit.entries()[0].action == "sign-in-failed"


@pytest.mark.parametrize(
    "claims",
    [{"iss": "http://evil.example"}, {"aud": "other"}, {"nonce": "other"}, {"exp": 1}, {"sub": None}],
    ids=str,
)
def test_a_token_that_does_not_fit_is_refused(
    browser: TestClient, fake: FakeProvider, wang: User, claims: dict[str, Any]
) -> None:
    fake.claims = claims
    assert browser.get(go(browser, fake)).status_code == 400
    assert browser.get("/account").status_code == 303


def test_a_token_of_another_key_is_refused(browser: TestClient, fake: FakeProvider, wang: User) -> None:
    place = go(browser, fake)
    assert browser.get(place).status_code == 303
    browser.cookies.clear()
    place = go(browser, fake)
    true_key, fake.key = fake.key, RSAKey.generate_key(2048, {"kid": "one"})
    try:
        assert browser.get(place).status_code == 400
    finally:
        fake.key = true_key


def test_what_was_not_begun_here_is_refused(browser: TestClient, fake: FakeProvider, wang: User) -> None:
    place = go(browser, fake)
    assert browser.get(f"{place}x").status_code == 400
    browser.cookies.clear()
    assert browser.get(place).status_code == 400
    browser.cookies.set("callinspect-oidc", "zz", path="/sign-in/oidc")
    assert browser.get(place).status_code == 400


def test_a_provider_that_is_down_is_told(store: Store) -> None:
    settings = Settings(store=store.url, oidc=OidcSettings(issuer="http://127.0.0.1:9", client_id="room"))
    browser = TestClient(create_app(settings, store), base_url="http://127.0.0.1", follow_redirects=False)
    assert browser.get("/sign-in/oidc").status_code == 400


def test_half_a_configuration_is_refused() -> None:
    oidc.check(OidcSettings())
    with pytest.raises(UsageError, match="client_id"):
        oidc.check(OidcSettings(issuer="https://id.example"))
    with pytest.raises(UsageError, match="https"):
        oidc.check(OidcSettings(issuer="http://id.example", client_id="room"))


@pytest.mark.parametrize(
    "issuer",
    [
        "http://127.0.0.1.evil.test",
        "http://localhost.evil.test/",
        "http://127.0.0.1@evil.test",
        "http://127.0.0.1:80@evil.test",
        "http://id.example",
        "https://",
        "https:///realm",
        "https://user@id.example",
        "https://id.example?x=1",
        "https://id.example#x",
        "https://id.example:port",
        "https://id.example\\@evil.test",
        "ftp://127.0.0.1",
        "id.example",
    ],
)
def test_an_issuer_that_only_begins_well_is_refused(issuer: str) -> None:
    with pytest.raises(UsageError, match="https"):
        oidc.check(OidcSettings(issuer=issuer, client_id="room"))


@pytest.mark.parametrize(
    "issuer",
    [
        "https://id.example",
        "https://id.example/realm/",
        "http://127.0.0.1:8080",
        "http://[::1]",
        "http://localhost",
    ],
)
def test_an_issuer_is_https_or_on_this_machine(issuer: str) -> None:
    oidc.check(OidcSettings(issuer=issuer, client_id="room"))


@pytest.mark.parametrize("other", ["{issuer}/", "{issuer}.evil.test", "https://id.example"])
def test_the_provider_must_call_itself_exactly_so(
    browser: TestClient, fake: FakeProvider, wang: User, other: str
) -> None:
    fake.calls_itself = other.format(issuer=fake.issuer)
    assert browser.get("/sign-in/oidc").status_code == 400


def test_a_token_of_nearly_this_issuer_is_refused(
    browser: TestClient, fake: FakeProvider, wang: User
) -> None:
    fake.claims = {"iss": fake.issuer + "/"}
    assert browser.get(go(browser, fake)).status_code == 400


@pytest.mark.parametrize("name", oidc.ENDPOINTS)
@pytest.mark.parametrize(
    "address",
    ["http://id.example/x", "http://127.0.0.1.evil.test/x", "javascript:alert(1)", "file:///etc/passwd", ""],
)
def test_endpoints_without_https_are_refused(
    browser: TestClient, fake: FakeProvider, wang: User, name: str, address: str
) -> None:
    fake.endpoints = {name: address}
    assert browser.get("/sign-in/oidc").status_code == 400


def test_a_provider_elsewhere_cannot_send_its_secrets_into_this_machine() -> None:
    issuer = "https://id.example"
    metadata = {"issuer": issuer} | dict.fromkeys(oidc.ENDPOINTS, "http://127.0.0.1:1/x")
    with pytest.raises(ValueError, match="https"):
        oidc.check_metadata(issuer, metadata)
