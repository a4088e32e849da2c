"""Goals and notices in the room: the lead sets, the agent reads, and each sees their own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from pipeline.domain import Outcome, Scorecard, UserRole
from pipeline.settings import CoachingSettings
from pipeline.store import Store
from pipeline.store.coaching_tables import goals
from tests.inspections import finding
from tests.nights import night_call
from tests.nights import put as put_call
from tests.web.conftest import AGENT, OTHER_AGENT, OTHER_TEAM, TEAM, Browser, Client

DUE = (date.today() + timedelta(days=20)).isoformat()


def put(lead: Browser, **more: str) -> str:
    answer = lead.post("/coaching/goals", {"agent_id": AGENT, "criterion": "shirk", "due": DUE, **more})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_a_goal_from_plan_to_acknowledgement(
    lead: Browser, agent: Browser, client: Client, store: Store
) -> None:
    assert lead.get("/coaching").headers["location"] == "/coaching/plan"
    assert lead.get("/coaching/plan?month=2026-11").status_code == 200
    place = put(lead, call_id="O02", starts="0:25")
    page = agent.get(place)
    assert page.status_code == 200 and "/calls/O02/audio" in page.text
    for stranger in (
        client(UserRole.AGENT, agent_id=OTHER_AGENT, team=OTHER_TEAM),
        client(UserRole.LEAD, team=OTHER_TEAM),
        client(UserRole.REVIEWER),
    ):
        assert stranger.get(place).status_code == 404
        assert stranger.get(f"/api/v1{place.removeprefix('/coaching')}").status_code == 404
        assert stranger.get("/api/v1/goals").json() == []
        assert stranger.get("/api/v1/notices").json()["unread"] == 0
    assert lead.post(f"{place}/acknowledge").status_code == 404, "nobody says so for the agent"
    assert agent.post(f"{place}/step", {"kind": "reach"}).status_code == 403
    before = store.audit.entries(limit=1)[0].id
    listed = agent.get("/api/v1/notices").json()
    assert listed["unread"] == 1 and store.audit.entries(limit=1)[0].id == before
    assert "nav-count" in agent.get("/notices").text
    (line,) = listed["notices"]
    opened = agent.post(f"/notices/{line['notice']['id']}/open")
    assert opened.headers["location"] == place == line["link"]
    assert agent.get("/api/v1/notices").json()["unread"] == 0
    assert agent.post(f"{place}/acknowledge").status_code == 303
    (found,) = agent.get("/api/v1/goals").json()
    assert found["goal"]["state"] == "acknowledged"
    number = found["goal"]["id"]
    assert [one["notice"]["kind"] for one in lead.get("/api/v1/notices").json()["notices"]] == [
        "goal-acknowledged"
    ]
    token = {"X-CSRF-Token": lead.csrf}
    said = {"kind": "reach", "request": "r1"}
    for _ in range(2):
        answer = lead.http.post(f"/api/v1/goals/{number}/steps", json=said, headers=token)
        assert answer.json()["goal"]["state"] == "reached"
    assert lead.post(f"{place}/step", {"kind": "miss"}).status_code == 400


def test_the_plan_shows_every_goal_and_proposes_what_can_be_set(
    lead: Browser, supervisor: Browser, store: Store
) -> None:
    names = ("shirk", "dead-air", "of-an-old-sheet")
    for number in range(3):
        found = tuple(finding(one, Outcome.FAILED, points=-5.0) for one in names)
        made = night_call(
            f"P{number}",
            agent=(AGENT, "刘志远", TEAM if number else OTHER_TEAM),
            card=Scorecard(findings=found, score=85.0, passed=True, fatal=False, ledger=()),
            started=f"2026-11-2{number}T09:00:00+08:00",
        )
        put_call(store, made)

    def line(month: str) -> dict[str, Any]:
        plan = lead.get(f"/api/v1/coaching/plan?month={month}&team={TEAM}").json()
        return next(one for one in plan["lines"] if one["agent_id"] == AGENT)

    def proposed() -> list[str]:
        return sorted(one["criterion"] for one in line("2026-12")["proposals"])

    assert proposed() == ["dead-air", "shirk"], "the sheet has the third no more"
    address = f"/api/v1/coaching/plan?month=2026-12&team={TEAM}"
    whole = supervisor.get(address).json()["lines"]
    for one in next(each for each in whole if each["agent_id"] == AGENT)["proposals"]:
        listed = supervisor.get(one["calls"]).text
        there = {name for name in ("O02", "P0", "P1", "P2") if name in listed}
        assert len(there) == one["share"]["count"] == 3, "P0 is the other team's, and not counted"
    elsewhere = store.goals.set(AGENT, "dead-air", due=date.fromisoformat(DUE), by=None, request="e")
    with store._write() as connection:  # set before they came from the other team
        connection.execute(update(goals).where(goals.c.id == elsewhere.id).values(team=OTHER_TEAM))
    assert proposed() == ["shirk"] and line("2026-12")["goals"] == []
    assert not line("2026-12")["crowded"]
    put(lead)
    assert line("2026-12")["crowded"], "a third one takes a tick"
    (quiet,) = line("2027-06")["goals"]
    assert quiet["goal"]["criterion"] == "shirk", "also where they had no call for months"


def test_a_goal_of_an_item_that_the_sheet_dropped_says_so(lead: Browser, store: Store) -> None:
    said = "评分表里已经没有这一项"
    assert said not in lead.get(put(lead)).text
    card = Scorecard((finding("of-an-old-sheet"),), 100.0, True, False, ())
    put_call(store, night_call("OLD", agent=(AGENT, "刘志远", TEAM), card=card))
    old = lead.post("/coaching/goals", {"agent_id": AGENT, "criterion": "of-an-old-sheet", "due": DUE})
    assert said in lead.get(old.headers["location"]).text


def test_a_good_place_comes_from_the_library(lead: Browser, supervisor: Browser, store: Store) -> None:
    criterion = "greeting-missing"
    answer = lead.post("/coaching/goals", {"agent_id": AGENT, "criterion": criterion, "due": DUE})
    address = f"/api/v1/goals/{answer.headers['location'].rsplit('/', 1)[1]}"
    assert lead.get(address).json()["good"] == []
    supervisor.post("/exemplars", {"call_id": "O02", "title": "好"})
    assert lead.get(address).json()["good"] == [], "nobody has approved it"
    supervisor.post("/exemplars/approve", {"call_id": "O02"})
    (good,) = lead.get(address).json()["good"]
    assert good["call_id"] == "O02" and good["starts"] is not None


@pytest.mark.parametrize("allowed", [True, False])
def test_who_proposes_is_hidden_where_the_centre_allows_it(
    app: object, settings: object, client: Client, reviewer: Browser, store: Store, allowed: bool
) -> None:
    app.state.settings = settings.model_copy(update={"coaching": CoachingSettings(anonymous=allowed)})  # type: ignore[attr-defined]
    proposer = client(UserRole.REVIEWER, display_name="郑重其事")
    proposer.post("/exemplars", {"call_id": "O02", "title": "好", "anonymous": "1"})
    page = reviewer.get("/exemplars").text + reviewer.get("/exemplars?format=json").text
    assert ("郑重其事" in page) is not allowed
    row = next(one for one in store.audit.entries(limit=5) if one.action == "exemplar-nominate")
    assert row.user == proposer.user, "the log knows"
