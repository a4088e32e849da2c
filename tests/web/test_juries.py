"""Agents judge calls of others blind: nothing tells whose it is or what was found, and no score moves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.domain import UserRole, Verdict
from pipeline.store import Store
from tests.nights import HEARD, heard_call, put, record
from tests.web.conftest import AGENT, TEAM, Browser, Client

JSON = {"Accept": "application/json"}
FORM = {"title": "十一月评审", "date_from": "2026-11-20", "date_to": "2026-11-21", "each": "5"}
FORM |= {"seed": "S33D"}


@pytest.fixture
def judge(client: Client) -> Browser:
    return client(UserRole.AGENT, team=TEAM, agent_id="8001", name="judge")


@pytest.fixture
def opened(store: Store, lead: Browser, judge: Browser, reviewer: Browser, tmp_path: Path) -> str:
    """A round over one call that can be heard, of which a reviewer has confirmed one finding and overturned
    another."""
    put(store, heard_call(record(tmp_path / "a.wav")))
    assert reviewer.user is not None and judge.user is not None
    for number, (criterion, verdict) in enumerate(
        {"shirk": Verdict.CONFIRMED, "attitude-impatient": Verdict.OVERTURNED}.items()
    ):
        store.decisions.decide(HEARD, criterion, verdict, by=reviewer.user.id, request=f"v{number}", seen=99)
    answer = lead.post("/juries", {**FORM, "judges": str(judge.user.id)})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def read(browser: Browser, path: str) -> str:
    """Page, twin and API together."""
    every = [browser.get(path), browser.get(path, headers=JSON), browser.get(f"/api/v1{path}")]
    assert [one.status_code for one in every] == [200, 200, 200]
    return "".join(one.text for one in every)


def criteria(browser: Browser, sheet: str) -> list[str]:
    return [line["criterion"] for line in browser.get(f"/api/v1{sheet}").json()]


def test_blind_heard_by_place_and_compared_when_closed(
    opened: str, judge: Browser, lead: Browser, agent: Browser, store: Store
) -> None:
    before = [(row.call.call_id, row.score, row.final) for row in store.calls.all()]
    sheet = f"{opened}/calls/1"
    told = read(judge, "/juries") + read(judge, opened) + read(judge, sheet)
    assert not {HEARD, AGENT, "刘志远", "S33D", "confirmed", "overturned"} & set(re.findall(r"[\w]+", told))
    assert {line["outcome"] for line in judge.get(f"/api/v1{sheet}").json()} == {None}
    sound = judge.get(f"{sheet}/audio", headers={"Range": "bytes=0-99"})
    assert (sound.status_code, len(sound.content)) == (206, 100)
    for path in (f"/calls/{HEARD}", f"/calls/{HEARD}/audio", f"/api/v1/calls/{HEARD}"):
        assert judge.get(path).status_code == 404
    # nobody else hears it: neither another agent nor whoever opened the round, by this way
    assert agent.get(opened).status_code == agent.get(sheet).status_code == 404
    assert agent.get(f"{sheet}/audio").status_code == 404 and lead.get(f"{sheet}/audio").status_code == 403

    names = criteria(judge, sheet)
    said = {name: {"outcome": "failed" if name == "shirk" else "not-applicable"} for name in names}
    for _ in range(2):
        answer = judge.http.post(f"/api/v1{sheet}", json=said, headers={"X-CSRF-Token": judge.csrf})
        assert answer.json()["judges"][0]["done"] == 1
    changed = {"shirk": {"outcome": "passed"}}
    again = judge.http.post(f"/api/v1{sheet}", json=changed, headers={"X-CSRF-Token": judge.csrf})
    assert again.status_code == 400  # a whole sheet stays as it is
    assert judge.post(f"{opened}/close").status_code == 403
    assert judge.get(f"/api/v1{opened}").json()["result"] is None
    assert lead.post(f"{opened}/close").status_code == 303

    whole = lead.get(f"/api/v1{opened}").json()["result"]
    assert judge.user is not None
    assert [(one["user"], one["same"]["count"], one["same"]["total"]) for one in whole["lines"]] == [
        (judge.user.id, 1, 2)
    ]
    assert [(one["criterion"], one["said"], one["reviewers"]) for one in whole["differences"]] == [
        ("attitude-impatient", "not-applicable", "passed")
    ]
    assert HEARD in lead.get(opened).text and "50.0" in lead.get(opened).text
    own = read(judge, opened)
    assert "50.0" in own and HEARD not in own and AGENT not in re.findall(r"\w+", own)
    assert judge.get(f"{sheet}/audio").status_code == 404
    assert [(row.call.call_id, row.score, row.final) for row in store.calls.all()] == before


def test_who_can_be_named_and_what_can_be_given(
    opened: str, lead: Browser, judge: Browser, agent: Browser, client: Client, supervisor: Browser
) -> None:
    assert agent.user is not None and judge.user is not None and lead.user is not None
    stranger = client(UserRole.AGENT, team="客服二组", agent_id="8999")
    assert stranger.user is not None
    for named in (stranger.user.id, lead.user.id):
        assert lead.post("/juries", {**FORM, "judges": str(named)}).status_code == 404
    own = lead.post("/juries", {**FORM, "judges": str(agent.user.id)})  # the reviewed calls are the agent's
    assert own.status_code == 400 and "评委自己" in own.text
    request = {**FORM, "judges": str(judge.user.id), "request": "twice"}
    first, second = (lead.post("/juries", request).headers["location"] for _ in range(2))
    assert first == second != opened
    another = client(UserRole.LEAD, team=TEAM)
    assert another.get(opened).status_code == 404 and supervisor.get(opened).status_code == 200
