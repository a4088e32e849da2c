"""The overview: a day in numbers, and every number a way to its calls."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from pipeline.domain import UserRole
from pipeline.messages import verbatim
from pipeline.settings import Settings
from pipeline.store import Store, StoredProblem, open_store
from pipeline.web.app import create_app
from pipeline.web.secrets import digest, new_token
from tests.nights import bad_call, put
from tests.web.conftest import OTHER_AGENT, OTHER_TEAM, Browser, Client


def links(html: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'href="(/queue[^"]*)"', html)]


def test_the_latest_day_is_shown_first(supervisor: Browser) -> None:
    page = supervisor.get("/").text
    assert '<option value="2026-11-21" selected>' in page
    assert "无法读取" in page
    assert "not audio" in page


def test_little_sound_is_told_in_minutes(supervisor: Browser, agent: Browser, store: Store) -> None:
    assert re.search(r'音频分钟</dt><dd class="stat-value">1.0<', agent.get("/?day=2026-11-20").text)
    one = bad_call()
    call = replace(one.recording.call, call_id="LONG")
    recording = replace(one.recording, call=call, sha256=f"{1:064x}")
    made = replace(one.revisions, audio_sha256=f"{1:064x}")
    put(store, replace(one, recording=recording, revisions=made, duration=600.0))
    assert re.search(r'音频小时</dt><dd class="stat-value">0.2<', agent.get("/?day=2026-11-20").text)


def test_another_day(supervisor: Browser) -> None:
    page = supervisor.get("/?day=2026-11-20").text
    assert '<option value="2026-11-20" selected>' in page
    assert "客服一组" in page
    assert "当日上报" in page
    assert re.search(r"alert=esc-complaint[^>]*>(我要投诉|[^<]*投诉)", page)


def test_while_anything_is_open_means_are_ranges(supervisor: Browser) -> None:
    for path in ("/agents?from=2026-11-20&to=2026-11-20", "/agents/8002"):
        assert "75 – 100" in supervisor.get(path).text, path
    page = supervisor.get("/?day=2026-11-20").text
    assert re.search(r"平均分</dt><dd class=\"stat-value\">[\d.]+ – [\d.]+</dd>", page)
    assert "按待定项全部成立的得分画出" in page


def test_every_number_leads_to_its_calls(supervisor: Browser) -> None:
    found = links(supervisor.get("/?day=2026-11-20").text)
    assert any("severity=B" in link for link in found)
    assert any("score_from=70" in link and "score_below=80" in link for link in found)
    for link in found:
        answer = supervisor.get(link)
        assert answer.status_code == 200, link
        # both calls of that day are agent 8002's or 8001's; a link with a number behind it shows a row
        assert "data-row" in answer.text, link


def test_charts_have_tables_behind_them_and_no_styles(supervisor: Browser) -> None:
    page = supervisor.get("/?day=2026-11-20").text
    assert "<svg" in page and "<details" in page and "<desc>" in page
    assert " style=" not in page and "<style" not in page and "onclick" not in page


@pytest.mark.parametrize("day", ["yesterday", "2026-99-99", "9999-12-31", "1999-01-01", ""])
def test_a_day_that_is_none(supervisor: Browser, day: str) -> None:
    assert supervisor.get("/", params={"day": day}).status_code == 200


def test_people_see_their_own_part(client: Client) -> None:
    stranger = client(UserRole.LEAD, team=OTHER_TEAM)
    page = stranger.get("/?day=2026-11-20").text
    assert "客服一组" not in page
    assert ">O02<" not in page and "/O02" not in page
    nobody = client(UserRole.AGENT, agent_id=OTHER_AGENT, team=OTHER_TEAM)
    assert nobody.get("/").status_code == 200


def test_an_agents_own_calls_do_not_pass_for_the_team(
    supervisor: Browser, lead: Browser, agent: Browser
) -> None:
    own = agent.get("/").text
    assert "/queue?" in own and 'id="teams"' not in own
    assert all('id="teams"' in each.get("/").text for each in (supervisor, lead))


def test_a_running_run_is_watched(store: Store, supervisor: Browser) -> None:
    run_id = store.runs.start()
    store.runs.expect(run_id, 7)
    page = supervisor.get("/overview/run").text
    assert 'hx-get="/overview/run"' in page and "正在运行" in page
    assert "已完成 0 / 7 通" in page and '<progress max="7" value="0"' in page
    store.runs.add_problems(run_id, [])
    store.runs.finish(run_id)
    page = supervisor.get("/overview/run").text
    assert "hx-get" not in page and "已完成" in page


def test_a_run_is_counted_in_what_one_may_see(
    store: Store, supervisor: Browser, lead: Browser, agent: Browser
) -> None:
    run_id = store.runs.start()
    store.runs.expect(run_id, 7)
    for name, whose in (("MINE", "8002"), ("THEIRS", OTHER_AGENT)):
        one = bad_call()
        call = replace(one.recording.call, call_id=name, agent_id=whose)
        sha256 = f"{name:0>64}"
        made = replace(one.revisions, audio_sha256=sha256)
        recording = replace(one.recording, call=call, sha256=sha256)
        store.inspections.save(replace(one, recording=recording, revisions=made), run_id=run_id)
    store.runs.add_problems(run_id, [StoredProblem("call-list", verbatim("row"), line=7)])
    assert "已完成 2 / 7 通" in supervisor.get("/overview/run").text
    assert "call-list" in supervisor.get("/overview/run", headers={"Accept": "application/json"}).text
    for path in ("/", "/overview/run"):
        page = agent.get(path).text
        assert re.search(r"已完成 1 通|写入 1 通", page), path
        assert "/ 7 通" not in page and "<progress" not in page
        told = agent.get(path, headers={"Accept": "application/json"}).json()["run"]
        assert (told["done"], told["total"], told["problems"]) == (1, None, {})
    assert lead.get("/overview/run", headers={"Accept": "application/json"}).json()["run"]["total"] is None


def test_problems_of_the_run(store: Store, supervisor: Browser, agent: Browser) -> None:

    run_id = store.runs.start()
    store.runs.add_problems(run_id, [StoredProblem("call-list", verbatim("<b>bad</b> row"), line=7)])
    store.runs.finish(run_id)
    page = supervisor.get("/overview/problems").text
    assert "&lt;b&gt;bad&lt;/b&gt; row" in page and ">7<" in page
    assert agent.get("/overview/problems").status_code == 403


def test_an_empty_store(supervisor: Browser, store: Store) -> None:
    from sqlalchemy import delete

    from pipeline.store.review_tables import cases
    from pipeline.store.tables import calls, inspections

    with store._write() as connection:
        connection.execute(delete(cases))
        connection.execute(delete(inspections))
        connection.execute(delete(calls))
    page = supervisor.get("/").text
    assert "还没有质检过的录音" in page
    assert supervisor.get("/agents").status_code == 200
    assert supervisor.get("/queue").status_code == 200


def without_time(store: Store, call_id: str) -> None:
    one = bad_call()
    call = replace(one.recording.call, call_id=call_id, started_at=None, agent_id=None, team=None)
    put(store, replace(one, recording=replace(one.recording, call=call)))


def test_calls_without_a_time_stand_on_the_first_screen(supervisor: Browser, store: Store) -> None:
    assert 'id="undated"' not in supervisor.get("/").text
    without_time(store, "x1")
    page = supervisor.get("/").text
    assert '<option value="2026-11-21" selected>' in page, "the newest day is that of calls with a time"
    assert 'id="undated"' in page and "1 通" in page
    found = [link for link in links(page) if "undated=1" in link]
    assert any("alert=esc-complaint" in link for link in found)
    for link in found:
        answer = supervisor.get(link).text
        assert 'title="x1"' in answer and 'title="O02"' not in answer


def test_a_store_in_which_no_call_has_a_time_is_not_empty(
    settings: Settings, tmp_path: Path, today: date
) -> None:
    with open_store(f"sqlite:///{tmp_path / 'undated.db'}") as store:
        without_time(store, "x1")
        app = create_app(settings, store)
        user = store.accounts.add("s", role=UserRole.SUPERVISOR)
        lead = store.accounts.add("l", role=UserRole.LEAD, team="客服一组")
        pages = []
        for one in (user, lead):
            token = new_token()
            store.sessions.open(one.id, token=digest(token), csrf="c", seconds=60)
            with TestClient(app, base_url="http://127.0.0.1") as http:
                http.cookies.set("callinspect", token)
                pages.append(http.get("/").text)
    assert "还没有质检过的录音" not in pages[0]
    assert f'<option value="{today}" selected>' in pages[0]
    assert re.search(r"undated=1&amp;alert|alert=esc-complaint", pages[0])
    assert "还没有质检过的录音" not in pages[1] and "您能看到的通话" in pages[1]


def test_a_run_without_problems_says_so(client: Client, store: Store) -> None:
    browser = client(UserRole.SUPERVISOR)
    assert "这里还没有内容" not in browser.get("/overview/problems").text
    run = store.runs.start()
    store.runs.finish(run)
    assert "这次运行没有遇到问题" in browser.get("/overview/problems").text
