"""Alerts on pages and as JSON: the list, the steps, who may take them, the report, and what an agent sees."""

from __future__ import annotations

import base64
import csv
import io
import re
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from pipeline.domain import UserRole
from pipeline.review.alert_rules import NewStep
from pipeline.review.alerts import Alert, AlertState, AlertStep, Analysis, Degree, Liability
from pipeline.store import Store
from tests.nights import HEARD, heard_call, put, record
from tests.web.conftest import OTHER_AGENT, OTHER_TEAM, Browser, Client

CALL = "O02"


def alert(store: Store) -> Alert:
    (found,) = store.alerts.of_call(CALL)
    return found


def press(browser: Browser, step: str, store: Store, **fields: str) -> int:
    found = alert(store)
    return browser.post(f"/alerts/{found.id}/{step}", {"seen": str(found.version), **fields}).status_code


def closed(store: Store, **said: object) -> Alert:
    """By the shell."""
    steps = (
        NewStep(AlertStep.REPORT, reported_to="值班经理"),
        NewStep(AlertStep.LIABILITY, liability=Liability.MEDIUM),
        NewStep(AlertStep.ANALYSE, analysis=Analysis("没有说明时间", "先致歉", "写明日期")),
        NewStep(AlertStep.CLOSE, "已回访"),
    )
    for number, step in enumerate(steps):
        store.alerts.step(alert(store).id, step, by=None, request=f"shell-{number}")
    return alert(store)


def test_the_whole_way_by_forms(store: Store, reviewer: Browser, lead: Browser, agent: Browser) -> None:
    page = reviewer.get("/alerts").text
    assert "扬言投诉" in page and "我要投诉" in page and "待认领" in page
    taken = reviewer.post("/alerts/1/take", {"seen": "1", "back": "call"})
    assert (taken.status_code, taken.headers["location"]) == (303, f"/calls/{CALL}#alerts")
    clock = alert(store).due_at.tzinfo
    at = (datetime.now(clock) - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M")
    assert press(reviewer, "report", store, to="值班经理", at=at) == 303
    report = alert(store).standing.report
    assert report is not None and report.at.astimezone(clock).strftime("%Y-%m-%dT%H:%M") == at
    assert at.replace("T", " ") in reviewer.get("/alerts/1").text, "by the clock of the call"
    assert press(reviewer, "liability", store, liability="grave") == 403
    assert press(lead, "liability", store, liability="light") == 303
    assert press(lead, "degree", store, degree="will", comment="语气坚决") == 303
    assert press(reviewer, "analysis", store, cause="没说时间") == 303
    assert "没说时间" in reviewer.get("/alerts/1").text
    assert "投诉责任" not in agent.get("/agents/8002").text
    assert press(reviewer, "close", store, comment="已回访") == 303
    found = alert(store)
    assert (found.state, found.degree, found.standing.liability) == (
        AlertState.CLOSED,
        Degree.WILL,
        Liability.LIGHT,
    )
    own = agent.get("/agents/8002").text
    assert "投诉责任" in own and "轻责" in own and "值班经理" not in own and "已回访" not in own
    twin = agent.get("/agents/8002", headers={"accept": "application/json"}).json()
    assert [set(one) for one in twin["liabilities"]] == [{"call_id", "started_at", "code", "liability"}]
    assert press(lead, "undo", store) == 400
    assert press(reviewer, "undo", store) == 303
    assert alert(store).state is AlertState.REPORTED
    assert press(reviewer, "comment", store, comment="再核实") == 303
    assert press(reviewer, "overturn", store, comment="是玩笑") == 303
    assert "是玩笑" in reviewer.get("/alerts/1").text


def test_who_is_second_is_told_by_name(store: Store, reviewer: Browser, client: Client) -> None:
    other = client(UserRole.REVIEWER, name="second")
    assert press(reviewer, "take", store) == 303
    answer = other.post("/alerts/1/take", {"seen": "1"})
    assert reviewer.user is not None
    assert answer.status_code == 409 and reviewer.user.display_name in answer.text
    assert alert(store).standing.owner == reviewer.user.id
    same = {"seen": "1", "request": "one-press"}
    assert [reviewer.post("/alerts/1/comment", {**same, "comment": "x"}).status_code for _ in range(2)] == [
        303,
        303,
    ]
    assert len(alert(store).events) == 2


def test_an_alert_of_another_team_is_none(client: Client) -> None:
    stranger = client(UserRole.LEAD, team=OTHER_TEAM, agent_id=OTHER_AGENT)
    answers = [
        stranger.get("/alerts/1"),
        stranger.post("/alerts/1/take", {"seen": "1"}),
        stranger.get("/alerts/99"),
    ]
    assert [one.status_code for one in answers] == [404, 404, 404]
    assert "扬言投诉" not in stranger.get("/alerts?group=all").text
    assert stranger.get("/api/v1/alerts?group=all").json()["total"] == 0


def test_a_call_still_to_be_scored_blind_is_in_no_list(busy: Store, client: Client) -> None:
    scorer = client(UserRole.REVIEWER, name="blind")
    assert scorer.user is not None
    busy.calibrations.open(
        "校", call_ids=[CALL], scorers=[scorer.user.id, 1], expert=None, by=1, request="c9"
    )
    assert scorer.get("/alerts/1").status_code == 403
    assert scorer.post("/alerts/1/take", {"seen": "1"}).status_code == 403
    assert scorer.get("/api/v1/alerts").json() == {"total": 0, "alerts": []}
    assert "我要投诉" not in scorer.get("/").text


def test_the_first_screen_has_what_stands_open(store: Store, reviewer: Browser, agent: Browser) -> None:
    assert 'href="/alerts/1"' in reviewer.get("/").text
    assert 'href="/alerts' not in agent.get("/").text
    closed(store)
    assert 'href="/alerts/1"' not in reviewer.get("/").text


def test_the_call_shows_its_alerts_with_the_seconds(store: Store, reviewer: Browser, agent: Browser) -> None:
    page = reviewer.get(f"/calls/{CALL}").text
    assert 'id="alerts"' in page and 'data-play="23.40"' in page and 'data-key="t"' in page
    twin = reviewer.get(f"/calls/{CALL}", headers={"accept": "application/json"}).json()
    assert [line["alert"]["code"] for line in twin["alerts"]["lines"]] == ["esc-complaint"]
    own = agent.get(f"/calls/{CALL}")
    assert 'id="alerts"' not in own.text and 'action="/alerts' not in own.text
    assert agent.get(f"/calls/{CALL}", headers={"accept": "application/json"}).json()["alerts"]["lines"] == []


def test_a_person_adds_what_the_machine_missed(store: Store, reviewer: Browser) -> None:
    fields = {
        "call_id": CALL,
        "code": "esc-media",
        "start": "5",
        "end": "7",
        "degree": "will",
        "quote": "找记者",
    }
    answer = reviewer.post("/alerts", fields)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/calls/{CALL}#alerts")
    made = next(one for one in store.alerts.of_call(CALL) if one.code == "esc-media")
    assert (made.degree, made.by_machine) == (Degree.WILL, False)
    wrong = ({"code": "greeting"}, {"code": "esc-media"}, {"start": "9"}, {"call_id": "NONE"})
    assert [reviewer.post("/alerts", {**fields, **one}).status_code for one in wrong] == [404, 400, 400, 404]


def test_steps_as_json(store: Store, reviewer: Browser, supervisor: Browser) -> None:
    def step(browser: Browser, **what: object) -> tuple[int, dict[str, object]]:
        answer = browser.http.post(
            "/api/v1/alerts/1/steps", json=what, headers={"x-csrf-token": browser.csrf}
        )
        return answer.status_code, answer.json()

    status, found = step(reviewer, kind="take", request="a", seen=1)
    assert (status, found["state"]) == (200, "taken") and "report" in found["steps"]  # type: ignore[operator]
    assert step(supervisor, kind="take", request="b", seen=1)[0] == 409
    assert step(reviewer, kind="raise", request="c")[0] == 400
    at = datetime.now(UTC).isoformat()
    assert (
        step(reviewer, kind="report", request="d", reported_to="主管", reported_at=at)[1]["state"]
        == "reported"
    )
    assert step(reviewer, kind="report", request="d", reported_to="主管", reported_at=at)[0] == 200
    assert (
        step(reviewer, kind="liability", request="e", liability="none")[1]["error"]["code"] == "alert-judge"
    )  # type: ignore[index]
    assert step(supervisor, kind="liability", request="f", liability="none")[0] == 200
    listed = supervisor.get("/api/v1/alerts?group=judge").json()
    assert listed["total"] == 0
    one = supervisor.get("/api/v1/alerts/1").json()
    assert [event["kind"] for event in one["alert"]["events"]] == ["take", "report", "liability"]
    new = {"request": "g", "code": "esc-media", "start": 5, "end": 7}
    made = reviewer.http.post(
        f"/api/v1/calls/{CALL}/alerts", json=new, headers={"x-csrf-token": reviewer.csrf}
    )
    assert (made.status_code, made.json()["title"], made.json()["found_by"]) == (
        200,
        "媒体曝光",
        reviewer.user.display_name,
    )  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "query", ["", "?group=x&degree=y&liability=z&from=never&offset=3", "?group=closed&team=无"]
)
def test_any_filter_has_an_answer(reviewer: Browser, query: str) -> None:
    assert reviewer.get(f"/alerts{query}").status_code == 200


def test_the_report_is_one_file_with_its_sound(store: Store, reviewer: Browser, tmp_path: Path) -> None:
    """What has no sound any more is told without it."""
    closed(store)
    put(store, heard_call(record(tmp_path / "heard.wav")))
    page = reviewer.get("/alerts/report?from=2026-11-20&to=2026-11-20").text
    assert "没有说明时间" in page and "中责" in page and "共 <" not in page
    file = reviewer.get("/alerts/report/file?from=2026-11-20")
    assert file.headers["content-disposition"] == 'attachment; filename="complaints-2026-11-20.html"'
    assert not re.findall(r"<script|<link|href=|src=\"(?!data:)", file.text)
    (sound,) = re.findall(r"data:audio/wav;base64,([A-Za-z0-9+/=]+)", file.text)
    (heard,) = store.alerts.of_call(HEARD)
    assert heard.place is not None
    with wave.open(io.BytesIO(base64.b64decode(sound))) as clip:
        assert clip.getnchannels() == 1
        assert clip.getnframes() / clip.getframerate() == pytest.approx(
            heard.place.span.duration + 4, abs=0.01
        )
    log = store.audit.entries(limit=1)[0]
    assert (log.action, log.subject) == ("export", "complaint-report")
    assert "没有说明时间" not in reviewer.get("/alerts/report?from=2026-11-21").text


def test_what_was_no_escalation_is_in_no_report(store: Store, reviewer: Browser) -> None:
    store.alerts.step(1, NewStep(AlertStep.OVERTURN, "是玩笑"), by=None, request="x")
    twin = reviewer.get("/alerts/report?format=json").json()
    assert (twin["figures"]["total"], twin["cases"]) == (0, [])


def test_alerts_leave_as_tables(store: Store, reviewer: Browser) -> None:
    closed(store)
    text = reviewer.get("/api/v1/exports/alerts?format=csv").content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["call_id"], row["code"], row["title"]) == (CALL, "esc-complaint", "扬言投诉")
    assert (row["degree"], row["liability"], row["cause"]) == ("speaks", "medium", "没有说明时间")
    assert (row["state"], row["quote"], row["start"], row["end"]) == ("closed", "我要投诉", "23.4", "24.6")
    book = load_workbook(io.BytesIO(reviewer.get("/api/v1/exports/alerts?format=xlsx").content))
    assert [cell.value for cell in book.active[1]] == list(row)  # type: ignore[index]
