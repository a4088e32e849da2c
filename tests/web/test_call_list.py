"""Rules over the call list, ratings and call-backs on pages, as JSON and as files."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import update

from pipeline.domain import Satisfaction, UserRole
from pipeline.store import Store
from pipeline.store.tables import calls
from tests.contract.test_call_list import RULES, tried
from tests.web.conftest import AGENT, OTHER_TEAM, TEAM, Client

CALL = "O02"
DAY = date(2026, 11, 20)


@pytest.fixture
def judged(store: Store) -> Store:
    rows = [tried(CALL, 23, team=TEAM), tried("x", 23, team=OTHER_TEAM, customer_number="13900139000")]
    store.listed.save([*rows, replace(rows[0], row_id="y", call_id="y", started_at=None)])
    store.listed.judge([RULES], *(DAY, date.today()))
    return store


@pytest.fixture
def rated(store: Store) -> Store:
    with store._write() as connection:
        worst = {"satisfaction": Satisfaction.VERY_DISSATISFIED.value}
        connection.execute(update(calls).where(calls.c.call_id == CALL).values(worst))
    return store


def test_what_a_lead_and_an_agent_see(judged: Store, client: Client) -> None:
    address = "/call-list?from=2026-11-01&to=2099-01-01"
    lead = client(UserRole.LEAD, team=TEAM)
    page = lead.get(address).text
    assert "夜间" in page and f'href="/calls/{CALL}"' in page and "…8000" in page and "没有时间" in page
    assert "13800138000" not in page
    counts = lead.get("/api/v1/call-list").json()["counts"]
    assert (counts["total"], counts["hours"]) == (1, {"23": 1})
    both = client(UserRole.SUPERVISOR)
    assert both.get("/api/v1/call-list?hour=23").json()["counts"]["total"] == 2
    book = load_workbook(io.BytesIO(both.get("/api/v1/lists/call-list?format=xlsx").content), read_only=True)
    assert len(list(book.worksheets[0].values)) == 3
    both.http.cookies.set("lang", "en")
    assert "against a rule" in both.get(address).text
    assert client(UserRole.AGENT, agent_id=AGENT).get("/call-list").status_code == 403


def test_a_call_back_from_the_first_screen_to_done(rated: Store, client: Client) -> None:
    lead, agent = client(UserRole.LEAD, team=TEAM), client(UserRole.AGENT, agent_id=AGENT)
    assert "回访任务" in lead.get("/").text and "回访任务" not in agent.get("/").text
    assert "非常不满意" in lead.get(f"/calls/{CALL}").text
    assert "非常不满意" in lead.get(f"/agents/{AGENT}").text
    assert CALL in lead.get("/queue?state=all&satisfaction=very-dissatisfied").text
    assert CALL not in lead.get("/queue?state=all&satisfaction=satisfied").text
    fields = {"call_id": CALL, "kind": "take", "seen": "0", "group": "open"}
    assert lead.post("/callbacks", fields).status_code == 303
    assert lead.post("/callbacks", {**fields, "kind": "done"}).status_code in (400, 409, 422)
    done = {"kind": "done", "request": "r-9", "remark": "已致歉", "seen": 1}
    head = {"x-csrf-token": lead.csrf}
    for _ in range(2):  # sent twice
        answer = lead.http.post(f"/api/v1/calls/{CALL}/callback", json=done, headers=head)
        assert (answer.status_code, answer.json()["remark"]) == (200, "已致歉")
    assert lead.get("/api/v1/callbacks").json()["total"] == 0
    assert "已致歉" in lead.get("/callbacks?group=done").text
    other = client(UserRole.LEAD, team=OTHER_TEAM)
    assert other.get(f"/callbacks?call={CALL}").status_code == 404
    assert other.post("/callbacks", {**fields, "kind": "reopen", "seen": "2"}).status_code == 404
    assert agent.post("/callbacks", fields).status_code == 403
