"""The queue: filters in the address, taking and giving calls, saved filters."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

from pipeline.domain import Status, UserRole
from pipeline.messages import Message
from pipeline.store import Store
from tests.nights import bad_call, night_call, put
from tests.web.conftest import OTHER_TEAM, TEAM, Browser, Client


def shows(browser: Browser, query: str) -> set[str]:
    page = browser.get(f"/queue{query}").text
    return {call for call in ("O01", "O02", "O03", "O04") if f'title="{call}"' in page}


def test_filters(supervisor: Browser) -> None:
    for query, expected in (
        ("", {"O02"}),
        ("?state=all", {"O01", "O02", "O03", "O04"}),
        ("?state=done", set()),
        ("?state=all&team=客服一组&from=2026-11-20&to=2026-11-20", {"O01", "O02"}),
        ("?state=all&agent=8002", {"O02"}),
        ("?state=all&agent=刘志", {"O02"}),
        ("?state=all&text=O02", {"O02"}),
        ("?criterion=shirk", {"O02"}),
        ("?criterion=greeting-missing", set()),
        ("?severity=B", {"O02"}),
        ("?severity=D", set()),  # the gravest counts
        ("?state=all&score_from=80", {"O01"}),
        ("?state=all&score_below=80", {"O02"}),
        ("?confidence_to=0.8", {"O02"}),
        ("?confidence_to=0.5", set()),
        ("?alert=any", {"O02"}),
        ("?alert=esc-complaint", {"O02"}),
        ("?alert=esc-12315", set()),
        ("?state=all&status=unreadable", {"O04"}),
        ("?state=all&text=驿站", {"O02"}),
        ("?state=all&text=驿站 态度", {"O02"}),
        ("?state=all&text=您好", {"O01", "O02"}),
        ("?state=all&flagged=1", {"O02"}),
        ("?state=all&violating=0", {"O01", "O03", "O04"}),
        ("?state=nonsense&from=x&score_from=nan&severity=Z&to=9999-12-31", {"O02"}),
        ("?text=？！", set()),
    ):
        assert shows(supervisor, query) == expected, query


def test_criteria_stand_by_class_and_then_by_title(supervisor: Browser) -> None:
    page = supervisor.get("/queue").text
    listed = re.findall(r'<option value="[a-z][^"]*">([A-E]) ([^<]+)</option>', page)
    assert listed == [
        ("B", "推诿"),
        ("C", "未邀请客户评价"),
        ("D", "保持前未征得同意"),
        ("D", "不耐烦/质问客户"),
        ("D", "未报开头语"),
        ("D", "长时间静音"),
    ]


def test_a_first_day_after_the_last_is_said(supervisor: Browser) -> None:
    for path in ("/queue?state=all", "/agents?", "/agents/8002?"):
        wrong = supervisor.get(f"{path}&from=2026-11-21&to=2026-11-20").text
        assert "开始日期晚于结束日期" in wrong, path
        for right in ("from=2026-11-20&to=2026-11-20", "from=2026-11-21", "to=2026-11-20"):
            assert "开始日期晚于结束日期" not in supervisor.get(f"{path}&{right}").text, path


def test_why_a_call_was_not_scored_is_said_in_the_language_of_the_page(
    supervisor: Browser, store: Store
) -> None:
    put(store, night_call("SILENT", status=Status.NOT_APPLICABLE, reason=Message("gate.only-agent")))
    assert "只有坐席一方说话" in supervisor.get("/queue?state=all").text
    supervisor.http.cookies.set("lang", "en")
    page = supervisor.get("/queue?state=all").text
    assert "only the agent speaks" in page and "只有坐席一方说话" not in page


def test_scope(client: Client, lead: Browser, agent: Browser) -> None:
    assert shows(lead, "?state=all") >= {"O01", "O02"}
    assert shows(client(UserRole.LEAD, team=OTHER_TEAM), "?state=all") == set()
    assert shows(agent, "") == {"O02"}  # agents have calls, no queue: all their own
    assert "领取" not in agent.get("/queue").text


def test_take_the_next(reviewer: Browser, client: Client) -> None:
    answer = reviewer.post("/queue/next", {"query": "severity=B"})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/calls/O02")
    assert "我正在处理" in reviewer.get("/queue").text
    other = client(UserRole.REVIEWER)
    answer = other.post("/queue/next", {"query": ""})
    assert answer.headers["location"] == "/queue?none=1"
    assert "没有可领取的通话了" in other.get(answer.headers["location"]).text
    assert "处理中" in other.get("/queue?state=claimed").text


def test_the_next_follows_the_filter(reviewer: Browser) -> None:
    answer = reviewer.post("/queue/next", {"query": "severity=A&state=open"})
    assert answer.headers["location"] == "/queue?severity=A&none=1"


def test_claims_meet(reviewer: Browser, client: Client) -> None:
    assert reviewer.post("/queue/claim", {"call_id": "O02"}).status_code == 303
    other = client(UserRole.REVIEWER)
    answer = other.post("/queue/claim", {"call_id": "O02"})
    assert answer.status_code == 409
    assert reviewer.user is not None and reviewer.user.display_name in answer.text
    assert reviewer.post("/queue/release", {"call_id": "O02"}).status_code == 303
    assert other.post("/queue/claim", {"call_id": "O02"}).status_code == 303


def test_assigning(lead: Browser, reviewer: Browser, client: Client) -> None:
    assert reviewer.user is not None
    to = str(reviewer.user.id)
    answer = lead.post("/queue/assign", {"calls": ["O01", "O02"], "to": to, "query": "state=all"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue?state=all")
    assert shows(reviewer, "?state=mine") == {"O02"}
    stranger = client(UserRole.LEAD, team=OTHER_TEAM)
    assert stranger.post("/queue/assign", {"calls": ["O02"], "to": to}).status_code == 404
    assert lead.post("/queue/assign", {"calls": ["O02"], "to": "999"}).status_code == 404
    assert reviewer.post("/queue/assign", {"calls": ["O02"], "to": to}).status_code == 403
    lead.post("/queue/assign", {"calls": ["O02"], "to": ""})
    assert shows(reviewer, "?state=mine") == set()


def test_saved_filters(reviewer: Browser, client: Client, store: Store) -> None:
    reviewer.post("/queue/filters", {"name": "推诿 & <b>", "query": "criterion=shirk&state=open&x=1"})
    page = reviewer.get("/queue").text
    assert 'href="/queue?criterion=shirk"' in page and "推诿 &amp; &lt;b&gt;" in page
    other = client(UserRole.REVIEWER)
    assert "criterion=shirk" not in other.get("/queue").text
    assert reviewer.user is not None
    (saved,) = store.queue.saved_filters(reviewer.user.id)
    other.post(f"/queue/filters/{saved.id}/delete", {})
    assert len(store.queue.saved_filters(reviewer.user.id)) == 1
    reviewer.post(f"/queue/filters/{saved.id}/delete", {})
    assert store.queue.saved_filters(reviewer.user.id) == ()
    assert reviewer.post("/queue/filters", {"name": "  ", "query": ""}).status_code == 400


def test_counts_on_the_tabs(supervisor: Browser) -> None:
    page = supervisor.get("/queue?team=" + TEAM).text
    assert '待复核 <span class="count number">1</span>' in page
    assert 'aria-current="page"' in page


def three(store: Store) -> list[str]:
    """Two calls more that need somebody, beside O02."""
    for name in ("O98", "O99"):
        one = bad_call()
        put(
            store,
            replace(one, recording=replace(one.recording, call=replace(one.recording.call, call_id=name))),
        )
    return ["O02", "O98", "O99"]


def test_n_goes_through_all_and_says_when_it_starts_over(reviewer: Browser, store: Store) -> None:
    names = three(store)
    where = reviewer.post("/queue/next", {"query": "severity=B"}).headers["location"]
    seen = [where]
    for _ in range(3):
        path = seen[-1].split("?")[0]
        seen.append(reviewer.post(f"{path}/next", {"queue": "severity=B"}).headers["location"])
    ids = [one.split("?")[0].removeprefix("/calls/") for one in seen]
    assert sorted(ids[:3]) == names and ids[3] == ids[0]
    assert not any("again=1" in one for one in seen[:3]) and "again=1" in seen[3]
    assert "从头再来" in reviewer.get(seen[3]).text
    assert "从头再来" not in reviewer.get(seen[3].replace("again=1", "")).text


def test_n_by_json_goes_the_same_way(reviewer: Browser, store: Store) -> None:
    names = three(store)
    headers = {"X-CSRF-Token": reviewer.csrf}
    path = "/api/v1/queue/next"
    found = [reviewer.http.post(path, headers=headers).json()]
    for _ in range(3):
        left = {"after": found[-1]["call_id"]}
        found.append(reviewer.http.post(path, params=left, headers=headers).json())
    ids = [one["call_id"] for one in found]
    assert sorted(ids[:3]) == names and ids[3] == ids[0]
    assert [one["again"] for one in found] == [False, False, False, True]
    assert reviewer.http.post(path, params={"after": "no-such"}, headers=headers).status_code == 404
    assert reviewer.http.post(f"/api/v1/queue/{ids[3]}/release", headers=headers).status_code == 200
    assert reviewer.http.post(path, headers=headers).json()["call_id"] == ids[1], "given back is left"


def test_a_call_without_time_or_agent_is_known_by_id_and_file(
    supervisor: Browser, store: Store, today: date
) -> None:
    for number in range(3):
        one = night_call(
            f"x{number}", agent=None, card=bad_call().scorecard, paths=(Path(f"/d/20/{number}.mp3"),)
        )
        call = replace(one.recording.call, started_at=None)
        put(store, replace(one, recording=replace(one.recording, call=call)))
    page = supervisor.get("/queue?undated=1").text
    for number in range(3):
        assert f'<span class="mono">x{number}</span> <span class="muted">20/{number}.mp3</span>' in page
    assert page.count("无时间") == 3 + page.count('title="无时间') and "质检于" in page
    row = '<span class="mono">x1</span>'
    assert row in supervisor.get(f"/queue?state=all&from={today}").text
    assert row not in supervisor.get("/queue?state=all&undated=0").text
