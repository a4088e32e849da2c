"""Agents: side by side, and one over the weeks."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from pipeline.domain import Transcript, UserRole, Verdict
from pipeline.store import Store
from tests.nights import good_call, night_call, put
from tests.web.conftest import AGENT, OTHER_AGENT, OTHER_TEAM, Browser, Client


def test_the_list_is_no_ranking(supervisor: Browser) -> None:
    page = supervisor.get("/agents").text
    order = re.findall(r'class="row-link" href="/agents/(\w+)"', page)
    assert order == sorted(order) and AGENT in order


def test_an_agent_has_trends_and_findings(supervisor: Browser) -> None:
    page = supervisor.get(f"/agents/{AGENT}").text
    assert "推诿" in page and "刘志远" in page
    found = re.search(r'<script type="application/json" id="trend">(.*?)</script>', page, re.S)
    assert found is not None
    trend = json.loads(found[1])
    assert trend["weeks"] == ["2026-11-16"]
    assert trend["score"]["own"] == [75.0]
    assert trend["rate"]["own"] == [100.0]
    assert " style=" not in page


def test_of_few_calls_one_list_is_shown(supervisor: Browser, store: Store) -> None:
    page = supervisor.get(f"/agents/{AGENT}").text
    assert "得分从高到低" in page and "得分最高" not in page and "得分最低" not in page
    for number in range(6):
        call = replace(night_call(f"G{number}", card=good_call().scorecard), transcript=Transcript(()))
        facts = replace(call.recording.call, agent_id=AGENT)
        put(store, replace(call, recording=replace(call.recording, call=facts)))
    page = supervisor.get(f"/agents/{AGENT}").text
    assert "得分从高到低" not in page and "得分最高" in page and "得分最低" in page


def test_another_period(supervisor: Browser) -> None:
    page = supervisor.get(f"/agents/{AGENT}?from=2026-01-01&to=2026-01-31")
    assert page.status_code == 200 and "推诿" not in page.text
    assert supervisor.get(f"/agents/{AGENT}?to=9999-12-31&from=x").status_code == 200


def test_agents_see_themselves_alone(client: Client, agent: Browser) -> None:
    answer = agent.get("/agents")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/agents/{AGENT}")
    assert agent.get(f"/agents/{AGENT}").status_code == 200
    other = client(UserRole.AGENT, agent_id=OTHER_AGENT, team=OTHER_TEAM)
    assert other.get(f"/agents/{AGENT}").status_code == 404
    assert client(UserRole.LEAD, team=OTHER_TEAM).get(f"/agents/{AGENT}").status_code == 404


def test_an_agent_that_is_none(supervisor: Browser) -> None:
    assert supervisor.get("/agents/nobody").status_code == 404


def test_counts_by_criterion_have_peoples_verdicts_in_them(
    supervisor: Browser, store: Store, reviewer: Browser
) -> None:
    def shirk() -> dict[str, Any] | None:
        rows = supervisor.get(f"/agents/{AGENT}?format=json").json()["criteria"]
        return next((row for row in rows if row["count"]["criterion"] == "shirk"), None)

    before = shirk()
    assert before is not None and before["calls"] >= 1
    assert reviewer.user is not None
    call = next(c for c in store.calls.all() if c.call.agent_id == AGENT and c.call.call_id == "O02")
    store.decisions.decide(
        call.call.call_id, "shirk", Verdict.OVERTURNED, by=reviewer.user.id, request="a", seen=99
    )
    store.decisions.decide(
        call.call.call_id, "shirk", Verdict.OVERTURNED, by=supervisor.user.id, request="b", seen=99
    )
    after = shirk()
    assert after is not None
    assert after["count"]["calls_with_violation"] == before["count"]["calls_with_violation"], "the machine's"
    assert after["count"]["overturned"] == before["count"]["overturned"] + 1
    assert after["calls"] == before["calls"] - 1
    assert after["eligible"] == before["eligible"]


def test_who_has_no_calls_yet_finds_an_empty_page(client: Client) -> None:
    newcomer = client(UserRole.AGENT, agent_id="7777")
    own = newcomer.get(newcomer.get("/agents").headers["location"])
    assert own.status_code == 200 and "这里还没有内容" in own.text
    assert newcomer.get("/agents/7778").status_code == 404
