"""What watches the server: open answers that tell nothing, and metrics for those who may have them."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from pipeline.domain import UserRole
from pipeline.settings import ServeSettings, Settings
from pipeline.store import Store
from pipeline.web.app import create_app
from tests.web.conftest import Client


def test_health_tells_nothing_and_ready_tells_of_another_version(client: Client, store: Store) -> None:
    nobody = client(None)
    assert [nobody.get(path).text for path in ("/healthz", "/readyz")] == ["ok\n", "ok\n"]
    with store._write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    answer = nobody.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "not ready\n")
    assert nobody.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("address", "headers", "serve", "status"),
    [
        ("127.0.0.1", {}, {}, 200),
        ("127.0.0.1", {"X-Forwarded-For": "8.8.8.8"}, {}, 401),
        ("127.0.0.1", {}, {"public_url": "https://qa.example.com"}, 401),
        ("10.0.0.7", {}, {}, 401),
        ("10.0.0.7", {"Authorization": "Bearer secret"}, {"metrics_token": "secret"}, 200),
        ("10.0.0.7", {"Authorization": "Bearer Secret"}, {"metrics_token": "secret"}, 401),
        ("10.0.0.7", {"Authorization": "Bearer "}, {}, 401),
    ],
)
def test_who_reads_metrics(
    store: Store,
    settings: Settings,
    address: str,
    headers: dict[str, str],
    serve: dict[str, str],
    status: int,
) -> None:
    chosen = settings.model_copy(update={"serve": ServeSettings(**serve)})  # type: ignore[arg-type]
    browser = TestClient(
        create_app(chosen, store), client=(address, 5000), base_url="http://127.0.0.1", follow_redirects=False
    )
    answer = browser.get("/metrics", headers={"Accept": "application/json", **headers})
    assert answer.status_code == status
    if status == 200:
        assert re.search(r'^callinspect_calls\{status="inspected"\} \d+$', answer.text, re.MULTILINE)
        for line in answer.text.splitlines():
            assert re.match(r'(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [-\d.e]+)$', line), (
                line
            )


def test_an_administrator_reads_metrics_from_anywhere(client: Client) -> None:
    assert client(UserRole.ADMINISTRATOR).get("/metrics").status_code == 200
    assert client(UserRole.SUPERVISOR).get("/metrics").status_code == 403


def test_failures_are_accepted_on_their_page_and_by_json(client: Client, store: Store) -> None:
    boss = client(UserRole.SUPERVISOR)
    failed = [one.name for one in store.failures.all()]
    assert failed, "the night has recordings that could not be read"
    assert boss.post("/failures", {"name": failed[0], "kind": "accept"}).status_code == 400
    done = boss.post("/failures", {"name": failed[0], "kind": "accept", "reason": "线路故障"})
    assert (done.status_code, done.headers["location"]) == (303, "/failures")
    assert "线路故障" in boss.get("/failures").text
    told = {"names": failed[:1], "kind": "undo", "request": "r1"}
    csrf = {"X-CSRF-Token": boss.csrf}
    answer = boss.http.post("/api/v1/failures", json=told, headers=csrf)
    assert (answer.status_code, answer.json()[0]["acceptance"]) == (200, None)
    assert (
        boss.http.post(
            "/api/v1/failures", json=told | {"names": ["none"], "request": "r2"}, headers=csrf
        ).status_code
        == 404
    )
    assert boss.get("/runs").status_code == 200
    assert boss.get("/api/v1/runs").json()["runs"]
