"""What no database can hold, in the fields of forms and addresses: refused or ignored, never a failure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from pipeline.domain.people import UserRole
from pipeline.errors import Refused
from pipeline.settings import ServeSettings, Settings
from pipeline.store import Store
from pipeline.web.app import create_app
from pipeline.web.playback_service import close_playback_service
from pipeline.web.secrets import digest
from tests.nights import bad_call

CALL = "/calls/O02"
FORMS = {
    f"{CALL}/verdicts": {"criterion": "shirk", "verdict": "confirmed", "seen": "0"},
    f"{CALL}/additions": {"criterion": "shirk", "start": "1", "end": "2"},
    f"{CALL}/comments": {"comment": "x"},
    f"{CALL}/undo": {"event": "1"},
    f"{CALL}/roles": {},
    f"{CALL}/finish": {"incomplete": "true"},
    f"{CALL}/reopen": {},
    f"{CALL}/next": {},
    "/rules/edits": {"title": "x"},
    "/coaching/notes": {"agent_id": "8002", "text": "x"},
}


@pytest.fixture
def room(store: Store, run_id: int, tmp_path: Path) -> Iterator[TestClient]:
    """The review room over the store, as an administrator has it open."""
    store.inspections.save(bad_call(), run_id=run_id)
    boss = store.accounts.add("boss", role=UserRole.ADMINISTRATOR)
    store.sessions.open(boss.id, token=digest("cookie"), csrf="token", seconds=3600)
    settings = Settings(store=store.url, layer=tmp_path / "layer", serve=ServeSettings(sound_folder=tmp_path))
    app = create_app(settings, store)
    with TestClient(app, base_url="http://127.0.0.1", follow_redirects=False) as browser:
        browser.cookies.set("callinspect", "cookie")
        yield browser
    close_playback_service(app)


@pytest.mark.parametrize("name", ["\0", "a\0b", "a b", "名"])
def test_the_name_of_a_press_is_what_a_browser_makes(room: TestClient, store: Store, name: str) -> None:
    for address, form in FORMS.items():
        said = room.post(address, data={"csrf": "token", "request": name, **form})
        assert said.status_code in (400, 422), (address, said.status_code)
    act = {"kind": "comment", "comment": "x", "request": name}
    headers = {"x-csrf-token": "token"}
    assert room.post(f"/api/v1{CALL}/decisions", json=act, headers=headers).status_code == 422
    assert store.decisions.history("O02") == () and store.rule_edits.all() == ()
    if "\0" in name:
        with pytest.raises(Refused, match="can be printed"):
            store.decisions.comment("O02", "x", by=None, request=name)


def test_the_log_is_narrowed_by_what_can_be_in_it(room: TestClient) -> None:
    for query in (
        "action=%00",
        "action=a%00b",
        "call=%00",
        "call=a%00b",
        "call=%ED%A0%80",
        "user=2147483648",
    ):
        assert room.get(f"/admin/audit?{query}").status_code == 200, query
    assert "boss" in room.get("/admin/audit?user=1").text


@pytest.mark.parametrize("number", ["2147483648", "9223372036854775808", "9" * 30, "0", "-1"])
def test_a_filter_of_a_number_that_no_filter_has(room: TestClient, number: str) -> None:
    said = room.post(f"/queue/filters/{number}/delete", data={"csrf": "token"})
    assert said.status_code in (404, 422)
