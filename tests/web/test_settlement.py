"""The settlement of a month on screen and as a file, and lists that leave as files."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from pipeline.domain import UserRole, Verdict
from pipeline.reports.lists import LISTS
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.web.app import create_app
from tests.nights import bad_call, night_call, put
from tests.people import user
from tests.web.conftest import AGENT, OTHER_TEAM, TEAM, Browser, Client

MONTH = "2026-11"


@pytest.fixture
def confirmed(store: Store) -> None:
    """One error of the night is confirmed, the others are not."""
    store.decisions.decide(
        "O02", "attitude-impatient", Verdict.CONFIRMED, by=user(store, "ann"), request="c", seen=99
    )


def test_a_supervisor_sees_everybody(supervisor: Browser, confirmed: None) -> None:
    page = supervisor.get(f"/settlement?month={MONTH}").text
    assert "只计人工确认" in page and "待复核" in page  # what counts stands at the head
    assert page.index("各班组合格坐席") < page.index('id="by-agent"')  # charts before tables
    assert AGENT in page and f"/settlement/errors?month={MONTH}&amp;agent={AGENT}&amp;kind=minor" in page
    assert " style=" not in page and "质检合格率" in page and "通话达标率" in page
    twin = supervisor.get(f"/settlement?month={MONTH}&format=json").json()
    total = twin["view"]["total"]
    assert (total["non_critical"], total["amount"]) == (1, "100")
    assert total["calls"] == sum(line["row"]["calls"] for line in twin["view"]["lines"])


def test_every_figure_leads_to_its_calls(supervisor: Browser, confirmed: None) -> None:
    counted = supervisor.get(f"/settlement/errors?month={MONTH}&agent={AGENT}&kind=minor")
    assert counted.text.count("/calls/O02") == 1 and "不耐烦" in counted.text and "推诿" not in counted.text
    waiting = supervisor.get(f"/settlement/errors?month={MONTH}&agent={AGENT}&which=pending").text
    assert "推诿" in waiting and "不耐烦" not in waiting
    assert "没有这样的差错" in supervisor.get(f"/settlement/errors?month={MONTH}&severity=A").text


def test_complaints_stand_beside_the_amounts_where_the_table_prices_them(
    app: FastAPI, settings: Settings, supervisor: Browser, agent: Browser, confirmed: None, tmp_path: Path
) -> None:
    page = f"/settlement?month={MONTH}"
    assert "投诉责任" not in supervisor.get(page).text
    text = settings.settlement.read_text("utf-8")
    assert "# liability: {" in text
    ours = tmp_path / "ours.yaml"
    ours.write_text(text.replace("# liability: {", "liability: {"), "utf-8")
    app.state.settings = settings.model_copy(update={"settlement": ours})
    shown = supervisor.get(page).text
    assert "投诉责任（通）" in shown and "责任金额" in shown and "已办结的判定 0 通" in shown
    assert "judged=1" in shown  # inspected calls lead to those that were judged
    assert "责任金额" in agent.get(page).text and "/alerts?group=closed" not in agent.get(page).text
    book = supervisor.get(f"/api/v1/settlement?month={MONTH}&format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(book.content))["坐席结算"]
    assert "责任金额" in [cell.value for row in sheet.iter_rows(max_row=3) for cell in row]


def test_an_agent_sees_their_own_row(client: Client, agent: Browser, confirmed: None) -> None:
    twin = agent.get(f"/settlement?month={MONTH}&format=json").json()
    assert [line["row"]["agent_id"] for line in twin["view"]["lines"]] == [AGENT] and twin["alone"]
    assert (
        "班组"
        not in agent.get(f"/settlement?month={MONTH}&team={OTHER_TEAM}").text.split("<tbody>")[0][-900:]
    )
    rows = csv.DictReader(io.StringIO(agent.get(f"/api/v1/settlement?month={MONTH}&format=csv").text[1:]))
    assert [row["agent_id"] for row in rows] == [AGENT]
    assert client(UserRole.LEAD, team=TEAM).get("/settlement").status_code == 403
    other = client(UserRole.AGENT, agent_id="8999", team=OTHER_TEAM)
    assert "/calls/O02" not in other.get(f"/settlement/errors?month={MONTH}&agent={AGENT}").text


def test_files(supervisor: Browser, store: Store, confirmed: None) -> None:
    path = f"/api/v1/settlement?month={MONTH}&format="
    page = supervisor.get(path + "html").text
    assert "<script" not in page and "stylesheet" not in page and ".settlement-file" in page
    assert 'href="http://127.0.0.1/calls/O02"' in page
    told = json.loads(supervisor.get(path + "json").text)
    assert told["counts"] == ["confirmed"] and [one["call_id"] for one in told["findings"]] == ["O02"]
    assert told["total"]["amount"] == sum(one["amount"] for one in told["agents"]) == 100
    book = openpyxl.load_workbook(io.BytesIO(supervisor.get(path + "xlsx").content))
    assert book["计入的差错"]["A2"].hyperlink.target == "http://127.0.0.1/calls/O02"
    assert store.audit.entries(action="export")[0].subject == "settlement"


def test_a_month_without_calls_and_one_that_is_none(supervisor: Browser) -> None:
    assert "没有被检通话" in supervisor.get("/settlement?month=2020-01").text
    for month in ("x", "2026-13", "0000-01", "9999-12", ""):
        assert supervisor.get(f"/settlement?month={month}").status_code == 200, month


@pytest.mark.parametrize("month", ["x", "2026-13", "2026-1", "0000-01", "9999-12"])
def test_no_file_of_another_month_than_was_asked_for(supervisor: Browser, month: str) -> None:
    assert supervisor.get(f"/api/v1/settlement?month={month}").status_code == 422


def test_figures_of_a_team_lead_to_calls_of_that_team(supervisor: Browser, store: Store) -> None:
    """An agent who changed teams has calls in both."""
    card = bad_call().scorecard
    for call, team in (("T1", TEAM), ("T2", OTHER_TEAM), ("T3", None)):
        put(store, night_call(call, agent=("8777" if team else "8778", "甲", team), card=card))  # type: ignore[arg-type]
    for path in (f"/settlement?month={MONTH}&team={TEAM}", f"/settlement?month={MONTH}"):
        page = supervisor.get(path).text
        rows = [one for one in page.split("<tr>") if "甲" in one and "8777" in one]
        leads = re.findall('href="([^"]*agent=8777[^"]*)">([0-9]+)<', rows[0])
        assert len(rows) == 1 and len(leads) == 2
        for where, count in leads:
            assert supervisor.get(html.unescape(where)).text.count("<tr") - 1 == int(count), where
    line = next(one for one in page.split("<tr>") if "（无班组）" in one)
    assert "href" not in line


def test_a_team_with_a_long_name_can_be_opened(supervisor: Browser, store: Store) -> None:
    put(store, night_call("T1", agent=("8777", "甲", "组" * 300)))
    for path in ("/settlement", "/settlement/errors", "/api/v1/settlement"):
        answer = supervisor.get(path, params={"month": MONTH, "team": "组" * 300})
        assert answer.status_code == 200, path


def test_what_is_wrong_with_the_table_is_told(
    settings: Settings, store: Store, supervisor: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "settlement.yaml"
    text = Path("rubrics/settlement.yaml").read_text("utf-8")
    path.write_text(text.replace("penalty:", "penalti:"), "utf-8")
    http = TestClient(create_app(settings.model_copy(update={"settlement": path}), store))
    http.cookies = supervisor.http.cookies
    answer = http.get(f"/settlement?month={MONTH}", headers={"Host": "127.0.0.1"})
    assert answer.status_code == 400 and "settlement.yaml" in answer.text and "penalti" in answer.text


def listed(browser: Browser, name: str, **query: str) -> list[dict[str, Any]]:
    answer = browser.get(f"/api/v1/lists/{name}", params={"format": "jsonl", **query})
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_list_leaves_with_its_filters(client: Client, supervisor: Browser) -> None:
    every = listed(supervisor, "queue", state="all")
    some = listed(supervisor, "queue", state="all", team=TEAM)
    assert 0 < len(some) < len(every) and {one["team"] for one in some} == {TEAM}
    assert listed(supervisor, "queue", state="all", text="O02") == [
        one for one in every if one["call_id"] == "O02"
    ]
    lead = client(UserRole.LEAD, team=TEAM)
    assert listed(lead, "queue", state="all") == some == listed(lead, "queue", state="all", team=TEAM)
    assert listed(lead, "queue", state="all", team=OTHER_TEAM) == []
    page = supervisor.get(f"/queue?state=all&team={TEAM}&severity=B").text
    assert "/api/v1/lists/queue?format=xlsx&amp;state=all&amp;team=" in page and "severity=B" in page


def test_mine_are_mine(client: Client, store: Store) -> None:
    first, second = client(UserRole.REVIEWER), client(UserRole.REVIEWER)
    assert first.user is not None
    store.cases.claim("O02", first.user.id)
    assert [one["call_id"] for one in listed(first, "queue", state="mine")] == ["O02"]
    assert listed(second, "queue", state="mine") == []


@pytest.mark.parametrize("name", sorted(LISTS))
@pytest.mark.parametrize("format", ["xlsx", "csv", "jsonl", "parquet"])
def test_every_list_in_every_format(supervisor: Browser, store: Store, name: str, format: str) -> None:
    assert supervisor.user is not None
    store.coaching.nominate("O02", title="例", note="=1+1", by=None)
    answer = supervisor.get(f"/api/v1/lists/{name}", params={"format": format, "state": "all", "sample": "1"})
    assert answer.status_code == 200 or name == "sample-calls"
    if format == "xlsx" and answer.status_code == 200:
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
        heads = [cell.value for cell in sheet[1]]
        assert len(heads) == len(LISTS[name]) and all("\u4e00" <= head[0] <= "\u9fff" for head in heads)
        assert sheet.freeze_panes == "B2"


def test_who_may_not_take_lists_away(client: Client, agent: Browser, reviewer: Browser) -> None:
    assert agent.get("/api/v1/lists/appeals").status_code == 403
    assert "export-list" not in agent.get("/appeals").text
    lead = client(UserRole.LEAD, team=TEAM)
    assert lead.get("/api/v1/lists/samples").status_code == 403
    for path in (
        "/queue",
        "/agents",
        f"/agents/{AGENT}",
        "/appeals",
        "/samples",
        "/calibrations",
        "/exemplars",
    ):
        assert "export-list" in reviewer.get(path).text, path


def test_violations_leave_as_a_workbook(client: Client, store: Store) -> None:
    lead = client(UserRole.LEAD, team=TEAM)
    path = "/api/v1/exports/violations"
    answer = lead.get(path, params={"format": "xlsx"})
    counts = openpyxl.load_workbook(io.BytesIO(answer.content), data_only=True)["违规明细"]
    rows = list(counts.iter_rows(min_row=2, max_row=counts.max_row - 1, values_only=True))
    assert {row[2] for row in rows} == {TEAM}
    lines = lead.get(path).text.splitlines()
    assert counts.max_row - 2 == len(lines)
    plain = lead.get(path, params={"format": "csv"}).text
    assert plain.startswith("\ufeffagent_id,agent_name,team,criterion")
