"""A header about where a request comes from is believed from proxies that the settings name, and from no one
else."""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import pytest
import uvicorn
from fastapi import Request
from fastapi.testclient import TestClient

from pipeline.errors import UsageError
from pipeline.settings import ServeSettings, Settings, load_settings
from pipeline.store import Store
from pipeline.web.app import create_app
from pipeline.web.serve import configuration, listen
from pipeline.web.signin import address_of


def seen(
    settings: Settings, store: Store, *, trusted: Sequence[str], peer: str, headers: Sequence[tuple[str, str]]
) -> tuple[str, str]:
    """Address and scheme of a request, as everything in the application sees them."""
    serve = settings.serve.model_copy(update={"trusted_proxies": tuple(trusted)})
    app = create_app(settings.model_copy(update={"serve": serve}), store)

    @app.get("/where")
    def where(request: Request) -> tuple[str, str]:
        return address_of(request), request.url.scheme

    with TestClient(app, base_url="http://127.0.0.1", client=(peer, 1)) as http:
        address, scheme = http.get("/where", headers=list(headers)).json()
        return address, scheme


FORWARDED = "X-Forwarded-For"


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "address"),
    [
        ((), "127.0.0.1", ["203.0.113.9"], "127.0.0.1"),
        (("10.0.0.1",), "127.0.0.1", ["203.0.113.9"], "127.0.0.1"),
        (("127.0.0.1",), "127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        (("127.0.0.1",), "127.0.0.1", ["1.1.1.1, 203.0.113.9"], "203.0.113.9"),
        (("127.0.0.1",), "127.0.0.1", ["1.1.1.1", "203.0.113.9"], "203.0.113.9"),
        (("127.0.0.1", "10.0.0.0/8"), "127.0.0.1", ["1.1.1.1, 203.0.113.9, 10.2.3.4"], "203.0.113.9"),
        (("127.0.0.1", "10.0.0.0/8"), "127.0.0.1", ["10.9.9.9, 10.2.3.4"], "10.9.9.9"),
        (("127.0.0.1",), "127.0.0.1", ["203.0.113.9, rubbish"], "127.0.0.1"),
        (("127.0.0.1",), "127.0.0.1", [], "127.0.0.1"),
        (("127.0.0.1",), "::ffff:127.0.0.1", ["203.0.113.9:4711"], "203.0.113.9"),
        (("::1",), "::1", ["[2001:db8::7]:4711"], "2001:db8::7"),
    ],
)
def test_the_rightmost_hop_that_is_no_proxy_counts(
    settings: Settings,
    store: Store,
    trusted: tuple[str, ...],
    peer: str,
    forwarded: list[str],
    address: str,
) -> None:
    headers = [(FORWARDED, text) for text in forwarded]
    assert seen(settings, store, trusted=trusted, peer=peer, headers=headers)[0] == address


def test_a_proxy_tells_how_the_browser_came(settings: Settings, store: Store) -> None:
    headers = [("X-Forwarded-Proto", "https")]
    asked = {"peer": "127.0.0.1", "headers": headers}
    assert seen(settings, store, trusted=["127.0.0.1"], **asked)[1] == "https"  # type: ignore[arg-type]
    assert seen(settings, store, trusted=[], **asked)[1] == "http"  # type: ignore[arg-type]


def test_the_running_server_believes_nobody(settings: Settings, store: Store) -> None:
    """Through the real server: it has a habit of its own to believe whoever is on this machine."""
    serve = settings.serve.model_copy(update={"port": 0})
    # 0 is no port that a setting may have, but the one that finds a free one
    with listen(serve) as sock:
        port = sock.getsockname()[1]
        server = uvicorn.Server(configuration(create_app(settings, store), serve))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            statuses = [guess(port, address=f"203.0.113.{n}") for n in range(12)]
        finally:
            server.should_exit = True
            thread.join()
    assert 429 in statuses, "an invented address is no new beginning"
    assert {row.address for row in store.audit.entries(action="sign-in-failed")} == {"127.0.0.1"}


def guess(port: int, *, address: str) -> int:
    form = urllib.parse.urlencode({"name": "wang", "password": "guess"}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/sign-in", form, {FORWARDED: address})
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.parametrize("text", ["proxy.example", "10.0.0.0/33", "*", ""])
def test_what_is_no_address_is_refused_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (tmp_path / "c.toml").write_text(f'[serve]\ntrusted_proxies = ["{text}"]\n')
    with pytest.raises(UsageError, match=r"trusted_proxies.*no address or network"):
        load_settings(tmp_path / "c.toml")
    assert ServeSettings().trusted_proxies == ()
