"""A call is found by its id, whatever the id is made of."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from pipeline.store import Store
from pipeline.web.render import agent_url, call_url
from tests.nights import inspection
from tests.web.calls import heard_call, put, record
from tests.web.conftest import Browser

NAMES = [
    "day/1/a",
    "/a",
    "a//b/",
    "a%2Fb",
    "a%252fb",
    "a?b=c&d",
    "a#b",
    "a b+c",
    "a;b\\c",
    "audio",
    "x/audio",
    "电话/一",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_survives_its_address(store: Store, supervisor: Browser, tmp_path: Path, name: str) -> None:
    call = heard_call(record(tmp_path / "a.wav"), call_id=name)
    put(store, call)
    path = call_url(name)
    page = supervisor.get(path)
    assert page.status_code == 200
    assert f'name="next" value="{path}"'.replace("&", "&amp;") in page.text, (
        "switching the language stays here"
    )
    assert supervisor.get(f"{path}/audio", headers={"Range": "bytes=0-9"}).status_code == 206
    assert supervisor.get(f"{path}/peaks").status_code == 200
    api = supervisor.get(f"/api/v1{path}")
    assert api.json()["call"]["call_id"] == name
    form = {"criterion": "shirk", "verdict": "confirmed", "seen": "1"}
    done = supervisor.post(f"{path}/verdicts", form)
    assert done.status_code == 303
    assert done.headers["location"] == f"{path}#finding-shirk"


@pytest.mark.parametrize("name", NAMES)
def test_so_does_an_agent(store: Store, supervisor: Browser, name: str) -> None:
    put(store, inspection("A1", agent=(name, "陈思雨", "客服一组")))
    assert supervisor.get(agent_url(name)).status_code == 200
    assert supervisor.get(f"/api/v1{agent_url(name)}").status_code == 200
    assert supervisor.get(agent_url(name + "/none")).status_code == 404


def test_nobody_who_is_signed_out_loses_the_way(nobody: Browser, store: Store) -> None:
    put(store, inspection("a/b?c"))
    sent = nobody.get(call_url("a/b?c"), headers={"Accept": "text/html"})
    assert sent.headers["location"] == "/sign-in?next=" + quote(call_url("a/b?c"), safe="")


def test_a_slash_that_separates_still_separates(supervisor: Browser) -> None:
    assert supervisor.get("/calls/O02/audio/x").status_code == 404
    assert supervisor.get("/calls/O02%2Faudio").status_code == 404
    assert supervisor.get("/static/..%2f..%2fserve.py").status_code == 404
