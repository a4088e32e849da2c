"""What holds for every request and every answer."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from pipeline.errors import Conflict, StoreError
from pipeline.settings import ServeSettings
from pipeline.web import app as application
from pipeline.web.security import own_names
from tests.web.conftest import Browser


@pytest.mark.parametrize(
    "path", ["/sign-in", "/static/css/app.css", "/nowhere", "/api/v1/nowhere", "/account"]
)
def test_every_answer_has_the_headers(nobody: Browser, path: str) -> None:
    headers = nobody.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert "script-src 'self';" in policy and "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "server" not in headers


def test_pages_are_not_kept_and_versioned_files_are(nobody: Browser) -> None:
    assert nobody.get("/sign-in").headers["cache-control"] == "no-store"
    assert nobody.get("/static/css/app.css").headers["cache-control"] == "no-cache"
    assert "immutable" in nobody.get("/static/css/app.css?v=abc").headers["cache-control"]
    assert nobody.get("/static/../app.py").status_code == 404
    assert nobody.get("/static/%2e%2e/app.py").status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9"},
    ],
)
def test_a_write_from_another_site_is_refused(reviewer: Browser, headers: dict[str, str]) -> None:
    assert reviewer.post("/preferences", {"theme": "dark"}, headers=headers).status_code == 403
    assert reviewer.get("/account", headers=headers).status_code == 200


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://127.0.0.1"}, {}])
def test_a_write_from_our_own_pages_passes(reviewer: Browser, headers: dict[str, str]) -> None:
    assert reviewer.post("/preferences", {"theme": "dark"}, headers=headers).status_code == 303


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost:8000", 200),
        ("[::1]:8000", 200),
        ("10.1.2.3", 200),
        ("rebound.example", 400),
        ("127.0.0.1.rebound.example", 400),
        ("", 400),
        ("[::1", 400),
    ],
)
def test_only_known_hosts_are_answered(nobody: Browser, host: str, status: int) -> None:
    assert nobody.get("/sign-in", headers={"Host": host}).status_code == status


def test_hosts_can_be_named() -> None:
    names = own_names(ServeSettings(hosts=("qa.example",), public_url="https://review.example/"))
    assert {"qa.example", "review.example", "localhost"} <= names


def test_a_large_body_is_refused(nobody: Browser) -> None:
    big = {"name": "x" * 2_000_000}
    assert nobody.post("/sign-in", big).status_code == 413
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    pieces = (b"x" * 65536 for _ in range(32))
    assert nobody.http.post("/sign-in", content=pieces, headers=form).status_code == 413
    assert nobody.post("/sign-in", {}, headers={"Content-Length": "x"}).status_code == 413


@pytest.fixture
def broken(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    @app.get("/broken/{how}")
    @app.get("/api/v1/broken/{how}")
    def fail(how: str) -> None:
        if how == "store":
            raise StoreError("secret address of the database")
        if how == "conflict":
            raise Conflict("王芳 confirmed it", code="no-such-words")
        raise RuntimeError("secret inner workings")

    return TestClient(app, base_url="http://127.0.0.1")


@pytest.mark.parametrize(("how", "status"), [("bug", 500), ("store", 503), ("conflict", 409)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_failures_have_pages(broken: TestClient, how: str, status: int, lang: str) -> None:
    broken.cookies.set("lang", lang)
    answer = broken.get(f"/broken/{how}")
    assert answer.status_code == status
    assert "secret" not in answer.text
    assert ("callinspect</title>" if lang == "en" else "听检</title>") in answer.text
    assert "content-security-policy" in answer.headers
    if how == "conflict":
        assert "王芳 confirmed it" in answer.text
    fragment = broken.get(f"/broken/{how}", headers={"HX-Request": "true"})
    assert fragment.status_code == status and "<html" not in fragment.text
    assert fragment.headers["hx-retarget"] == "#messages"
    program = broken.get(f"/api/v1/broken/{how}").json()
    assert set(program["error"]) == {"code", "message"}


def test_people_without_a_session_get_what_they_can_use(nobody: Browser) -> None:
    assert nobody.get("/account").status_code == 303
    assert nobody.get("/account", headers={"HX-Request": "true"}).status_code == 401
    answer = nobody.get("/api/openapi.json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "signed-out")


def test_hostile_text_is_escaped(reviewer: Browser, nobody: Browser) -> None:
    attack = '"><script>alert(1)</script>'
    assert "<script>alert" not in nobody.post("/sign-in", {"name": attack, "password": "x"}).text
    assert "<script>alert" not in nobody.get("/sign-in", params={"next": f"/{attack}"}).text
    assert "<script>alert" not in reviewer.get(f"/{attack}").text


def test_a_route_that_nobody_guards_is_refused(monkeypatch: pytest.MonkeyPatch, app: FastAPI) -> None:
    bare = APIRouter()
    bare.add_api_route("/bare", lambda: None)
    found = application.routers

    def with_bare(package: object) -> object:
        yield from found(package)  # type: ignore[arg-type]
        yield bare

    monkeypatch.setattr(application, "routers", with_bare)
    with pytest.raises(RuntimeError, match="/bare: say who may use it"):
        application.create_app(app.state.settings, app.state.store)
