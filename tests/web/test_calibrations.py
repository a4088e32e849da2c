"""Calibrations are blind until closed; notes and examples on their pages."""

from __future__ import annotations

from itertools import product

import pytest

from pipeline.domain.people import UserRole
from pipeline.store import Store
from pipeline.web.screens.coaching import seconds_of
from tests.nights import night_call, put
from tests.web.conftest import AGENT, OTHER_AGENT, OTHER_TEAM, Browser, Client


def opened(supervisor: Browser, *scorers: Browser, expert: Browser) -> str:
    ids = [str(one.user.id) for one in scorers if one.user]
    assert expert.user is not None
    form = {"title": "校准<1>", "calls": "O02\n\nO01\n", "scorers": ids, "expert": str(expert.user.id)}
    answer = supervisor.post("/calibrations", form)
    assert answer.status_code == 303
    return answer.headers["location"]


def scores(*outcomes: str) -> dict[str, str]:
    names = ["greeting-missing", "attitude-impatient", "shirk"]
    fields = {f"criterion-{n}": name for n, name in enumerate(names)}
    return fields | {f"outcome-{n}": outcome for n, outcome in enumerate(outcomes)}


def test_blind_until_closed(supervisor: Browser, reviewer: Browser, lead: Browser, store: Store) -> None:
    place = opened(supervisor, reviewer, lead, expert=supervisor)
    page = reviewer.get(place).text
    assert "校准&lt;1&gt;" in page and "结束打分</button>" not in page
    sheet = reviewer.get(f"{place}/calls/1").text
    assert "不耐烦/质问客户" in sheet and "/calls/O02/audio" in sheet and "坐席说了2处" not in sheet
    posted = reviewer.post(
        f"{place}/calls/1", {**scores("passed", "failed", "passed"), "comment-1": "语气重", "next": "1"}
    )
    assert posted.headers["location"] == f"{place}/calls/2"
    supervisor.post(f"{place}/calls/1", scores("passed", "passed", "passed"))
    assert "语气重" in reviewer.get(f"{place}/calls/1").text
    for somebody in (supervisor, lead):
        assert "语气重" not in somebody.get(place).text + somebody.get(f"{place}/calls/1").text
    assert reviewer.post(f"{place}/close").status_code == 400
    assert supervisor.post(f"{place}/close").status_code == 303
    page = lead.get(place).text
    assert "语气重" in page and "需要讨论的分歧" in page and "机器" in page
    assert reviewer.post(f"{place}/calls/1", scores("failed")).status_code == 400
    closed = reviewer.get(f"{place}/calls/1").text
    assert "disabled" in closed and "校准已结束，评分不能再改。" in closed


def test_who_is_not_invited_finds_nothing(supervisor: Browser, reviewer: Browser, client: Client) -> None:
    place = opened(supervisor, reviewer, expert=supervisor)
    stranger = client(UserRole.REVIEWER)
    assert place not in stranger.get("/calibrations").text
    for path in (place, f"{place}/calls/1"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"{place}/calls/1", scores("passed")).status_code == 404
    assert reviewer.get(f"{place}/calls/9").status_code == 404


def test_calls_and_people_that_are_not_there(lead: Browser, supervisor: Browser, client: Client) -> None:
    assert supervisor.user is not None and lead.user is not None
    form = {"title": "x", "calls": "NOWHERE", "scorers": [str(lead.user.id), str(supervisor.user.id)]}
    assert supervisor.post("/calibrations", form).status_code == 404
    assert supervisor.post("/calibrations", {**form, "calls": "O02", "expert": "999"}).status_code == 404
    outsider = client(UserRole.LEAD, team=OTHER_TEAM)
    assert outsider.post("/calibrations", {**form, "calls": "O02"}).status_code == 404
    alone = {"title": "x", "calls": "O02", "scorers": [str(lead.user.id)]}
    assert supervisor.post("/calibrations", alone).status_code == 400
    assert lead.get("/calibrations/new").status_code == 200


def test_a_note_reaches_its_agent(lead: Browser, agent: Browser, client: Client) -> None:
    form = {"agent_id": "8002", "text": "先<b>道歉", "call_id": "O02", "starts": "0:17.2"}
    assert lead.post("/coaching/notes", form).headers["location"] == "/coaching?agent=8002"
    page = agent.get("/coaching").text
    assert "先&lt;b&gt;道歉" in page and "t=17.2" in page and "我已阅读" in page
    assert agent.post("/coaching/notes/1/read", {"back": "//evil.example"}).headers["location"] == "/coaching"
    assert "已阅" in lead.get("/coaching?agent=8002").text
    stranger = client(UserRole.AGENT, agent_id=OTHER_AGENT)
    assert stranger.get("/coaching?agent=8002").status_code == 404
    assert stranger.post("/coaching/notes/1/read").status_code == 404
    assert client(UserRole.LEAD, team=OTHER_TEAM).post("/coaching/notes", form).status_code == 404


def test_a_note_on_a_call_is_read_by_those_who_see_the_call(
    lead: Browser, agent: Browser, supervisor: Browser, client: Client, store: Store
) -> None:
    """An agent who had calls in two teams: each team's people read what was said about its own."""
    lead.post("/coaching/notes", {"agent_id": AGENT, "text": "听听静音", "call_id": "O02"})
    put(store, night_call("T2", agent=(AGENT, "周", OTHER_TEAM)))
    others = [client(role, team=OTHER_TEAM) for role in (UserRole.LEAD, UserRole.REVIEWER)]
    others[0].post("/coaching/notes", {"agent_id": AGENT, "text": "听听二组", "call_id": "T2"})
    for address, headers in product(
        (f"/coaching?agent={AGENT}", f"/agents/{AGENT}"), ({}, {"accept": "application/json"})
    ):
        for own in (lead, agent, supervisor):
            assert "听听静音" in own.get(address, headers=headers).text
        for other in others:
            said = other.get(address, headers=headers).text
            assert "听听二组" in said and "听听静音" not in said and "O02" not in said
        assert "听听二组" not in lead.get(address, headers=headers).text
    assert others[0].get("/calls/O02").status_code == 404


def test_an_example_is_heard_by_all_once_approved(
    agent: Browser, supervisor: Browser, client: Client, store: Store
) -> None:
    stranger = client(UserRole.AGENT, agent_id=OTHER_AGENT)
    assert agent.post("/exemplars", {"call_id": "O02", "title": "好<例>"}).status_code == 303
    assert "好&lt;例&gt;" not in stranger.get("/exemplars").text
    assert "好&lt;例&gt;" in supervisor.get("/exemplars").text
    assert stranger.post("/exemplars", {"call_id": "O01", "title": "x"}).status_code == 404
    assert agent.post("/exemplars/approve", {"call_id": "O02"}).status_code == 403
    assert stranger.get("/calls/O02").status_code == 404
    assert supervisor.post("/exemplars/approve", {"call_id": "O02"}).status_code == 303
    assert "好&lt;例&gt;" in stranger.get("/exemplars").text
    assert stranger.get("/calls/O02").status_code == 200
    assert supervisor.post("/exemplars/withdraw", {"call_id": "O02"}).status_code == 303
    assert stranger.get("/calls/O02").status_code == 404


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("83.5", 83.5), ("1:23.5", 83.5), ("", None), ("x", None), ("-1", None), ("inf", None)],
)
def test_places_as_people_type_them(text: str, seconds: float | None) -> None:
    assert seconds_of(text) == seconds
