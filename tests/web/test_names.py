"""A call is found by its id, whatever the id is made of."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import threading
import time
import urllib.request
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
import uvicorn
from fastapi import FastAPI

from pipeline.domain import Call
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.web.names import from_field
from pipeline.web.render import agent_url, call_url
from pipeline.web.serve import configuration, listen
from tests.nights import bad_call, heard_call, night_call, put, record
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
    "a\r\nSet-Cookie: evil=1",
    "a\nb",
    "a\rb",
    "\n",
    " a\t",
    ".",
    "..",
    "~..",
    "~~.",
    "~x",
    "a/../b",
    "a\x00b",
    "a\x7f\x85b",
    "a\u2028\u202eb",
    "\udcc4\udce3.wav",
    "%0d%0a",
    "\"><b>'",
    "\ufdd0000ax",
]
"""One of them is a file named in GBK, as Python reads it where names are UTF-8."""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record(tmp_path_factory.mktemp("sound") / "a.wav")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_survives_its_address(store: Store, supervisor: Browser, sound: Path, name: str) -> None:
    call = heard_call(sound, call_id=name)
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
    listed = [row["call_id"] for row in supervisor.get("/api/v1/calls?limit=200").json()["rows"]]
    assert name in listed, "what a list of the API names can be asked for"
    form = {"criterion": "shirk", "verdict": "confirmed", "seen": "1"}
    done = supervisor.post(f"{path}/verdicts", form)
    assert done.status_code == 303
    assert done.headers["location"] == f"{path}#finding-shirk"
    assert set(done.headers) <= {
        *supervisor.get("/").headers,
        "location",
        "content-length",
        "cross-origin-opener-policy",
    }, "no header was split off"


def fields_of(text: str, name: str) -> list[str]:
    """Values of these fields on a page, as a browser sends them back: ends of lines become CR LF."""
    values = re.findall(rf'name="{name}" value="([^"]*)"', text)
    return [re.sub(r"\r\n|\r|\n", "\r\n", html.unescape(value)) for value in values]


@pytest.mark.parametrize("name", NAMES)
def test_and_every_form(store: Store, supervisor: Browser, reviewer: Browser, name: str) -> None:
    call = bad_call()
    call = replace(call, recording=replace(call.recording, call=Call(name, agent_id="8002")))
    put(store, call)
    query = "state=all"
    page = supervisor.get(f"/queue?{query}")
    assert page.status_code == 200
    chosen = [value for value in fields_of(page.text, "calls") if from_field(value) == name]
    assert len(chosen) == 1
    assert supervisor.post("/queue/assign", {"calls": chosen[0], "query": query}).status_code == 303
    assert reviewer.post("/queue/claim", {"call_id": chosen[0]}).headers["location"] == call_url(name)
    assert supervisor.post("/exemplars", {"call_id": chosen[0], "title": "x"}).status_code == 303
    (proposed, *_) = fields_of(supervisor.get("/exemplars").text, "call_id")
    assert supervisor.post("/exemplars/approve", {"call_id": proposed}).status_code == 303
    assert reviewer.user is not None and supervisor.user is not None
    form = {"title": "x", "calls": chosen[0], "scorers": [str(reviewer.user.id), str(supervisor.user.id)]}
    assert supervisor.post("/calibrations", form).status_code == 303


@pytest.mark.parametrize("format", ["csv", "jsonl", "xlsx", "parquet"])
def test_all_of_them_are_exported(store: Store, supervisor: Browser, format: str) -> None:
    for number, name in enumerate(NAMES):
        call = night_call(f"N{number}")
        put(store, replace(call, recording=replace(call.recording, call=Call(name))))
    answer = supervisor.get(f"/api/v1/exports/calls?format={format}")
    assert answer.status_code == 200
    if format == "jsonl":
        found = {json.loads(line)["call_id"] for line in answer.text.split("\n") if line}
        assert {name.encode("utf-8", "backslashreplace").decode() for name in NAMES} <= found
    if format == "csv":
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
        assert len(rows) == store.calls.count(), "an end of a line in a name is no end of a row"


def test_a_real_server_opens_it(store: Store, app: FastAPI, supervisor: Browser, settings: Settings) -> None:
    name = "a\r\nSet-Cookie: evil=1"
    put(store, night_call(name))
    with listen(settings.serve.model_copy(update={"port": 0})) as sock:
        port = sock.getsockname()[1]
        server = uvicorn.Server(configuration(app, settings.serve))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            cookie = {"Cookie": f"callinspect={supervisor.http.cookies['callinspect']}"}
            for path in (call_url(name), f"/api/v1{call_url(name)}"):
                asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=cookie)
                with urllib.request.urlopen(asked) as answer:
                    assert answer.status == 200 and "evil" not in str(answer.headers.get("set-cookie"))
        finally:
            server.should_exit = True
            thread.join()


def test_so_does_an_agent(store: Store, supervisor: Browser) -> None:
    for number, name in enumerate(NAMES):
        put(store, night_call(f"A{number}", agent=(name, "陈思雨", "客服一组")))
        assert supervisor.get(agent_url(name)).status_code == 200, name
        assert supervisor.get(f"/api/v1{agent_url(name)}").status_code == 200, name
        assert supervisor.get(agent_url(name + "/none")).status_code == 404, name


def test_nobody_who_is_signed_out_loses_the_way(nobody: Browser, store: Store) -> None:
    put(store, night_call("a/b?c"))
    sent = nobody.get(call_url("a/b?c"), headers={"Accept": "text/html"})
    assert sent.headers["location"] == "/sign-in?next=" + quote(call_url("a/b?c"), safe="")


def test_a_slash_that_separates_still_separates(supervisor: Browser) -> None:
    assert supervisor.get("/calls/O02/audio/x").status_code == 404
    assert supervisor.get("/calls/O02%2Faudio").status_code == 404
    assert supervisor.get("/static/..%2f..%2fserve.py").status_code == 404
