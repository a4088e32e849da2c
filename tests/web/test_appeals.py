"""The appeals' screens: each role sees its own part of the way."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pipeline.domain.people import UserRole
from pipeline.domain.review import AppealState
from pipeline.store import Store
from tests.nights import put
from tests.web.conftest import OTHER_AGENT, OTHER_TEAM, Browser, Client

CALL, CRITERION = "O02", "shirk"


@pytest.fixture
def filed(agent: Browser) -> int:
    answer = agent.post("/appeals", {"call_id": CALL, "criterion": CRITERION, "reason": "我给了<b>电话</b>"})
    assert answer.status_code == 303
    return int(answer.headers["location"].rpartition("/")[2])


def step(browser: Browser, appeal: int, name: str, **fields: object) -> int:
    seen = re.search(r'name="seen" value="(\d+)"', browser.get(f"/appeals/{appeal}").text)
    given = {"seen": seen[1] if seen else "1", **fields}
    return browser.post(f"/appeals/{appeal}/{name}", given).status_code


def test_from_the_call_to_the_decision(
    agent: Browser, lead: Browser, reviewer: Browser, supervisor: Browser, filed: int, store: Store
) -> None:
    assert "推诿" in agent.get(f"/appeals/new?call={CALL}&criterion={CRITERION}").text
    assert "&lt;b&gt;电话" in lead.get(f"/appeals/{filed}").text
    assert "等您处理" in lead.get("/appeals").text and "等您处理" not in reviewer.get("/appeals").text
    assert step(lead, filed, "accept", comment="可以") == 303
    assert step(lead, filed, "opinion", opinion="uphold", comment="给了电话") == 303
    page = reviewer.get(f"/appeals/{filed}").text
    assert "给了电话" not in page and "您给出意见后才能看到别人的意见" in page
    assert step(reviewer, filed, "opinion", opinion="reject", comment="没有给") == 303
    assert "给了电话" in reviewer.get(f"/appeals/{filed}").text
    assert "没有给" not in agent.get(f"/appeals/{filed}").text
    assert step(supervisor, filed, "opinion", opinion="uphold", comment="给了") == 303
    assert step(supervisor, filed, "decide", opinion="uphold", comment="撤销扣分") == 303
    page = agent.get(f"/appeals/{filed}").text
    assert "申诉成立，扣分已撤销。" in page and "没有给" in page
    assert store.decisions.verdicts(CALL)[CRITERION].verdict == "overturned"
    assert "100%" in supervisor.get("/appeals?group=decided").text


def test_who_finds_what(client: Client, filed: int) -> None:
    for role, facts in ((UserRole.AGENT, {"agent_id": OTHER_AGENT}), (UserRole.LEAD, {"team": OTHER_TEAM})):
        stranger = client(role, **facts)
        assert stranger.get(f"/appeals/{filed}").status_code == 404
        assert f"/appeals/{filed}" not in stranger.get("/appeals").text
        assert stranger.post(f"/appeals/{filed}/comment", {"comment": "x"}).status_code == 404
    assert client(UserRole.AGENT, agent_id=OTHER_AGENT).get(f"/appeals/new?call={CALL}").status_code == 404


def test_the_second_one_is_told(lead: Browser, supervisor: Browser, filed: int) -> None:
    assert lead.post(f"/appeals/{filed}/accept", {"seen": "1"}).status_code == 303
    late = supervisor.post(f"/appeals/{filed}/return", {"seen": "1", "comment": "不"})
    assert late.status_code == 409
    assert lead.user is not None and lead.user.display_name in late.text


def test_a_double_click_is_one_click(lead: Browser, filed: int, store: Store) -> None:
    for _ in range(2):
        answer = lead.post(f"/appeals/{filed}/accept", {"seen": "1", "request": "the-same"})
        assert answer.status_code == 303
    assert [e.kind for e in store.appeals.appeal(filed).events] == ["file", "accept"]


def test_what_is_wrong_is_said(agent: Browser, lead: Browser, filed: int, store: Store) -> None:
    again = agent.post("/appeals", {"call_id": CALL, "criterion": CRITERION, "reason": "再"})
    assert again.status_code == 400 and f"#{filed}" in again.text
    good = agent.post("/appeals", {"call_id": CALL, "criterion": "greeting-missing", "reason": "x"})
    assert good.status_code == 400
    assert lead.post(f"/appeals/{filed}/return", {"seen": "1"}).status_code == 400
    assert store.appeals.appeal(filed).state is AppealState.FILED


def test_no_address_breaks(supervisor: Browser, filed: int) -> None:
    assert supervisor.get(f"/appeals/{2**70}").status_code == 422
    assert supervisor.get("/appeals/99").status_code == 404
    assert supervisor.get("/appeals?group=no-such-group").status_code == 200


def test_json_hides_what_the_page_hides(
    agent: Browser, lead: Browser, reviewer: Browser, filed: int, client: Client
) -> None:
    step(lead, filed, "accept")
    step(lead, filed, "opinion", opinion="uphold", comment="给了电话")
    (seen,) = reviewer.get("/api/v1/appeals").json()
    assert (seen["state"], seen["events"][-1]["kind"]) == ("accepted", "opinion")
    assert seen["events"][-1]["opinion"] is None and seen["events"][-1]["comment"] == ""
    assert lead.get("/api/v1/appeals").json()[0]["events"][-1]["opinion"] == "uphold"
    assert client(UserRole.AGENT, agent_id=OTHER_AGENT).get("/api/v1/appeals").json() == []


def test_an_agent_reads_what_was_decided_and_why_but_not_by_whom(
    client: Client, agent: Browser, store: Store
) -> None:
    secret = "郑重其事"
    reviewer, lead, supervisor = (
        client(role, display_name=f"{secret}{role}")
        for role in (UserRole.REVIEWER, UserRole.LEAD, UserRole.SUPERVISOR)
    )
    other = client(UserRole.REVIEWER, display_name=f"{secret}二")
    case = store.cases.case(CALL)
    assert case is not None
    said = {"criterion": CRITERION, "verdict": "confirmed", "seen": case.version}
    assert other.htmx(f"/calls/{CALL}/verdicts", said).status_code == 200
    answer = agent.post("/appeals", {"call_id": CALL, "criterion": CRITERION, "reason": "给了"})
    filed = int(answer.headers["location"].rpartition("/")[2])
    assert step(lead, filed, "accept") == 303
    for browser in (lead, reviewer, supervisor):
        assert step(browser, filed, "opinion", opinion="reject", comment="没有给电话") == 303
    assert step(supervisor, filed, "decide", opinion="reject", comment="维持原判") == 303
    store.coaching.nominate(CALL, title="例", note="", by=None)
    store.coaching.approve(CALL, by=supervisor.user.id if supervisor.user else None)

    new = f"/appeals/new?call={CALL}&criterion={CRITERION}"
    addresses = [f"/appeals/{filed}", "/appeals?group=all", new, "/exemplars", "/api/v1/appeals"]
    for address in addresses:
        for kind in ("text/html", "application/json"):
            answer = agent.get(address, headers={"Accept": kind})
            assert answer.status_code == 200 and secret not in answer.text, (address, kind)
    page = agent.get(f"/appeals/{filed}").text
    assert "维持原判" in page and "没有给电话" in page and "命令行" not in page
    assert secret in supervisor.get(f"/appeals/{filed}").text, "it is looked for where it is"
    late = agent.post(f"/appeals/{filed}/withdraw", {"seen": 1})
    assert late.status_code == 409 and "有人" in late.text and secret not in late.text
    own = {None, agent.user.id if agent.user else None}
    twin = agent.get(f"/appeals/{filed}?format=json").json()["appeal"]
    for appeal in (twin, *agent.get("/api/v1/appeals").json()):
        assert appeal["reviewer"] is None and {event["by"] for event in appeal["events"]} == own
        assert appeal["standing"]["excluded"] == appeal["standing"]["heard"] == []


def test_an_appeal_goes_with_the_call_when_the_list_corrects_the_agent(
    client: Client, agent: Browser, lead: Browser, filed: int, store: Store
) -> None:
    now = store.inspections.current("O02")
    assert now is not None
    call = replace(now.recording.call, agent_id=OTHER_AGENT, team=OTHER_TEAM)
    put(store, replace(now, recording=replace(now.recording, call=call)))
    address = f"/appeals/{filed}"
    for old in (agent, lead):
        assert [old.get(place).status_code for place in ("/calls/O02", address)] == [404, 404]
        assert f'href="{address}"' not in old.get("/appeals?group=all").text
    assert lead.post(f"{address}/accept", {"seen": "1"}).status_code == 404
    other = client(UserRole.AGENT, team=OTHER_TEAM, agent_id=OTHER_AGENT)
    assert "话单更正了坐席" in other.get(address).text
    form = {"call_id": "O02", "criterion": "shirk", "reason": "没有推诿"}
    made = other.post("/appeals", form)
    assert made.status_code == 303 and made.headers["location"] != address


def test_english(supervisor: Browser, filed: int) -> None:
    supervisor.post("/preferences", {"lang": "en", "next": "/appeals"})
    assert "waits for the lead" in supervisor.get("/appeals").text


def test_the_rates_by_criterion_are_in_the_language_of_the_reader(
    supervisor: Browser, filed: int, store: Store
) -> None:
    title = store.appeals.appeal(filed).title
    assert step(supervisor, filed, "accept") == 303
    assert step(supervisor, filed, "decide", opinion="uphold", comment="x", without_panel="true") == 303
    assert f'<th scope="row">{title}</th>' in supervisor.get("/appeals").text
    supervisor.post("/preferences", {"lang": "en", "next": "/appeals"})
    page = supervisor.get("/appeals").text
    assert f'<th scope="row">{title}</th>' not in page


def test_the_twin_gives_no_score_of_the_machine_as_that_of_the_call(supervisor: Browser, filed: int) -> None:
    twin = supervisor.get(f"/appeals/{filed}?format=json").json()
    assert set(twin["inspection"]) == {"call_id", "duration", "audio_sha256"}


def test_an_agent_does_not_read_who_appealed_for_them(agent: Browser, client: Client) -> None:
    secret = "郑重其事"
    supervisor = client(UserRole.SUPERVISOR, display_name=secret)
    answer = supervisor.post("/appeals", {"call_id": CALL, "criterion": CRITERION, "reason": "代坐席提出"})
    assert answer.status_code == 303
    place = answer.headers["location"]
    for address in (place, f"{place}?format=json", "/appeals?format=json", "/appeals"):
        assert agent.get(address).status_code == 200
        assert secret not in agent.get(address).text
    assert secret in supervisor.get(f"{place}?format=json").text
