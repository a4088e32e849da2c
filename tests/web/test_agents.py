"""Agents: side by side, and one over the weeks."""

from __future__ import annotations

import json
import re

from pipeline.domain import UserRole
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
