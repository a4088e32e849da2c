"""The numbers in the top bar: what waits for whoever looks."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from pipeline.web.topbar import MOST_CACHED, WaitingCounts
from tests.web.conftest import Browser


def shown(browser: Browser, path: str = "/account") -> dict[str, str]:
    """Place -> number."""
    html = browser.get(path).text
    nav = html[html.index("<nav") : html.index("</nav>")]
    return dict(
        re.findall(r'<a href="([^"]+)"[^>]*>[^<]+<span class="nav-count[^>]*><span[^>]*>([^<]+)</span>', nav)
    )


ALERT = {"/alerts": "1"}
"""The customer of O02 threatens to complain, and nobody has taken that."""


def test_an_appeal_waits_for_one_after_the_other(agent: Browser, lead: Browser, supervisor: Browser) -> None:
    assert shown(lead) == ALERT
    made = agent.post("/appeals", {"call_id": "O02", "criterion": "shirk", "reason": "按流程转接"}).headers[
        "location"
    ]
    assert shown(agent) == {}, "an agent only waits"
    assert shown(supervisor) == ALERT
    lead.post(f"{made}/comment", {"comment": "收到"})  # whatever somebody does, theirs is counted anew
    assert shown(lead) == {**ALERT, "/appeals": "1"}
    assert "1 件等您处理" in lead.get("/").text
    assert lead.post(f"{made}/accept", {"seen": "2"}).status_code == 303
    assert lead.post(f"{made}/opinion", {"opinion": "reject", "comment": "听过了"}).status_code == 303
    assert shown(lead) == ALERT
    assert lead.post("/alerts/1/take", {"seen": "1"}).status_code == 303
    assert shown(lead) == ALERT, "to be reported"
    assert lead.post("/alerts/1/report", {"seen": "2", "to": "值班经理"}).status_code == 303
    assert lead.post("/alerts/1/overturn", {"seen": "3", "comment": "玩笑"}).status_code == 303
    assert shown(lead) == {}


def test_counts_are_cached_a_moment_and_counted_anew_after_a_write() -> None:
    counts, counted = WaitingCounts(seconds=60), list[int]()

    def count() -> Mapping[str, int]:
        counted.append(1)
        return {"/queue": len(counted)}

    assert [counts.of(1, count)["/queue"] for _ in range(3)] == [1, 1, 1]
    assert counts.of(2, count)["/queue"] == 2, "each has their own"
    counts.forget(1)
    assert counts.of(1, count)["/queue"] == 3
    assert WaitingCounts(seconds=-1).of(1, count) != WaitingCounts(seconds=-1).of(1, count)


@pytest.mark.parametrize("people", [MOST_CACHED + 5])
def test_not_everybody_is_remembered_for_ever(people: int) -> None:
    counts = WaitingCounts(seconds=60)
    for user in range(people):
        counts.of(user, dict)
    assert len(counts._cache) <= MOST_CACHED
