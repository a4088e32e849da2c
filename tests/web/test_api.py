"""The JSON of the review room: what it says, what it takes, whom it tells."""

from __future__ import annotations

import csv
import io
import json
from typing import Any, get_args

from httpx import Response

from pipeline.domain import UserRole
from pipeline.domain.finding import Outcome
from pipeline.reports.kinds import KINDS
from pipeline.reports.writers import TABLES
from pipeline.store import Store
from pipeline.web.api.exports import MEDIA, Format, What
from tests.web.conftest import AGENT, OTHER_AGENT, OTHER_TEAM, TEAM, Browser, Client

DECISIONS = "/api/v1/calls/O02/decisions"


def say(browser: Browser, path: str = DECISIONS, csrf: str | None = None, **said: Any) -> Response:
    headers = {"X-CSRF-Token": browser.csrf if csrf is None else csrf}
    return browser.http.post(path, json=said, headers=headers)


def failed(store: Store) -> str:
    found = store.inspections.current("O02")
    assert found is not None
    assert found.scorecard is not None
    return next(f.criterion for f in found.scorecard.findings if f.outcome is Outcome.FAILED)


def test_a_call_is_read_decided_and_undone(store: Store, reviewer: Browser) -> None:
    me = reviewer.get("/api/v1/me").json()
    assert (me["role"], me["csrf"]) == ("reviewer", reviewer.csrf)
    whole = reviewer.get("/api/v1/calls/O02").json()
    assert whole["call"]["call_id"] == whole["case"]["call_id"] == "O02"
    assert whole["utterances"][0]["text"]
    criterion, seen = failed(store), whole["case"]["version"]
    said = {"kind": "verdict", "request": "r1", "criterion": criterion, "verdict": "confirmed", "seen": seen}
    first = say(reviewer, **said)
    assert first.status_code == 200
    assert say(reviewer, **said).json() == first.json(), "the same request counts once"
    (event,) = reviewer.get(DECISIONS).json()
    assert (event["kind"], event["verdict"], event["by"]) == ("verdict", "confirmed", me["id"])
    found = {f["criterion"]: f["review"] for f in reviewer.get("/api/v1/calls/O02/findings").json()}
    assert found[criterion] == "confirmed"
    undone = say(reviewer, kind="undo", request="r2", event=event["id"])
    assert undone.status_code == 200
    assert reviewer.get("/api/v1/calls/O02/verdicts").json() == {}


def test_the_second_of_two_is_told_who_was_first(store: Store, client: Client) -> None:
    ann, bob = client(UserRole.REVIEWER, name="ann"), client(UserRole.REVIEWER, name="bob")
    criterion = failed(store)
    case = store.cases.case("O02")
    assert case is not None
    said = {"kind": "verdict", "criterion": criterion, "seen": case.version}
    assert say(ann, **said, request="1", verdict="confirmed").status_code == 200
    answer = say(bob, **said, request="2", verdict="overturned")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "decided-meanwhile")
    assert "ann" in answer.json()["error"]["message"]
    assert ann.http.post("/api/v1/queue/O02/claim", headers={"X-CSRF-Token": ann.csrf}).status_code == 200
    answer = say(bob, kind="comment", request="3", comment="听过了")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "claimed")


def test_writes_need_the_token_and_sense(reviewer: Browser) -> None:
    assert say(reviewer, csrf="wrong", kind="finish", request="1").status_code == 403
    assert say(reviewer, kind="nonsense", request="1").status_code == 422
    assert say(reviewer, kind="finish", request="1", more=1).status_code == 422
    place = {"kind": "addition", "request": "1", "criterion": "x", "start": 2.0, "end": 1.0}
    assert say(reviewer, **place).json()["error"]["code"] == "outside"


def test_the_queue_gives_a_call_and_takes_it_back(store: Store, reviewer: Browser, lead: Browser) -> None:
    rows = reviewer.get("/api/v1/queue").json()["rows"]
    assert [row["priority"] for row in rows] == sorted((row["priority"] for row in rows), reverse=True)
    taken = say(reviewer, "/api/v1/queue/next").json()["call_id"]
    assert taken == rows[0]["call_id"]
    case = store.cases.case(taken)
    assert case is not None
    assert reviewer.user is not None
    assert case.claimed == reviewer.user.id
    assert say(reviewer, f"/api/v1/queue/{taken}/release").json()["claimed"] is None
    given = say(lead, "/api/v1/queue/assign", calls=["O02"], to=reviewer.user.id)
    assert given.json() == {"calls": 1}
    assert say(lead, "/api/v1/queue/assign", calls=["O02", "unknown"], to=None).status_code == 404


def test_exports_stay_within_the_scope(client: Client, reviewer: Browser) -> None:
    text = reviewer.get("/api/v1/exports/calls").text
    everything = [json.loads(line) for line in text.splitlines()]
    assert {one["team"] for one in everything} > {"客服一组"}
    lead = client(UserRole.LEAD, team="客服一组")
    own = [json.loads(line) for line in lead.get("/api/v1/exports/calls").text.splitlines()]
    assert {one["team"] for one in own} == {"客服一组"}
    assert lead.get("/api/v1/exports/calls", params={"team": OTHER_TEAM}).text == ""
    table = lead.get("/api/v1/exports/findings", params={"format": "csv"})
    assert table.headers["content-disposition"] == 'attachment; filename="findings.csv"'
    assert {row["call_id"] for row in csv.DictReader(io.StringIO(table.text.lstrip("\ufeff")))} <= {
        one["call_id"] for one in own
    }


def test_what_nobody_broke_is_exported_where_all_rows_are_wanted(client: Client) -> None:
    lead = client(UserRole.LEAD, team="客服一组")
    broken = lead.get("/api/v1/exports/violations").text.splitlines()
    every = lead.get("/api/v1/exports/violations", params={"all_rows": "true"}).text.splitlines()
    assert 0 < len(broken) < len(every) and set(broken) < set(every)
    assert all(json.loads(line)["violations"] for line in broken)


def test_exports_are_written_down(client: Client, store: Store, agent: Browser) -> None:
    lead = client(UserRole.LEAD, team="客服一组")
    lead.get("/api/v1/exports/calls", params={"format": "csv", "from": "2026-11-20", "flagged": "true"})
    assert agent.get("/api/v1/exports/calls").status_code == 403
    assert lead.get("/api/v1/exports/nothing").status_code == 422
    (row,) = store.audit.entries(action="export")
    assert (row.user, row.subject, row.address) == (lead.user, "calls", "testclient")
    told = {name: value for name, value in row.details.items() if value is not None}
    assert told == {"format": "csv", "team": "客服一组", "flagged": True, "date_from": "2026-11-20"}


def test_numbers_stay_within_the_scope(client: Client) -> None:
    agent, other = client(UserRole.AGENT), client(UserRole.AGENT, agent_id=OTHER_AGENT)
    assert [one["agent"]["agent_id"] for one in agent.get("/api/v1/agents").json()] == [AGENT]
    assert agent.get(f"/api/v1/agents/{AGENT}").json()["total"]["calls"] >= 1
    assert other.get(f"/api/v1/agents/{AGENT}").status_code == 404
    assert agent.get("/api/v1/overview").json()["summary"]["total"]["calls"] >= 1
    assert other.get("/api/v1/overview").json() == {"days": [], "summary": None}
    assert other.get("/api/v1/calls").json()["rows"] == []


def test_every_kind_and_format_can_be_asked_for() -> None:
    assert set(get_args(What)) == set(KINDS)
    assert set(get_args(Format)) == set(TABLES) == set(MEDIA)


def test_calls_are_given_to_reviewers_alone(client: Client) -> None:
    """The API refuses what the page refuses: an agent, and a reviewer of another team."""
    lead = client(UserRole.LEAD)
    nobodies = [client(UserRole.AGENT), client(UserRole.REVIEWER, team=OTHER_TEAM)]
    reviewer = client(UserRole.REVIEWER, team=TEAM)
    for browser, status in [*((one, 404) for one in nobodies), (reviewer, 200)]:
        assert browser.user is not None
        answer = lead.http.post(
            "/api/v1/queue/assign",
            json={"calls": ["O02"], "to": browser.user.id},
            headers={"X-CSRF-Token": lead.csrf},
        )
        assert answer.status_code == status, browser.user.role
        page = lead.post("/queue/assign", {"calls": "O02", "to": str(browser.user.id)})
        assert page.status_code == (303 if status == 200 else 404)
